import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { codedError, type CodedError } from "../base/coded-error.ts";
import { parseAttemptToken, type AttemptToken } from "../base/ids.ts";
import { sha256, toJson, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { err, type Result } from "../base/result.ts";
import { hostCall } from "../host/host-error.ts";
import type { DetachingHost } from "../host/detached-exec.ts";
import { makeFolders } from "../host/make-folders.ts";
import type { ExecOptions, ExecResult } from "../operation/host.ts";

const KEEPING = { verb: "keep", subject: "what a restart must know of the attempt" } as const;

/** Begins the name of what is being removed, so that nobody can claim anything in it. */
const GONE = "gone-";

/**
 * Where attempts leave what an executor that starts again must know to go on with them: a folder for each token, made
 * before its first command and removed once its result is kept. Not synced: it is for the end of a process, not for the
 * end of the machine, after which nothing in it is used.
 */
export class CallFolders {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** The calls of one attempt. */
  of(token: AttemptToken): AttemptCalls {
    return new AttemptCalls(join(this.#folder, token));
  }

  /**
   * Removes what an attempt left. The folder gets another name first: a wrapper that was held up until now finds no place
   * to claim, and starts nothing.
   */
  async forget(token: AttemptToken): Promise<void> {
    const gone = join(this.#folder, `${GONE}${token}`);
    try {
      await rename(join(this.#folder, token), gone);
    } catch {
      return; // It left nothing.
    }
    await rm(gone, { recursive: true, force: true });
  }

  /** Finishes removals that an earlier process began, and tells which attempts have left something. */
  async tidy(): Promise<readonly AttemptToken[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const gone = names.filter((name) => name.startsWith(GONE));
    await Promise.all(gone.map((name) => rm(join(this.#folder, name), { recursive: true, force: true })));
    return names.map(parseAttemptToken).filter((token) => token !== undefined);
  }
}

/** What a provider had observed before it began to change something. */
export type Kept = { readonly isPlain: true; readonly observed: JsonValue | undefined } | { readonly isPlain: false };

/**
 * The commands of one attempt, numbered in the order in which they are asked for. Carried out again after a restart, the
 * same numbers mean the same commands: those that were started are followed, not started.
 */
export class AttemptCalls {
  readonly #folder: string;
  #callCount = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether the next command was started by an executor that is gone. */
  async isNextStarted(): Promise<boolean> {
    return (await stat(this.#claimOf(this.#callCount + 1)).catch(() => undefined)) !== undefined;
  }

  /** Runs or follows the next command. `DRV_HOST_CONNECTION_LOST` when another one had this number. */
  async exec(
    host: DetachingHost,
    argv: readonly string[],
    options: ExecOptions,
  ): Promise<Result<ExecResult, CodedError>> {
    this.#callCount += 1;
    const claim = this.#claimOf(this.#callCount);
    const request = requestOf(argv, options);
    const isSame = await hostCall(KEEPING, undefined, () => this.#isSameRequest(`${claim}.request`, request));
    if (!isSame.ok) return isSame;
    if (!isSame.value) {
      return err(
        codedError(
          "DRV_HOST_CONNECTION_LOST",
          `Cannot go on with command ${this.#callCount} of the attempt: before the restart it was another one`,
        ),
      );
    }
    return await host.execDetached(claim, argv, options);
  }

  /** Keeps what was observed, before anything is changed. */
  async keepObserved(observed: unknown): Promise<Result<void, CodedError>> {
    const converted = observed === undefined ? undefined : toJson(observed, { bytesMax: RESULT_BYTES_MAX });
    const kept =
      converted?.ok === false ? { isPlain: false } : { isPlain: true, ...(converted && { observed: converted.value }) };
    const path = join(this.#folder, "observed");
    return await hostCall(KEEPING, undefined, async () => {
      await makeFolders(this.#folder, 0o700);
      // In one step, so that half a file is never found.
      await writeFile(`${path}.new`, JSON.stringify(kept), { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
  }

  /** What was kept; `undefined` when the attempt had not come so far. */
  async observed(): Promise<Kept | undefined> {
    const text = await readFile(join(this.#folder, "observed"), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const kept: unknown = JSON.parse(text);
    return isKept(kept) ? kept : { isPlain: false };
  }

  #claimOf(call: number): string {
    return join(this.#folder, String(call));
  }

  /** Notes what is asked for under this number, or compares it with what was. */
  async #isSameRequest(path: string, request: string): Promise<boolean> {
    await makeFolders(this.#folder, 0o700);
    try {
      await writeFile(path, request, { mode: 0o600, flag: "wx" });
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
      const before = await readFile(path, "utf8");
      // Empty when the process ended between making and writing it, before it started anything.
      return before === "" || before === request;
    }
  }
}

function requestOf(argv: readonly string[], options: ExecOptions): string {
  const { stdin = "", env = {}, cwd = "", sudo = false } = options;
  return sha256(JSON.stringify([argv, sha256(stdin), Object.entries(env), cwd, sudo]));
}

function isKept(value: unknown): value is Kept {
  return typeof value === "object" && value !== null && "isPlain" in value && typeof value.isPlain === "boolean";
}
