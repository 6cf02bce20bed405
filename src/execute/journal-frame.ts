import { crc32 } from "node:zlib";

/** Length, checksum of the body, checksum of both: three words of eight hexadecimal digits, each with a space after it. */
const HEADER_BYTES = 27;
const NEWLINE = 0x0a;

/** What stands in a journal file: one frame for each sync, `<length> <checksum> <checksum of these two> <JSON>\n`. */
export function encodeFrame(body: string): Buffer {
  const bytes = Buffer.from(body, "utf8");
  const start = `${hexOf(bytes.length)} ${hexOf(crc32(bytes))} `;
  return Buffer.concat([Buffer.from(`${start}${hexOf(crc32(start))} `, "latin1"), bytes, Buffer.of(NEWLINE)]);
}

export interface Frame {
  readonly offset: number;
  readonly body: string;
}

/** How the bytes after the last whole frame came about. */
export type FrameEnd =
  | { readonly kind: "clean" }
  /** What a process wrote when it or its machine ended: never synced, so never answered. */
  | { readonly kind: "torn"; readonly offset: number }
  /** Something that was written is no longer what it was. */
  | { readonly kind: "damaged"; readonly offset: number };

/**
 * Reads the frames of a file from its start. A torn write and damage look different: the header vouches for itself, so
 * that too few bytes after a whole header, or nothing but zeros, were never synced; anything else was.
 */
export function* readFrames(file: Buffer): Generator<Frame, FrameEnd> {
  let offset = 0;
  while (offset < file.length) {
    const length = lengthAt(file, offset);
    const end = length === undefined ? file.length : offset + HEADER_BYTES + length;
    if (length === undefined || end >= file.length) return { kind: tornOrDamaged(file, offset, length), offset };
    const body = file.subarray(offset + HEADER_BYTES, end);
    const checksum = file.toString("latin1", offset + 9, offset + 17);
    if (file[end] !== NEWLINE || hexOf(crc32(body)) !== checksum) {
      return { kind: isZero(file, end - 1) ? "torn" : "damaged", offset };
    }
    yield { offset, body: body.toString("utf8") };
    offset = end + 1;
  }
  return { kind: "clean" };
}

/** The body of the frame that is all of `bytes`; `undefined` when it is not one. */
export function decodeFrame(bytes: Buffer): string | undefined {
  const first = readFrames(bytes).next();
  return first.done === true ? undefined : first.value.body;
}

function tornOrDamaged(file: Buffer, offset: number, length: number | undefined): "torn" | "damaged" {
  if (length !== undefined || file.length - offset < HEADER_BYTES) return "torn";
  return isZero(file, offset) ? "torn" : "damaged";
}

/** Whether nothing but zeros follows: what some file systems show of a write that was cut by a loss of power. */
function isZero(file: Buffer, offset: number): boolean {
  for (let at = offset; at < file.length; at++) if (file[at] !== 0) return false;
  return true;
}

/** Length of the body whose header stands at `offset`; `undefined` when no whole header stands there. */
function lengthAt(file: Buffer, offset: number): number | undefined {
  const header = file.toString("latin1", offset, offset + HEADER_BYTES);
  const words = /^([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8}) $/.exec(header);
  if (words === null || hexOf(crc32(header.slice(0, 18))) !== words[3]) return undefined;
  return Number.parseInt(words[1] ?? "", 16);
}

function hexOf(value: number): string {
  return value.toString(16).padStart(8, "0");
}
