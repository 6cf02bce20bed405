import { assert } from "../base/assert.ts";

/**
 * Writes any text without NUL as one word of a POSIX shell, on one line: everything stands inside single quotes,
 * where nothing has a meaning; a single quote leaves them for a moment, a line end is the variable `$drv_nl`, since
 * requests are read line by line.
 */
export function shellWord(text: string): string {
  assert(!text.includes("\0"), "no shell word can hold a NUL character");
  return `'${text.replaceAll("'", `'\\''`).replaceAll("\n", `'"$drv_nl"'`)}'`;
}

/** Several words, separated by spaces. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
