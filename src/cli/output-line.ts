import type { RunView } from "../engine/run-view.ts";
import { span, type Line } from "../report/line.ts";
import type { OutputLine } from "../runner/run-observer.ts";

/** A line that a running task wrote: `deploy web1 | text`. */
export function outputLine({ task, host, stream, text }: OutputLine, view: RunView): Line {
  const { name } = view.task(task);
  const source = host === "" ? name : `${name} ${host}`;
  return [span(`  ${source} | `, "dim"), stream === "stderr" ? span(text, "yellow") : text];
}
