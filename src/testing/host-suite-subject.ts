import assert from "node:assert/strict";
import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";
import type { FileStat, Host } from "../operation/host.ts";

/** A host to be tested, and what the suite may expect of it. */
export interface HostSuiteSubject extends AsyncDisposable {
  readonly host: Host;
  /** An empty folder on the host, as the host names it. */
  readonly folder: string;
  /** Whether it may set owners and mount file systems in `folder`; else those tests are skipped with this reason. */
  readonly isRoot: boolean;
  /** A server as `host-suite-network.ts` describes it, reachable from the host. */
  readonly server?: { readonly url: string; readonly socketPath?: string };
}

/** Gives each test the subject and a new folder of its own in it. */
export type SubjectOf = () => { readonly subject: HostSuiteSubject; readonly host: Host; readonly folder: string };

/** Names and values that break out of badly built commands, formats and objects. */
export const HOSTILE_TEXTS: readonly string[] = [
  "; rm -rf x",
  "$(touch pwned)",
  "`touch pwned`",
  "'",
  '"',
  "''\\''",
  "a\nb",
  "\n",
  " leading and trailing ",
  "-rf",
  "--help",
  "*",
  "?",
  "[a-z]",
  "\\",
  "\\n",
  "%s%n",
  "$HOME",
  "${IFS}",
  "!!",
  "~",
  "#",
  "&",
  "|",
  "a=b",
  "__proto__",
  "constructor",
  "e\u0301 ü ß",
  "\u0081\u0082 \u{1f642}",
  "\u0001\u001b[31m\u007f",
];

/** The value of a success; fails the test otherwise. */
export function valueOf<T>(result: Result<T, CodedError>): T {
  assert.ok(result.ok, result.ok ? "" : `${result.error.message} [${result.error.code}]`);
  return result.value;
}

/** The code of a failure that also has a hint; fails the test for a success. */
export function codeOf(result: Result<unknown, CodedError>): string {
  assert.ok(!result.ok, "a failure was expected");
  assert.ok((result.error.hint ?? "").length > 0, `${result.error.code} has no hint`);
  return result.error.code;
}

export async function statOf(host: Host, path: string): Promise<FileStat> {
  const found = valueOf(await host.stat(path));
  assert.ok(found !== undefined, `${path} does not exist`);
  return found;
}

export async function textOf(host: Host, path: string): Promise<string> {
  return new TextDecoder().decode(valueOf(await host.readFile(path)));
}

export async function putText(host: Host, path: string, text: string): Promise<void> {
  valueOf(await host.writeFile(path, new TextEncoder().encode(text)));
}

/** The same bytes every time, all values among them. */
export function manyBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count; index++) bytes[index] = (index * 31 + (index >>> 8) * 17) & 0xff;
  return bytes;
}
