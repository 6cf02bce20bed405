import { NAME_LENGTH_MAX } from "../base/limits.ts";

/** Most names, settled with one look. */
const PLAIN = /^[A-Za-z0-9_.:+-]{1,200}$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it is looking for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const RESERVED = /[/[\]]/;

/**
 * What is wrong with the name of a plan, task or group key, as the rest of a sentence; `undefined` when it is fine.
 *
 * A name is text in NFC of 1 to 200 characters, not blank, without control characters and without `/ [ ]`. Everything else
 * is welcome, `__proto__` included: names are only ever compared.
 */
export function nameDefect(name: unknown): string | undefined {
  if (typeof name !== "string")
    return `its name is ${name === null ? "null" : `of type ${typeof name}`}, and text is needed`;
  if (PLAIN.test(name)) return undefined;
  if (name.trim() === "") return "its name is empty";
  if (name.length > NAME_LENGTH_MAX) {
    return `its name has ${name.length} characters, and at most ${NAME_LENGTH_MAX} are allowed`;
  }
  if (CONTROL.test(name)) return "its name contains a control character";
  if (RESERVED.test(name)) return 'its name contains one of the reserved characters "/", "[" and "]"';
  if (!name.isWellFormed()) return "its name contains half of a character";
  return name === name.normalize("NFC") ? undefined : "its name is not in Unicode normal form C";
}
