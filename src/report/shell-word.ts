import { printable } from "./printable.ts";

const SAFE = /^[\w@%+=:,./-]+$/;

/** A word of a command line that a person may copy: quoted for POSIX shells unless that is not needed. */
export function shellWord(word: string): string {
  const shown = printable(word);
  return SAFE.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
