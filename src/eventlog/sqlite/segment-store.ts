import { accessSync, constants, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { must } from "../../base/assert.ts";
import type { SnapshotReference } from "../durable-log.ts";
import type { AppendOutcome } from "../event-log.ts";
import { openedRow, sealRow } from "../lane-record.ts";
import { rowsDropped } from "../rows-dropped.ts";
import { damaged, openingFailed } from "./log-refusal.ts";
import { makeFolder } from "./make-folder.ts";
import { SegmentFile } from "./segment-file.ts";
import { segmentNumbersIn, segmentPath } from "./segment-names.ts";
import { sealIn } from "./segment-record.ts";
import { checkSqliteVersion } from "./sqlite-version.ts";
import { WriterLock } from "./writer-lock.ts";
import type { EncodedRow, StoredRow } from "./worker-messages.ts";

/** Rows handed over at once when reading. */
const READ_ROWS_MAX = 512;
/** Characters of bodies handed over at once, unless a single row has more. */
const READ_CHARACTERS_MAX = 1024 * 1024;

/** The segments of one folder, held by their single writer. Everything here blocks: it belongs into a thread. */
export class SegmentStore implements Disposable {
  readonly #folder: string;
  readonly #lock: WriterLock;
  /** Oldest first; the last one is written to. */
  readonly #segments: SegmentFile[];
  #lastNumber: number;

  private constructor(folder: string, lock: WriterLock, numbers: readonly number[]) {
    this.#folder = folder;
    this.#lock = lock;
    this.#segments = numbers.map((number) => SegmentFile.open(segmentPath(folder, number)));
    this.#lastNumber = numbers.at(-1) ?? 0;
  }

  /** Takes the lock of the folder and opens what is there; throws coded refusals. */
  static open(folder: string): SegmentStore {
    checkSqliteVersion();
    let lock: WriterLock | undefined;
    try {
      makeFolder(folder);
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      lock = WriterLock.take(folder);
      const store = new SegmentStore(folder, lock, segmentNumbers(folder));
      store.#complete();
      return store;
    } catch (thrown) {
      lock?.[Symbol.dispose]();
      throw openingFailed(folder, thrown);
    }
  }

  get tail(): number {
    return this.#current().tail;
  }

  get first(): number {
    return must(this.#segments[0], "An open store has a segment").first;
  }

  /** What it throws must end all writing. */
  append(expectedPosition: number, batchId: string, rows: readonly EncodedRow[]): AppendOutcome {
    const segment = this.#current();
    if (segment.tail !== expectedPosition) return { outcome: "conflict", position: segment.tail };
    segment.append(batchId, rows);
    return { outcome: "appended", position: segment.tail };
  }

  /**
   * What it throws must end all writing. The next segment is there before the seal, so that a seal without one behind it
   * always means that a file was lost.
   */
  seal(expectedPosition: number, snapshot: SnapshotReference): AppendOutcome {
    const sealed = this.#current();
    if (sealed.tail !== expectedPosition) return { outcome: "conflict", position: sealed.tail };
    this.#create(expectedPosition + 2);
    sealed.append(batchIdOfSeal(expectedPosition), [encode(sealRow(snapshot))]);
    this.#writeOpened(snapshot);
    return { outcome: "appended", position: this.tail };
  }

  read(from: number): readonly StoredRow[] {
    if (from > 0 && from < this.first) throw rowsDropped(from, this.first);
    const rows: StoredRow[] = [];
    let characters = 0;
    for (const segment of this.#segments) {
      if (segment.tail < from) continue;
      for (const row of segment.read(from)) {
        rows.push(row);
        characters += row.body.length;
        if (rows.length >= READ_ROWS_MAX || characters >= READ_CHARACTERS_MAX) return rows;
      }
    }
    return rows;
  }

  /** Positions of a stream's rows after `after`, oldest first. */
  links(newest: number, after: number): readonly number[] {
    const positions: number[] = [];
    for (let position = newest; position > after; position = this.#segmentOf(position).previousOf(position)) {
      positions.push(position);
    }
    return positions.reverse();
  }

  rowsAt(positions: readonly number[]): readonly StoredRow[] {
    const rows: StoredRow[] = [];
    let characters = 0;
    for (const position of positions) {
      const row = this.#segmentOf(position).rowAt(position);
      rows.push(row);
      characters += row.body.length;
      if (characters >= READ_CHARACTERS_MAX) break;
    }
    return rows;
  }

  /** Reads everything; answers the number of rows, all as they were written. */
  verify(): number {
    let count = 0;
    for (const segment of this.#segments) {
      for (const row of segment.read(segment.first)) count += row.position > 0 ? 1 : 0;
    }
    return count;
  }

  drop(position: number): number {
    let count = 0;
    for (let next = this.#segments[1]; next !== undefined && next.first <= position; next = this.#segments[1]) {
      const oldest = must(this.#segments.shift(), "There are two segments");
      oldest.close();
      SegmentFile.remove(oldest.path);
      count += 1;
    }
    return count;
  }

  [Symbol.dispose](): void {
    for (const segment of this.#segments) segment.close();
    this.#lock[Symbol.dispose]();
  }

  /** Checks that segments follow each other, and finishes what a crash interrupted: the first one, or a seal. */
  #complete(): void {
    if (this.#segments.length === 0) this.#create(1);
    this.#completeSeal();
    for (const [index, segment] of this.#segments.entries()) {
      const next = this.#segments[index + 1];
      if (next !== undefined && next.first !== segment.tail + 1) {
        throw damaged(next.path, `it starts at ${next.first}, but the segment before ends at ${segment.tail}`);
      }
    }
    const current = this.#current();
    if (current.tail >= current.first && sealIn(current.rowAt(current.tail)) !== undefined) {
      throw damaged(current.path, "it is sealed, but the segment after it is missing");
    }
  }

  /** An empty segment behind another one is from a seal that was interrupted, before or after the seal itself. */
  #completeSeal(): void {
    const [previous, last] = this.#segments.slice(-2);
    if (previous === undefined || last === undefined || last.tail >= last.first) return;
    const snapshot = previous.tail < previous.first ? undefined : sealIn(previous.rowAt(previous.tail));
    if (snapshot !== undefined) {
      this.#writeOpened(snapshot);
      return;
    }
    if (previous.tail + 2 !== last.first) throw damaged(previous.path, `it ends at ${previous.tail} without a seal`);
    this.#segments.pop();
    this.#lastNumber -= 1;
    last.close();
    SegmentFile.remove(last.path);
  }

  #writeOpened(snapshot: SnapshotReference): void {
    const current = this.#current();
    current.append(batchIdOfSeal(current.first - 2), [encode(openedRow(snapshot))]);
  }

  #create(first: number): void {
    this.#lastNumber += 1;
    this.#segments.push(SegmentFile.create(segmentPath(this.#folder, this.#lastNumber), first));
  }

  #current(): SegmentFile {
    return must(this.#segments.at(-1), "An open store has a segment");
  }

  #segmentOf(position: number): SegmentFile {
    const segment = this.#segments.findLast(({ first }) => first <= position);
    if (segment === undefined || position > segment.tail) throw rowsDropped(position, this.first);
    return segment;
  }
}

