import { codedError, DroverError, type CodedError } from "../../base/coded-error.ts";
import { sha256 } from "../../base/json.ts";
import type {
  BlobStore,
  DurableLog,
  LatestSnapshot,
  ReadStreamOptions,
  Snapshot,
  SnapshotReference,
  SnapshotStore,
} from "../../eventlog/durable-log.ts";
import type { AppendOutcome, LogBatch, LogRow } from "../../eventlog/event-log.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { SimItem } from "./sim-queue.ts";
import type { SimProcess } from "./sim-process.ts";
import type { SimStore } from "./sim-store.ts";

const COMMIT_MS_MAX = 500;

/**
 * The store as one process reaches it: commits take their time, answers get lost, writes fail, snapshots are damaged.
 * What the process asked for shortly before its death may still be done, or not.
 */
export class StorePort implements DurableLog {
  readonly laneCount = 1;
  readonly snapshots: SnapshotStore = {
    put: (name, position, content) => this.#putSnapshot(name, position, content),
    latest: (name) => this.#read(() => this.#latest(name)),
  };
  readonly blobs: BlobStore = {
    put: (content) => this.#putBlob(content),
    get: (hash) => this.#read(() => this.#store.blob(hash)),
  };
  readonly #store: SimStore;
  readonly #process: SimProcess;
  readonly #random: SeededRandom;
  readonly #inFlight = new Set<SimItem>();
  #isAppending = false;
  #failed: DroverError | undefined;

  constructor(store: SimStore, process: SimProcess) {
    this.#store = store;
    this.#process = process;
    this.#random = store.world.random(`store ${process.name}`);
  }

  async append(_lane: number, expectedPosition: number, batch: LogBatch): Promise<AppendOutcome> {
    return this.#write("commit", () => this.#store.commit(expectedPosition, batch, this.#process));
  }

  async seal(_lane: number, expectedPosition: number, snapshot: SnapshotReference): Promise<AppendOutcome> {
    return this.#write("seal", () => this.#store.commitSeal(expectedPosition, snapshot, this.#process));
  }

  /** The process is dead: half of what it had asked for is not done. */
  abandon(): void {
    for (const item of this.#inFlight) if (this.#random.integer(2) === 0) item[Symbol.dispose]();
    this.#inFlight.clear();
  }

  async *read(_lane: number, from: number): AsyncIterable<LogRow> {
    await this.#read(() => {});
    for (let position = Math.max(1, from); position <= this.#store.tail; position++) {
      const row = this.#store.row(position);
      if (row !== undefined) yield row;
    }
  }

  async *readStream(_lane: number, newest: number, { after = 0 }: ReadStreamOptions = {}): AsyncIterable<LogRow> {
    await this.#read(() => {});
    const rows: LogRow[] = [];
    for (let position = newest; position > after;) {
      const row = this.#store.row(position);
      if (row === undefined) throw refusal("DRV_LOG_ROW_MISSING", `Cannot read the row at ${position}: there is none`);
      rows.push(row);
      position = row.previousPosition;
    }
    yield* rows.reverse();
  }

  tail(): Promise<number> {
    return this.#read(() => this.#store.tail);
  }

  firstPosition(): number {
    return 1;
  }

  async drop(): Promise<number> {
    return 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #write(what: string, commit: () => AppendOutcome): Promise<AppendOutcome> {
    if (!this.#process.acts()) return new Promise(() => {});
    if (this.#failed !== undefined) throw this.#failed;
    if (this.#isAppending) throw refusal("DRV_LOG_APPEND_IN_FLIGHT", "Cannot append: another append is in flight");
    this.#isAppending = true;
    const { world } = this.#store;
    const fails = world.strikes("writeError", 1 / 40, this.#random);
    const isLost = world.strikes("ackLost", 1 / 5, this.#random);
    // What fails or whose answer is lost may have been written all the same.
    const isWritten = (!fails && !isLost) || this.#random.integer(2) === 0;
    const { promise, resolve, reject } = Promise.withResolvers<AppendOutcome>();
    const answer = (outcome: AppendOutcome): void => {
      this.#isAppending = false;
      if (fails) reject((this.#failed = refusal("DRV_LOG_WRITE_FAILED", "Cannot write the log: the disk is full")));
      else resolve(isLost ? { outcome: "unknown", reason: "the connection was lost" } : outcome);
    };
    const arrival = world.after(this.#delayMs(), `${this.#process.name} ${what}`, () => {
      this.#inFlight.delete(arrival);
      const outcome = isWritten ? commit() : { outcome: "unknown" as const, reason: "nothing was written" };
      world.after(this.#delayMs() / 4, "", () => this.#process.deliver(() => answer(outcome)));
    });
    this.#inFlight.add(arrival);
    return promise;
  }

  #delayMs(): number {
    return this.#random.next() * COMMIT_MS_MAX * this.#store.world.strength("commitDelay");
  }

  #read<Value>(look: () => Value): Promise<Value> {
    return this.#process.answered(this.#delayMs() / 10, "", look);
  }

  async #putBlob(content: Uint8Array): Promise<string> {
    const hash = sha256(content);
    const fails = this.#store.world.strikes("blobError", 1 / 10, this.#random);
    return this.#process.answered(this.#delayMs() / 4, "", () => {
      if (fails) throw refusal("DRV_LOG_WRITE_FAILED", "Cannot keep a blob: the disk is full");
      this.#store.blobs.set(hash, content.slice());
      return hash;
    });
  }

  async #putSnapshot(name: string, position: number, content: Uint8Array): Promise<SnapshotReference> {
    const reference = this.#store.offer(name, position, content);
    const snapshot: Snapshot = { ...reference, content: content.slice() };
    return this.#process.answered(this.#delayMs() / 2, `${this.#process.name} snapshot ${name} ${position}`, () => {
      this.#store.keep(snapshot);
      return reference;
    });
  }

  /** The newest snapshot, unless it has suffered. */
  #latest(name: string): LatestSnapshot {
    const kept = this.#store.snapshots.get(name) ?? [];
    const { world } = this.#store;
    if (kept.length === 0 || !world.strikes("snapshotLost", 1 / 2, this.#random)) return found(kept.at(-1), []);
    const way = this.#random.integer(3);
    world.log(
      `${this.#process.name} finds ${["no snapshot", "a damaged snapshot", "an old snapshot"][way]} of ${name}`,
    );
    if (way === 0) return found(undefined, []);
    if (way === 1) return found(kept.at(-2), [codedError("DRV_LOG_SNAPSHOT_DAMAGED", `Cannot read ${name}: damaged`)]);
    return found(kept[this.#random.integer(kept.length)], []);
  }
}

function found(snapshot: Snapshot | undefined, damaged: readonly CodedError[]): LatestSnapshot {
  return snapshot === undefined ? { damaged } : { snapshot, damaged };
}

function refusal(code: "DRV_LOG_ROW_MISSING" | "DRV_LOG_APPEND_IN_FLIGHT" | "DRV_LOG_WRITE_FAILED", message: string) {
  return new DroverError([codedError(code, message)]);
}
