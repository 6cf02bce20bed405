import type { CodedError } from "../base/coded-error.ts";
import type { Diagnostic, Severity } from "../definition/plan-file/diagnostic.ts";
import { span, type Ink, type Line } from "../report/line.ts";
import { printable, printableLines } from "../report/printable.ts";

const INKS: { readonly [Name in Severity]: Ink } = { error: "red", warning: "yellow", hint: "cyan" };

/** Whether a problem says how bad it is and shows its place. */
export function isDiagnostic(problem: CodedError): problem is Diagnostic {
  return "severity" in problem && "at" in problem;
}

/** A problem of a file for people: what, where with the line itself, and what to do. */
export function diagnosticLines({ severity, message, code, at, excerpt, hint }: Diagnostic): readonly Line[] {
  const lines: Line[] = [[span(`${severity}: `, INKS[severity]), printable(message), span(` [${code}]`, "dim")]];
  lines.push([span(`  at ${printable([at.file, at.line, at.column].join(":"))}`, "dim")]);
  if (excerpt !== undefined) {
    const text = printable(excerpt.text);
    const start = printable(excerpt.text.slice(0, excerpt.start)).length;
    const length = Math.max(1, Math.min(excerpt.length, text.length - start));
    lines.push([span("    | ", "dim"), text]);
    lines.push([span("    | ", "dim"), " ".repeat(start), span("^".repeat(length), INKS[severity])]);
  }
  if (hint !== undefined) {
    lines.push(...printableLines(hint).map((text, row): Line => [`  ${row === 0 ? "next: " : "      "}${text}`]));
  }
  return lines;
}