/** Numbers of the segments in a folder, without gaps; removes what an interrupted creation left. */
function segmentNumbers(folder: string): readonly number[] {
  const names = readdirSync(folder);
  for (const name of names) if (/^log-[0-9]+\.db\.new/.test(name)) rmSync(join(folder, name), { force: true });
  const numbers = segmentNumbersIn(names);
  for (const [index, number] of numbers.entries()) {
    const before = numbers[index - 1];
    if (before !== undefined && number !== before + 1) {
      throw damaged(segmentPath(folder, before + 1), "the file is missing, but a later segment is there");
    }
  }
  const rests = names.filter((name) => /^log-[0-9]+\.db-wal$/.test(name)).map((name) => name.slice(0, -"-wal".length));
  const lost = rests.find((name) => !names.includes(name)) ?? (numbers.length === 0 ? firstTrace(names) : undefined);
  if (lost !== undefined) throw damaged(join(folder, lost), "the file is missing, but what belongs to it is there");
  return numbers;
}

/** What only a log leaves behind: a folder that has it and no segment has lost its segments. */
function firstTrace(names: readonly string[]): string | undefined {
  return names.includes("snapshots") || names.includes("blobs") ? "log-0001.db" : undefined;
}

function encode(row: { stream: string; previousPosition: number; events: readonly unknown[] }): EncodedRow {
  return { stream: row.stream, previousPosition: row.previousPosition, body: JSON.stringify(row.events) };
}

function batchIdOfSeal(expectedPosition: number): string {
  return `seal.${expectedPosition + 1}`;
}
