import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { codedError, DroverError, type CodedError } from "../../base/coded-error.ts";
import { damaged, openingFailed, readingFailed } from "./log-refusal.ts";
import { isMissingFile } from "./missing-file.ts";
import { segmentNumbersIn, segmentPath } from "./segment-names.ts";
import { missingRows, SegmentReader, type ReadRow } from "./segment-reader.ts";
import { checkSqliteVersion } from "./sqlite-version.ts";
import { BlobCheck } from "./verify-blobs.ts";
import { LaneCheck } from "./verify-lane.ts";
import { checkSnapshots } from "./verify-snapshots.ts";
import { checkWal } from "./wal-check.ts";

/** Something in a log that is not as it must be. */
export interface LogFinding {
  readonly error: CodedError;
  /** Row it is about; absent for whole files. */
  readonly position?: number;
}

export interface VerifyProgress {
  readonly rows: number;
  readonly events: number;
  readonly position: number;
  readonly segment: number;
  readonly segmentCount: number;
  readonly findingCount: number;
}

export interface VerifyReport {
  readonly segments: number;
  readonly rows: number;
  readonly events: number;
  readonly streams: number;
  readonly epochs: number;
  readonly blobs: number;
  readonly snapshots: number;
  /** The first {@link FINDINGS_MAX}; more are only counted. */
  readonly findings: readonly LogFinding[];
  readonly findingCount: number;
}

export interface VerifyOptions {
  /** Hashes of the blobs an event names: events are opaque here. */
  readonly blobsNamedBy: (event: unknown) => readonly string[];
}

export const FINDINGS_MAX = 1_000;
const ROWS_PER_TURN = 1_000;
/** Looks at a write-ahead log that somebody may just be writing, before it is called damaged. */
const WAL_LOOKS = 5;

/**
 * Reads everything in the log of a data folder and compares it with what it must be: pages, checksums, dense positions,
 * links between the rows of a stream, seals, owners, snapshots, and blobs. Changes nothing, and may run while another
 * process writes. Gives a turn to the caller from time to time.
 *
 * Throws `DRV_LOG_ABSENT` or `DRV_LOG_FOLDER_UNUSABLE` when there is nothing to verify.
 */
export function* verifyLog(folder: string, options: VerifyOptions): Generator<VerifyProgress, VerifyReport, undefined> {
  checkSqliteVersion();
  return yield* new LogCheck(resolve(folder), options).all();
}

class LogCheck {
  readonly #folder: string;
  readonly #findings: LogFinding[] = [];
  readonly #blobs: BlobCheck;
  readonly #lane: LaneCheck;
  #findingCount = 0;
  #rows = 0;
  #position = 0;

  constructor(folder: string, { blobsNamedBy }: VerifyOptions) {
    this.#folder = folder;
    const report = (error: CodedError, position?: number): void => this.#found(error, position);
    this.#blobs = new BlobCheck(folder, report);
    this.#lane = new LaneCheck({ report, named: (event) => blobsNamedBy(event), blobs: this.#blobs });
  }

  *all(): Generator<VerifyProgress, VerifyReport, undefined> {
    const names = namesIn(this.#folder);
    const numbers = segmentNumbersIn(names);
    this.#checkNames(names, numbers);
    for (const [index, number] of numbers.entries()) {
      yield* this.#segment(number, { segment: index + 1, segmentCount: numbers.length });
    }
    this.#lane.end();
    const blobs = this.#blobs.checkOthers();
    const { streams, snapshotNames, references } = this.#lane;
    const snapshots = checkSnapshots(this.#folder, { names: snapshotNames(), references, report: this.#report });
    return {
      segments: numbers.length,
      rows: this.#rows,
      events: this.#lane.events,
      streams: streams.size,
      epochs: this.#lane.epochs,
      blobs,
      snapshots,
      findings: this.#findings,
      findingCount: this.#findingCount,
    };
  }

  readonly #report = (error: CodedError, position?: number): void => this.#found(error, position);

  #found(error: CodedError, position?: number): void {
    this.#findingCount += 1;
    if (this.#findings.length >= FINDINGS_MAX) return;
    this.#findings.push(position === undefined ? { error } : { error, position });
  }

  #refused(thrown: unknown): void {
    for (const error of readingFailed(this.#folder, thrown).errors) this.#found(error);
  }

  /** Files that are missing although others say that they were there. */
  #checkNames(names: readonly string[], numbers: readonly number[]): void {
    for (const [index, number] of numbers.entries()) {
      const before = numbers[index - 1] ?? number - 1;
      if (number !== before + 1) {
        this.#refused(
          damaged(segmentPath(this.#folder, before + 1), "the file is missing, but a later segment is there"),
        );
      }
    }
    const rests = names
      .filter((name) => /^log-[0-9]+\.db-wal$/.test(name))
      .map((name) => name.slice(0, -"-wal".length));
    for (const name of rests.filter((rest) => !names.includes(rest))) {
      this.#refused(damaged(join(this.#folder, name), "the file is missing, but what belongs to it is there"));
    }
    if (numbers.length > 0 || rests.length > 0) return;
    if (names.includes("snapshots") || names.includes("blobs")) {
      this.#refused(damaged(segmentPath(this.#folder, 1), "the file is missing, but what belongs to it is there"));
      return;
    }
    throw absent(this.#folder, "the folder holds none");
  }

  *#segment(
    number: number,
    place: { readonly segment: number; readonly segmentCount: number },
  ): Generator<VerifyProgress, void, undefined> {
    const path = segmentPath(this.#folder, number);
    let reader: SegmentReader | undefined;
    try {
      checkWalPatiently(path);
      reader = SegmentReader.open(path);
      reader.checkPages();
    } catch (thrown) {
      for (const error of openingFailed(path, thrown).errors) this.#found(error);
    }
    if (reader === undefined) return;
    using segment = reader;
    this.#lane.beginSegment(segment.first);
    if (this.#position > 0 && segment.first > this.#position + 1 && segment.tail >= segment.first) {
      this.#row(missingRows(path, this.#position + 1, segment.first - 1));
    }
    try {
      for (const read of segment.read(segment.first)) {
        this.#row(read);
        if (this.#rows % ROWS_PER_TURN === 0) yield this.#progress(place);
      }
    } catch (thrown) {
      this.#refused(thrown);
    }
    yield this.#progress(place);
  }

  #row(read: ReadRow): void {
    if (!read.ok) {
      this.#found(read.error, read.position);
      this.#position = read.last;
      this.#lane.unreadable(read);
      return;
    }
    this.#rows += 1;
    this.#position = read.row.position;
    this.#lane.row(read.row);
  }

  #progress(place: { readonly segment: number; readonly segmentCount: number }): VerifyProgress {
    const { events } = this.#lane;
    return { rows: this.#rows, events, position: this.#position, ...place, findingCount: this.#findingCount };
  }
}

/** What looks damaged may be half written; what stays the same is not. */
function checkWalPatiently(path: string): void {
  for (let look = 1; ; look++) {
    const before = writtenMs(path);
    try {
      checkWal(path);
      return;
    } catch (thrown) {
      if (look >= WAL_LOOKS || before === writtenMs(path)) throw thrown;
    }
  }
}

function writtenMs(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (isMissingFile(thrown)) throw absent(folder, "there is no such folder");
    throw openingFailed(folder, thrown);
  }
}

function absent(folder: string, found: string): DroverError {
  return new DroverError([codedError("DRV_LOG_ABSENT", `Cannot open the log in "${folder}": ${found}`)]);
}
