import type { TextStyle } from "../report/line.ts";
import type { CliContext } from "./cli-context.ts";
import type { OutputStream } from "./output-stream.ts";

export const COLOR_CHOICES = ["auto", "always", "never"] as const;

export type ColorChoice = (typeof COLOR_CHOICES)[number];

/** Terminals that show ASCII only. */
const ASCII_TERMINALS: ReadonlySet<string> = new Set(["dumb", "linux"]);

/**
 * What a stream can show. Colour: `--color`, then `FORCE_COLOR`, then `NO_COLOR`, then whether it is a terminal that is not
 * dumb. Unicode: unless the terminal is known not to have it, or the locale is set to something else than UTF-8.
 */
export function textStyleOf(
  stream: OutputStream,
  env: CliContext["env"],
  options: { readonly color?: ColorChoice } = {},
): TextStyle {
  return {
    hasColor: hasColor(stream, env, options.color ?? "auto"),
    hasUnicode: hasUnicode(env),
    ...(stream.isTerminal && { columns: stream.columns }),
  };
}

/** Whether lines can be redrawn in place: a real terminal, and no build server pretending to be one. */
export function canRedraw(stream: OutputStream, env: CliContext["env"]): boolean {
  return stream.isTerminal && env["TERM"] !== "dumb" && !isBuildServer(env);
}

/** Whether a build server runs this, as all of them say by setting `CI`. */
export function isBuildServer(env: CliContext["env"]): boolean {
  const { CI: value = "" } = env;
  return value !== "" && value !== "0" && value !== "false";
}

function hasColor(stream: OutputStream, env: CliContext["env"], choice: ColorChoice): boolean {
  if (choice !== "auto") return choice === "always";
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return stream.isTerminal && env["TERM"] !== "dumb";
}

function hasUnicode(env: CliContext["env"]): boolean {
  if (ASCII_TERMINALS.has(env["TERM"] ?? "")) return false;
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return locale === undefined || /utf-?8/i.test(locale);
}
