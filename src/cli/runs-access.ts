import type { CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { Result } from "../base/result.ts";
import type { Command } from "../engine/commands.ts";
import type { RunSnapshot } from "../report/snapshot.ts";
import type { CommandPreview } from "../engine/preview.ts";
import type { RunRecord } from "../runner/run-record.ts";

/**
 * The runs of a data folder as the verbs see them: in this process when nobody else holds the folder, else through the
 * process that does.
 */
export interface RunsAccess extends AsyncDisposable {
  /** Whether another process holds the folder and drives its runs. */
  readonly isRemote: boolean;
  /** Known runs, newest first. */
  list(): Promise<readonly ListedRun[]>;
  /** A run as it stands. */
  snapshot(runId: RunId): Promise<Result<RunSnapshot, CodedError>>;
  /** Says what a command would do, and changes nothing. */
  preview(runId: RunId, command: Command): Promise<Result<CommandPreview, CodedError>>;
  /** Gives a run a command; `undefined` once it is on the disk, or the rejection. */
  command(runId: RunId, command: Command): Promise<CodedError | undefined>;
}

/** A run in a list. */
export interface ListedRun extends RunRecord {
  /** Whether the process that holds the folder drives it. */
  readonly isDriven: boolean;
}
