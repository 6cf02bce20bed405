import { sha256 } from "../base/json.ts";
import {
  SNAPSHOTS_KEPT,
  type LatestSnapshot,
  type Snapshot,
  type SnapshotReference,
  type SnapshotStore,
} from "./durable-log.ts";

/** Snapshots that live as long as their process. */
export class MemorySnapshotStore implements SnapshotStore {
  /** Oldest first, by name. */
  readonly #snapshots = new Map<string, readonly Snapshot[]>();

  async put(name: string, position: number, content: Uint8Array): Promise<SnapshotReference> {
    const reference = { name, position, hash: sha256(content) };
    const others = (this.#snapshots.get(name) ?? []).filter((other) => other.position !== position);
    const kept = [...others, { ...reference, content: content.slice() }].sort((a, b) => a.position - b.position);
    this.#snapshots.set(name, kept.slice(-SNAPSHOTS_KEPT));
    return reference;
  }

  async latest(name: string): Promise<LatestSnapshot> {
    const snapshot = this.#snapshots.get(name)?.at(-1);
    return snapshot === undefined ? { damaged: [] } : { snapshot, damaged: [] };
  }
}
