/** Verbs whose last part in the name of an operation stands first in the name of a task. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["file.changed", "check-file"],
  ["file.directory", "make-directory"],
  ["file.line", "edit-line"],
  ["file.status", "file-status"],
  ["file.symlink", "make-symlink"],
  ["http.request", "http-request"],
]);

/**
 * The name a task gets when its author gives none: `get-hostname`, `deploy-file`, `run-nginx` for `command.exec`,
 * `shell-tar` for `command.shell`. A builder appends `-2`, `-3`, … to repeat it.
 *
 * @param operation canonical name
 * @param params as given; only `command` and `script` are looked at
 */
export function defaultTaskName(operation: string, params: unknown): string {
  if (operation === "command.exec") return `run-${programName(textMember(params, "command"))}`;
  if (operation === "command.shell") return `shell-${programName(textMember(params, "script"))}`;
  const known = NAMES.get(operation);
  if (known !== undefined) return known;
  const parts = operation.split(".").filter((part) => part !== "execute");
  const [first = "task", ...rest] = parts.slice(-2).reverse();
  return [first, ...rest].join("-");
}

/** Last part of the first word, reduced to letters that fit every name. */
function programName(text: string): string {
  const word = text.slice(0, 4_096).trim().split(/\s/, 1)[0] ?? "";
  const base = word.split("/").findLast((part) => part !== "") ?? "";
  const safe = base.replaceAll(/[^\w.+-]/g, "").slice(0, 60);
  return safe === "" ? "command" : safe;
}

function textMember(value: unknown, name: string): string {
  if (typeof value !== "object" || value === null) return "";
  const member: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return typeof member === "string" ? member : "";
}
