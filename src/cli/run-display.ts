import type { CompiledPlan } from "../plan/compiled-plan.ts";
import type { Line, TextStyle } from "../report/line.ts";
import type { RunObserver } from "../runner/run-observer.ts";
import type { CliContext } from "./cli-context.ts";
import { LineDisplay } from "./line-display.ts";
import { LiveDisplay } from "./live-display.ts";
import type { OutputStream } from "./output-stream.ts";
import { canRedraw } from "./text-style-of.ts";

/** Shows a run while it goes on. Disposing it writes what is left and gives the terminal back. */
export interface RunDisplay extends Disposable {
  readonly observer: RunObserver;
  /** Writes lines that stay. */
  write(lines: readonly Line[]): void;
}

export interface RunDisplayOptions {
  readonly context: CliContext;
  readonly stream: OutputStream;
  readonly style: TextStyle;
  readonly plan: CompiledPlan;
  /** Shows output lines of running tasks, and diffs. */
  readonly isVerbose: boolean;
  /** Leaves finished tasks to whoever prints the result: a dry run has finished nothing. */
  readonly isQuiet: boolean;
  /** One line after the other even on a terminal. */
  readonly isPlain: boolean;
}

/** The display that fits where the text goes: a live region on terminals, lines with a time everywhere else. */
export function openRunDisplay(options: RunDisplayOptions): RunDisplay {
  const { stream, context, isPlain } = options;
  return !isPlain && canRedraw(stream, context.env) ? new LiveDisplay(options) : new LineDisplay(options);
}
