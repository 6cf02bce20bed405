import { closeSync, openSync, readSync } from "node:fs";
import { damaged } from "./log-refusal.ts";
import { isMissingFile } from "./missing-file.ts";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The magic number without its lowest bit, which tells the byte order of the checksums. */
const MAGIC = 0x377f0682;
/** Frames read at once: the file may have 33 MB, and memory that is touched for the first time costs more than reading. */
const FRAMES_AT_ONCE = 64;

/**
 * Looks whether the write-ahead log beside a database can be trusted. SQLite itself takes everything from the first
 * damaged frame on for a write that was cut short, and forgets it without a word. Only the last transaction can have
 * been cut short, since each was synced before the next began; a damaged frame with more than that behind it is damage.
 */
export function checkWal(databasePath: string): void {
  const path = `${databasePath}-wal`;
  const file = openWal(path);
  if (file === undefined) return;
  try {
    checkFile(path, file);
  } finally {
    closeSync(file);
  }
}

function openWal(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (thrown) {
    if (isMissingFile(thrown)) return undefined;
    throw thrown;
  }
}

function checkFile(path: string, file: number): void {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  if (fill(file, header, 0) < HEADER_BYTES || fill(file, new DataView(new ArrayBuffer(1)), HEADER_BYTES) === 0) return;
  const isBigEndian = (header.getUint32(0) & 1) === 1;
  const sums = new Sums(isBigEndian);
  sums.add(header, 0, 24);
  const isRight = (header.getUint32(0) & ~1) === MAGIC && sums.equals(header, 24);
  if (!isRight) throw damaged(path, "its header is not as it was written");
  const frameBytes = FRAME_HEADER_BYTES + header.getUint32(8);
  let firstBad: number | undefined;
  let commitsBehind = 0;
  let index = 0;
  for (const frame of framesOf(file, frameBytes)) {
    if (firstBad === undefined && !isWritten(frame, header, sums)) firstBad = index;
    if (firstBad !== undefined && isCommit(frame, header)) commitsBehind += 1;
    index += 1;
  }
  if (firstBad !== undefined && commitsBehind > 1) {
    throw damaged(path, `frame ${firstBad + 1} is not as it was written, and ${commitsBehind} commits follow`);
  }
}

/** Whole frames in their order; each is good until the next is asked for. */
function* framesOf(file: number, frameBytes: number): Generator<DataView> {
  const part = new DataView(new ArrayBuffer(frameBytes * FRAMES_AT_ONCE));
  for (let position = HEADER_BYTES; ;) {
    const count = Math.floor(fill(file, part, position) / frameBytes);
    for (let frame = 0; frame < count; frame++) yield new DataView(part.buffer, frame * frameBytes, frameBytes);
    if (count < FRAMES_AT_ONCE) return;
    position += part.byteLength;
  }
}

/** Reads until a part is full or the file ends; answers how many bytes there are. */
function fill(file: number, part: DataView, position: number): number {
  let count = 0;
  while (count < part.byteLength) {
    const read = readSync(file, part, count, part.byteLength - count, position + count);
    if (read === 0) break;
    count += read;
  }
  return count;
}

/** Whether a frame is as it was written, after those before it. */
function isWritten(frame: DataView, header: DataView, sums: Sums): boolean {
  if (!hasSalts(frame, header)) return false;
  sums.add(frame, 0, 8);
  sums.add(frame, FRAME_HEADER_BYTES, frame.byteLength);
  return sums.equals(frame, 16);
}

/** Frames from before the file was last begun anew have other salts. */
function hasSalts(frame: DataView, header: DataView): boolean {
  return frame.getUint32(8) === header.getUint32(16) && frame.getUint32(12) === header.getUint32(20);
}

/** The size of the database after a commit; 0 in a frame that does not end one. */
function isCommit(frame: DataView, header: DataView): boolean {
  return hasSalts(frame, header) && frame.getUint32(4) !== 0;
}

/** The checksum of SQLite's write-ahead log: two running sums over pairs of 32-bit words. */
class Sums {
  readonly #isBigEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian;
  }

  /** Adds bytes from `from` to before `to`, both multiples of 8. */
  add(view: DataView, from: number, to: number): void {
    let [first, second] = [this.#first, this.#second];
    const isLittleEndian = !this.#isBigEndian;
    for (let offset = from; offset < to; offset += 8) {
      first = (first + view.getInt32(offset, isLittleEndian) + second) | 0;
      second = (second + view.getInt32(offset + 4, isLittleEndian) + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  /** Whether they are what stands at `offset`. */
  equals(view: DataView, offset: number): boolean {
    return this.#first === view.getInt32(offset) && this.#second === view.getInt32(offset + 4);
  }
}
