import { codedError, DroverError } from "../../base/coded-error.ts";
import { sha256 } from "../../base/json.ts";
import type { Snapshot, SnapshotReference } from "../../eventlog/durable-log.ts";
import type { AppendOutcome, LogBatch, LogRow, NewLogRow } from "../../eventlog/event-log.ts";
import { openedRow, sealRow } from "../../eventlog/lane-record.ts";
import type { SimProcess } from "./sim-process.ts";
import { StorePort } from "./store-port.ts";
import type { SimWorld } from "./sim-world.ts";

/** A row, and the process whose append it came with. */
export interface StoredRow extends LogRow {
  readonly writer: string;
}

/** Who hears what becomes durable. */
export interface StoreWatcher {
  /** A batch is durable; its writer does not know yet. */
  committed(rows: readonly StoredRow[], writer: SimProcess): void;
  /** A process asked to keep a snapshot, before it is kept. */
  snapshotOffered(name: string, position: number, content: Uint8Array): void;
}

/** The durable part of the world: what is here has survived, and is what every process after a crash begins with. */
export class SimStore {
  readonly world: SimWorld;
  readonly blobs = new Map<string, Uint8Array>();
  /** Oldest first, by name. */
  readonly snapshots = new Map<string, Snapshot[]>();
  readonly #rows: StoredRow[] = [];
  readonly #watcher: StoreWatcher;

  constructor(world: SimWorld, watcher: StoreWatcher) {
    this.world = world;
    this.#watcher = watcher;
  }

  /** The store as one process reaches it. */
  port(process: SimProcess): StorePort {
    return new StorePort(this, process);
  }

  get tail(): number {
    return this.#rows.length;
  }

  row(position: number): StoredRow | undefined {
    return this.#rows[position - 1];
  }

  /** Makes a batch durable, if nobody was faster. */
  commit(expectedPosition: number, batch: LogBatch, writer: SimProcess): AppendOutcome {
    if (this.tail !== expectedPosition) return { outcome: "conflict", position: this.tail };
    const rows = batch.rows.map((row, index) => stored(row, batch.batchId, expectedPosition + index + 1, writer));
    this.#rows.push(...rows);
    this.#watcher.committed(rows, writer);
    return { outcome: "appended", position: this.tail };
  }

  commitSeal(expectedPosition: number, snapshot: SnapshotReference, writer: SimProcess): AppendOutcome {
    const batchId = `seal.${expectedPosition + 1}`;
    return this.commit(expectedPosition, { batchId, rows: [sealRow(snapshot), openedRow(snapshot)] }, writer);
  }

  /** @returns the reference of the snapshot, for whom it is kept */
  offer(name: string, position: number, content: Uint8Array): SnapshotReference {
    this.#watcher.snapshotOffered(name, position, content);
    return { name, position, hash: sha256(content) };
  }

  keep(snapshot: Snapshot): void {
    const others = (this.snapshots.get(snapshot.name) ?? []).filter(({ position }) => position !== snapshot.position);
    const all = [...others, snapshot].sort((one, other) => one.position - other.position);
    this.snapshots.set(snapshot.name, all.slice(-10));
  }

  blob(hash: string): Uint8Array {
    const content = this.blobs.get(hash);
    if (content !== undefined) return content;
    throw new DroverError([codedError("DRV_LOG_BLOB_MISSING", `Cannot read blob "${hash}": it was never kept`)]);
  }
}

function stored(row: NewLogRow, batchId: string, position: number, writer: SimProcess): StoredRow {
  const { stream, previousPosition } = row;
  // As text and back, as on disk: nobody shares objects with the log.
  const parsed: unknown = JSON.parse(row.encoded ?? JSON.stringify(row.events));
  const events: readonly unknown[] = Array.isArray(parsed) ? parsed : [];
  return { position, batchId, stream, previousPosition, events, writer: writer.name };
}
