import type { Clock } from "../base/clock.ts";
import type { OutputStream } from "./output-stream.ts";
import type { RunPort } from "./run-port.ts";

/** Everything a command needs from the process; tests pass their own. */
export interface CliContext {
  readonly env: { readonly [name: string]: string | undefined };
  /** The folder relative paths are meant from. */
  readonly folder: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  /** Loads the library; called only by commands that need it. */
  readonly openRunPort: () => Promise<RunPort>;
  /** Calls `listener` for each Ctrl-C (and polite request to end), until disposed. */
  onInterrupt(listener: () => void): Disposable;
  /** Sends what others write to standard output and standard error to `listener`, line by line, until disposed. */
  captureOutput(listener: (line: string, stream: "stdout" | "stderr") => void): Disposable;
  /** Calls `restore` should the process end without coming back, until disposed. */
  onExit(restore: () => void): Disposable;
  /** Ends the process now. */
  exitNow(code: number): void;
}
