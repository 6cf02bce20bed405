import { sha256 } from "../base/json.ts";

/**
 * How a snapshot lies in bytes: `DRVS`, the version of its form, a SHA-256 over all that follows as hexadecimal text, the
 * length of the document, the document as JSON in UTF-8, and the columns one after the other without gaps. Numbers are little-endian,
 * as typed arrays are on every machine that Node runs on.
 */
const MAGIC = Uint8Array.from([0x44, 0x52, 0x56, 0x53]);
const VERSION_AT = MAGIC.length;
const CHECKSUM_AT = VERSION_AT + 4;
const CHECKSUM_LENGTH = 64;
const LENGTH_AT = CHECKSUM_AT + CHECKSUM_LENGTH;
const DOCUMENT_AT = LENGTH_AT + 4;

/** Goes up when the form of the document or the columns changes. Another version is refused: a log can always be folded again. */
export const SNAPSHOT_VERSION = 2;

export type Column = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** Lays a document and columns out in bytes. */
export function frame(document: string, columns: readonly Column[]): Uint8Array {
  const text = new TextEncoder().encode(document);
  const size = columns.reduce((sum, { byteLength }) => sum + byteLength, DOCUMENT_AT + text.length);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(VERSION_AT, SNAPSHOT_VERSION, true);
  view.setUint32(LENGTH_AT, text.length, true);
  bytes.set(text, DOCUMENT_AT);
  let at = DOCUMENT_AT + text.length;
  for (const column of columns) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += column.byteLength;
  }
  bytes.set(new TextEncoder().encode(sha256(bytes.subarray(LENGTH_AT))), CHECKSUM_AT);
  return bytes;
}

/** The parts of a snapshot whose checksum is right. */
export interface Framed {
  readonly document: string;
  readonly columns: ColumnReader;
}

/** Takes a snapshot apart; a text says what is wrong with it. */
export function unframe(bytes: Uint8Array): Framed | string {
  if (bytes.length < DOCUMENT_AT || MAGIC.some((byte, place) => bytes[place] !== byte)) return "it is not a snapshot";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(VERSION_AT, true);
  if (version !== SNAPSHOT_VERSION) return `its version is ${version}, and ${SNAPSHOT_VERSION} is wanted`;
  const checksum = new TextDecoder().decode(bytes.subarray(CHECKSUM_AT, LENGTH_AT));
  if (checksum !== sha256(bytes.subarray(LENGTH_AT))) return "its checksum is wrong";
  const end = DOCUMENT_AT + view.getUint32(LENGTH_AT, true);
  if (end > bytes.length) return "its document is cut off";
  return {
    document: new TextDecoder().decode(bytes.subarray(DOCUMENT_AT, end)),
    columns: new ColumnReader(bytes.subarray(end)),
  };
}

/** Reads columns in the order in which they were written. Every column it gives belongs to the caller. */
export class ColumnReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that have not been read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  bytes(count: number): Uint8Array<ArrayBuffer> {
    const read = new Uint8Array(count);
    read.set(this.#bytes.subarray(this.#at, this.#at + count));
    this.#at += count;
    return read;
  }

  shorts(count: number): Uint16Array {
    return new Uint16Array(this.bytes(count * 2).buffer);
  }

  ints(count: number): Int32Array {
    return new Int32Array(this.bytes(count * 4).buffer);
  }

  floats(count: number): Float64Array {
    return new Float64Array(this.bytes(count * 8).buffer);
  }
}
