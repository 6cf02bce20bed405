import { readFileSync } from "node:fs";
import { damaged } from "./log-refusal.ts";
import { isMissingFile } from "./missing-file.ts";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The magic number without its lowest bit, which tells the byte order of the checksums. */
const MAGIC = 0x377f0682;

/**
 * Looks whether the write-ahead log beside a database can be trusted. SQLite itself takes everything from the first
 * damaged frame on for a write that was cut short, and forgets it without a word. Only the last transaction can have
 * been cut short, since each was synced before the next began; a damaged frame with more than that behind it is damage.
 */
export function checkWal(databasePath: string): void {
  const path = `${databasePath}-wal`;
  const wal = readWal(path);
  if (wal === undefined || wal.length <= HEADER_BYTES) return;
  const view = new DataView(wal.buffer, wal.byteOffset, wal.byteLength);
  const isBigEndian = (view.getUint32(0) & 1) === 1;
  const sums: Sums = [0, 0];
  addTo(sums, view, { from: 0, to: 24, isBigEndian });
  const hasHeader =
    (view.getUint32(0) & ~1) === MAGIC && sums[0] === view.getUint32(24) && sums[1] === view.getUint32(28);
  if (!hasHeader) throw damaged(path, "its header is not as it was written");
  const frameBytes = FRAME_HEADER_BYTES + view.getUint32(8);
  const frameCount = Math.floor((wal.length - HEADER_BYTES) / frameBytes);
  const frames = { view, frameBytes, frameCount, isBigEndian };
  const bad = firstBadFrame(frames, sums);
  const commitsBehind = commitsFrom(frames, bad);
  if (commitsBehind > 1)
    throw damaged(path, `frame ${bad + 1} is not as it was written, and ${commitsBehind} commits follow`);
}

function readWal(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (thrown) {
    if (isMissingFile(thrown)) return undefined;
    throw thrown;
  }
}

type Sums = [number, number];

interface Frames {
  readonly view: DataView;
  readonly frameBytes: number;
  readonly frameCount: number;
  readonly isBigEndian: boolean;
}

function firstBadFrame(frames: Frames, sums: Sums): number {
  const { view, frameBytes, frameCount, isBigEndian } = frames;
  for (let index = 0; index < frameCount; index++) {
    const start = HEADER_BYTES + index * frameBytes;
    if (!hasSalts(view, start)) return index;
    addTo(sums, view, { from: start, to: start + 8, isBigEndian });
    addTo(sums, view, { from: start + FRAME_HEADER_BYTES, to: start + frameBytes, isBigEndian });
    if (sums[0] !== view.getUint32(start + 16) || sums[1] !== view.getUint32(start + 20)) return index;
  }
  return frameCount;
}

/** Frames from before the file was last begun anew have other salts. */
function hasSalts(view: DataView, start: number): boolean {
  return view.getUint32(start + 8) === view.getUint32(16) && view.getUint32(start + 12) === view.getUint32(20);
}

/** Commits that the frames from `first` on still tell of. */
function commitsFrom(frames: Frames, first: number): number {
  const { view, frameBytes, frameCount } = frames;
  let count = 0;
  for (let index = first; index < frameCount; index++) {
    const start = HEADER_BYTES + index * frameBytes;
    // The size of the database after a commit; 0 in a frame that does not end one.
    if (hasSalts(view, start) && view.getUint32(start + 4) !== 0) count += 1;
  }
  return count;
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly isBigEndian: boolean;
}

/** The checksum of SQLite's write-ahead log: two running sums over pairs of 32-bit words. */
function addTo(sums: Sums, view: DataView, { from, to, isBigEndian }: Span): void {
  let [first, second] = sums;
  for (let offset = from; offset < to; offset += 8) {
    first = (first + view.getUint32(offset, !isBigEndian) + second) >>> 0;
    second = (second + view.getUint32(offset + 4, !isBigEndian) + first) >>> 0;
  }
  sums[0] = first;
  sums[1] = second;
}
