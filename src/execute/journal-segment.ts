import * as fs from "node:fs";
import { open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeFrame, encodeFrame, readFrames } from "./journal-frame.ts";
import { journalDamaged, journalFormatUnknown } from "./journal-refusal.ts";
import {
  decodeRecord,
  encodeRecord,
  JOURNAL_FORMAT,
  resultIn,
  type JournalRecord,
  type NewRecord,
} from "./journal-record.ts";
import type { AttemptToken } from "../base/ids.ts";
import type { AttemptResult } from "../protocol/job.ts";

const write = promisify(fs.write);
const datasync = promisify(fs.fdatasync);
const truncate = promisify(fs.ftruncate);
const close = promisify(fs.close);

const NAME = /^(\d{8})\.journal$/;

/** Where a frame stands. */
export interface FramePlace {
  readonly offset: number;
  readonly record: JournalRecord;
}

/** One file of a journal: only ever appended to. */
export class JournalSegment {
  readonly number: number;
  readonly path: string;
  /** Bytes of whole frames. */
  sizeBytes = 0;
  firstAtMs = 0;
  lastAtMs = 0;
  /** The newest run of which it holds a token. */
  newestRunAtMs = 0;
  #descriptor: number | undefined;

  constructor(folder: string, number: number) {
    this.number = number;
    this.path = join(folder, `${String(number).padStart(8, "0")}.journal`);
  }

  /** Numbers of the segments in a folder, ascending. */
  static list(folder: string): readonly number[] {
    const names = fs.readdirSync(folder).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
    return names.filter((number) => number > 0).sort((one, other) => one - other);
  }

  /**
   * Reads everything in it. A torn end is cut when this is the newest segment, where alone it can be.
   * @throws DroverError with `DRV_JOURNAL_DAMAGED` or `DRV_JOURNAL_FORMAT_UNKNOWN`; the system's error
   */
  load(isNewest: boolean): readonly FramePlace[] {
    const file = fs.readFileSync(this.path);
    const places: FramePlace[] = [];
    const frames = readFrames(file);
    for (let next = frames.next(); ; next = frames.next()) {
      if (next.done === true) {
        this.#judgeEnd(next.value, isNewest, file.length);
        break;
      }
      const record = decodeRecord(next.value.body);
      if (record === undefined) throw journalDamaged(this.path, `the frame at ${next.value.offset} is no record`);
      this.#note(record);
      places.push({ offset: next.value.offset, record });
    }
    this.#checkHead(places[0]?.record, isNewest);
    return places;
  }

  #judgeEnd(end: { readonly kind: string; readonly offset?: number }, isNewest: boolean, length: number): void {
    this.sizeBytes = end.offset ?? length;
    if (end.kind === "clean") return;
    if (end.kind === "damaged" || !isNewest) throw journalDamaged(this.path, `the frame at ${end.offset} is not whole`);
  }

  #checkHead(first: JournalRecord | undefined, isNewest: boolean): void {
    if (first === undefined && isNewest) return; // It was being made when its process ended.
    const head = first?.segment;
    if (head === undefined) throw journalDamaged(this.path, "its first frame is missing");
    if (head.format !== JOURNAL_FORMAT) throw journalFormatUnknown(this.path, head.format);
    if (head.number !== this.number) throw journalDamaged(this.path, `it is segment ${head.number} under another name`);
  }

  #note(record: JournalRecord): void {
    if (this.firstAtMs === 0) this.firstAtMs = record.atMs;
    this.lastAtMs = record.atMs;
    for (const { runAtMs } of record.accepted) this.newestRunAtMs = Math.max(this.newestRunAtMs, runAtMs);
  }

  /** Goes on with a segment that was loaded, or makes a new one, both for appending. */
  openSync(): void {
    this.#descriptor ??= fs.openSync(this.path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    fs.ftruncateSync(this.#descriptor, this.sizeBytes);
  }

  /**
   * Appends a frame; it is on the disk when this resolves. When it rejects nothing was added, or `isUsable` turns
   * `false`: then nobody can say what a later reader will find.
   * @returns where the frame stands
   */
  async append(record: NewRecord): Promise<number> {
    const frame = encodeFrame(encodeRecord(record));
    const descriptor = this.#opened();
    const offset = this.sizeBytes;
    try {
      for (let written = 0; written < frame.length;) {
        const { bytesWritten } = await write(descriptor, frame, written, frame.length - written, offset + written);
        written += bytesWritten;
      }
    } catch (thrown) {
      this.isUsable = false;
      await truncate(descriptor, offset);
      this.isUsable = true;
      throw thrown;
    }
    this.isUsable = false;
    await datasync(descriptor);
    this.isUsable = true;
    this.sizeBytes += frame.length;
    this.#note({ ...record, accepted: record.accepted ?? [], finished: [] });
    return offset;
  }

  isUsable = true;

  /** The result of a token in the frame at `offset`. */
  async resultAt(offset: number, token: AttemptToken): Promise<AttemptResult | undefined> {
    await using file = await open(this.path, "r");
    const header = Buffer.alloc(8);
    await file.read(header, 0, header.length, offset);
    const bytes = Buffer.alloc(28 + Number.parseInt(header.toString("latin1"), 16));
    await file.read(bytes, 0, bytes.length, offset);
    const body = decodeFrame(bytes);
    const result = body === undefined ? undefined : resultIn(body, token);
    if (result === undefined) throw journalDamaged(this.path, `the frame at ${offset} is no longer what was written`);
    return result;
  }

  async close(): Promise<void> {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) await close(descriptor);
  }

  async remove(): Promise<void> {
    await this.close();
    await unlink(this.path);
  }

  #opened(): number {
    if (this.#descriptor === undefined) throw new Error(`the segment "${this.path}" is not open`);
    return this.#descriptor;
  }
}
