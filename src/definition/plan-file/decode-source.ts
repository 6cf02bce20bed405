import { err, ok, type Result } from "../../base/result.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { SourceFile } from "./source-file.ts";
import type { PlanSource } from "./source-loader.ts";

/** Characters of one file; a plan of 100,000 tasks has less. */
export const SOURCE_LENGTH_MAX = 32 * 1024 * 1024;

/** The text of a file: UTF-8, without a byte order mark, without characters that no text has. */
export function decodeSource({ name, content }: PlanSource): Result<SourceFile, Diagnostic> {
  if (content.length > SOURCE_LENGTH_MAX) {
    const found = `it has ${content.length} bytes, and at most ${SOURCE_LENGTH_MAX} are allowed`;
    return refuse(new SourceFile(name, ""), 0, found, "Split the plan into files and name them in `include`");
  }
  const text = typeof content === "string" ? content : decode(content);
  if (typeof text === "number") return refuseBytes(name, content, text);
  const file = new SourceFile(name, text.startsWith("\uFEFF") ? text.slice(1) : text);
  const broken = file.text.isWellFormed() ? -1 : file.text.search(/[\uD800-\uDFFF]/);
  if (broken !== -1) return refuse(file, broken, "it holds half of a character", "Save the file as UTF-8");
  // oxlint-disable-next-line no-control-regex -- control characters are what it is looking for
  const control = file.text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (control === -1) return ok(file);
  const code = (file.text.codePointAt(control) ?? 0).toString(16).padStart(4, "0");
  return refuse(file, control, `it holds the control character U+${code.toUpperCase()}`, "Remove the character");
}

/** The text, or the offset of the first byte that is no UTF-8. */
function decode(bytes: Uint8Array): string | number {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return firstBroken(bytes);
  }
}

/** Halves the stretch that holds the first byte that cannot be read; a stretch may end inside a character. */
function firstBroken(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isReadable(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return startOfCharacter(bytes, good);
}

/** A character that is cut off begins before the byte that should have continued it. */
function startOfCharacter(bytes: Uint8Array, end: number): number {
  for (let start = end - 1; start >= 0 && end - start <= 3; start--) {
    const byte = bytes[start] ?? 0;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (length > 1) return length > end - start ? start : end;
    if (byte < 0x80) return end;
  }
  return end;
}

function isReadable(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function refuseBytes(name: string, content: PlanSource["content"], offset: number): Result<never, Diagnostic> {
  const bytes = typeof content === "string" ? new Uint8Array() : content;
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return refuse(new SourceFile(name, ""), 0, "it is written in UTF-16", "Save the file as UTF-8");
  }
  const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, offset));
  const byte = (bytes[offset] ?? 0).toString(16).padStart(2, "0");
  return refuse(new SourceFile(name, before), before.length, `byte 0x${byte} is no UTF-8`, "Save the file as UTF-8");
}

function refuse(file: SourceFile, start: number, found: string, hint: string): Result<never, Diagnostic> {
  const message = `Cannot read plan file: ${found}`;
  return err(file.diagnostic({ code: "DRV_PLANFILE_UNREADABLE", message, hint, start }));
}
