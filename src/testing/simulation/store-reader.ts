import { codedError, DroverError } from "../../base/coded-error.ts";
import type { DurableLog, ReadStreamOptions } from "../../eventlog/durable-log.ts";
import type { LogRow } from "../../eventlog/event-log.ts";
import type { SimStore } from "./sim-store.ts";

/** The store as the checks see it: nothing is late, lost or damaged, and nothing can be written. */
export class StoreReader implements DurableLog {
  readonly laneCount = 1;
  readonly snapshots: DurableLog["snapshots"];
  readonly blobs: DurableLog["blobs"];
  readonly #store: SimStore;

  constructor(store: SimStore) {
    this.#store = store;
    this.snapshots = {
      put: refuse,
      latest: async (name) => {
        const snapshot = store.snapshots.get(name)?.at(-1);
        return snapshot === undefined ? { damaged: [] } : { snapshot, damaged: [] };
      },
    };
    this.blobs = { put: refuse, get: async (hash) => store.blob(hash) };
  }

  append = refuse;
  seal = refuse;
  drop = refuse;

  async *read(_lane: number, from: number): AsyncIterable<LogRow> {
    for (let position = Math.max(1, from); position <= this.#store.tail; position++) {
      const row = this.#store.row(position);
      if (row !== undefined) yield row;
    }
  }

  async *readStream(_lane: number, newest: number, { after = 0 }: ReadStreamOptions = {}): AsyncIterable<LogRow> {
    const rows: LogRow[] = [];
    for (let row = this.#store.row(newest); row !== undefined && row.position > after;) {
      rows.push(row);
      row = this.#store.row(row.previousPosition);
    }
    yield* rows.reverse();
  }

  tail(): number {
    return this.#store.tail;
  }

  firstPosition(): number {
    return 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function refuse(): Promise<never> {
  throw new DroverError([codedError("DRV_LOG_CLOSED", "Cannot write: the checks only read")]);
}
