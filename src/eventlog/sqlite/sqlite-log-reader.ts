import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { codedError, DroverError, fromThrown } from "../../base/coded-error.ts";
import { sha256 } from "../../base/json.ts";
import { blobDamaged, blobMissing } from "../blob-refusal.ts";
import { damaged, readingFailed } from "./log-refusal.ts";
import { isMissingFile } from "./missing-file.ts";
import { segmentNumbersIn, segmentPath } from "./segment-names.ts";
import { missingRows, SegmentReader, type ReadRow } from "./segment-reader.ts";
import { checkSqliteVersion } from "./sqlite-version.ts";

/** Rows and characters handed over at once, unless a single row has more. */
export interface ReadLimits {
  readonly rowsMax: number;
  readonly charactersMax: number;
}

const READ_LIMITS: ReadLimits = { rowsMax: 2_000, charactersMax: 8 * 1024 * 1024 };
const HASH = /^[0-9a-f]{64}$/;

/**
 * Opens the log of a data folder for reading, also while another thread or process writes to it. Throws a `DroverError`:
 * `DRV_LOG_ABSENT` where there is no log, `DRV_LOG_FOLDER_UNUSABLE`, `DRV_LOG_SQLITE_TOO_OLD`,
 * `DRV_LOG_FORMAT_UNKNOWN`, or `DRV_LOG_DAMAGED`.
 *
 * It blocks while the disk works: it belongs into a thread of its own, or into a program that does nothing else.
 */
export function openSqliteLogReader(folder: string): SqliteLogReader {
  checkSqliteVersion();
  return new SqliteLogReader(resolve(folder));
}

/** A log as its files are by now. Damaged rows are reported where they stand; what follows them can still be read. */
export class SqliteLogReader implements Disposable {
  readonly folder: string;
  readonly #segments = new Map<number, SegmentReader>();

  constructor(folder: string) {
    this.folder = folder;
    try {
      this.#look();
    } catch (thrown) {
      this[Symbol.dispose]();
      throw thrown;
    }
  }

  /** Position of the oldest row kept. */
  get first(): number {
    return this.#ordered()[0]?.first ?? 1;
  }

  /** Position of the newest row by now; 0 for a log without rows. */
  get tail(): number {
    this.#look();
    const newest = this.#ordered().findLast((segment) => segment.tail >= segment.first);
    return newest?.tail ?? this.first - 1;
  }

  /** Segments by now, oldest first. */
  get segments(): readonly SegmentReader[] {
    this.#look();
    return this.#ordered();
  }

  /** Rows from `from` on, in order; none when there is nothing newer by now. */
  rows(from: number, limits: ReadLimits = READ_LIMITS): readonly ReadRow[] {
    if (this.#isBehind(from)) this.#look();
    const rows: ReadRow[] = [];
    try {
      this.#collect(from, limits, rows);
    } catch (thrown) {
      // What was read before the damage counts; asking again from there says what is wrong.
      if (rows.length === 0) throw readingFailed(this.folder, thrown);
    }
    return rows;
  }

  /** The content of a hash. Throws `DRV_LOG_BLOB_MISSING` or `DRV_LOG_BLOB_DAMAGED`. */
  blob(hash: string): Uint8Array {
    if (!HASH.test(hash)) throw new DroverError([blobMissing(hash)]);
    let content: Uint8Array;
    try {
      content = readFileSync(join(this.folder, "blobs", hash.slice(0, 2), hash));
    } catch (thrown) {
      throw new DroverError([isMissingFile(thrown) ? blobMissing(hash) : blobDamaged(hash)]);
    }
    if (sha256(content) !== hash) throw new DroverError([blobDamaged(hash)]);
    return content;
  }

  [Symbol.dispose](): void {
    for (const segment of this.#segments.values()) segment[Symbol.dispose]();
    this.#segments.clear();
  }

  #collect(from: number, { rowsMax, charactersMax }: ReadLimits, rows: ReadRow[]): void {
    let next = Math.max(from, this.first);
    let characters = 0;
    const segments = this.#ordered();
    for (const [index, segment] of segments.entries()) {
      const following = segments[index + 1];
      if (following !== undefined && following.first <= next) continue;
      for (const read of segment.read(next)) {
        rows.push(read);
        next = (read.ok ? read.row.position : read.last) + 1;
        characters += read.ok ? read.row.body.length : 0;
        if (rows.length >= rowsMax || characters >= charactersMax) return;
      }
      // A segment is made before the one ahead of it is sealed: until it has rows, nothing is missing.
      if (following === undefined || following.first <= next || following.tail < following.first) continue;
      rows.push(missingRows(segment.path, next, following.first - 1));
      next = following.first;
    }
  }

  /** Whether a segment that is not known here might have the row. */
  #isBehind(from: number): boolean {
    const newest = this.#ordered().at(-1);
    return newest === undefined || newest.tail < from;
  }

  /** Finds segments that were made or dropped since. */
  #look(): void {
    const numbers = segmentNumbersIn(namesIn(this.folder));
    if (numbers.length === 0) throw absent(this.folder);
    for (const [known, segment] of this.#segments) {
      if (numbers.includes(known)) continue;
      segment[Symbol.dispose]();
      this.#segments.delete(known);
    }
    for (const [index, number] of numbers.entries()) {
      const before = numbers[index - 1];
      if (before !== undefined && number !== before + 1) {
        throw damaged(segmentPath(this.folder, before + 1), "the file is missing, but a later segment is there");
      }
      if (!this.#segments.has(number)) {
        this.#segments.set(number, SegmentReader.open(segmentPath(this.folder, number)));
      }
    }
  }

  #ordered(): readonly SegmentReader[] {
    return [...this.#segments].sort(([a], [b]) => a - b).map(([, segment]) => segment);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (!existsSync(folder)) throw absent(folder);
    throw new DroverError([fromThrown("DRV_LOG_FOLDER_UNUSABLE", thrown, `Cannot open the log in "${folder}"`)]);
  }
}

function absent(folder: string): DroverError {
  const found = existsSync(folder) ? "the folder holds none" : "there is no such folder";
  return new DroverError([codedError("DRV_LOG_ABSENT", `Cannot open the log in "${folder}": ${found}`)]);
}
