import type { Line, TextStyle } from "../report/line.ts";
import { formatWrapped } from "../report/wrap-line.ts";
import type { CliContext } from "./cli-context.ts";
import type { OutputFormat } from "./data-output.ts";
import { withoutServerCommands } from "./fold-markers.ts";
import type { OutputStream } from "./output-stream.ts";
import { textStyleOf, type ColorChoice } from "./text-style-of.ts";

/** Options that every command takes. */
export interface CommonOptions {
  readonly output: OutputFormat;
  readonly color?: ColorChoice;
  readonly verbose?: boolean;
}

/** How text for people looks on a stream; `plain` never has colours. */
export function styleFor(stream: OutputStream, options: CommonOptions, context: CliContext): TextStyle {
  const color = options.output === "plain" ? "never" : options.color;
  return textStyleOf(stream, context.env, color === undefined ? {} : { color });
}

/** Writes lines for people to standard output, wrapped to the width of a terminal. */
export function printLines(
  lines: readonly Line[],
  { options, context }: { readonly options: CommonOptions; readonly context: CliContext },
): void {
  const text = formatWrapped(lines, styleFor(context.stdout, options, context));
  context.stdout.write(withoutServerCommands(text, context.env));
}
