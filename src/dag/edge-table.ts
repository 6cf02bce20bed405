import { EdgeLists } from "./edge-lists.ts";
import type { EdgeColumns } from "./adjacency.ts";
import { widened } from "./widened.ts";

/** Above every node number, so that a pair of them is one exact integer. */
const PAIR_BASE = 2 ** 26;
const CAPACITY_MIN = 16;

/**
 * Edges that come and go. Each has a number, its columns, and a place in two lists: those leaving its source and those
 * entering its target. Finding, adding and removing one is O(1); numbers of removed edges are used again.
 */
export class EdgeTable {
  readonly outgoing = new EdgeLists();
  readonly incoming = new EdgeLists();
  readonly #byPair = new Map<number, number>();
  readonly #unused: number[] = [];
  #sources = new Uint32Array(CAPACITY_MIN);
  #targets = new Uint32Array(CAPACITY_MIN);
  #kinds = new Uint8Array(CAPACITY_MIN);
  #nextNumber = 0;

  get size(): number {
    return this.#byPair.size;
  }

  sourceOf(edge: number): number {
    return this.#sources[edge] ?? 0;
  }

  targetOf(edge: number): number {
    return this.#targets[edge] ?? 0;
  }

  /** The number of the edge from `source` to `target`, or `undefined`. */
  find(source: number, target: number): number | undefined {
    return this.#byPair.get(source * PAIR_BASE + target);
  }

  /** Adds an edge; there must be none yet between the two. */
  add({ source, target, kind }: { readonly source: number; readonly target: number; readonly kind: number }): void {
    const edge = this.#unused.pop() ?? this.#nextNumber++;
    if (edge === this.#sources.length) {
      this.#sources = widened(this.#sources, edge * 2);
      this.#targets = widened(this.#targets, edge * 2);
      this.#kinds = widened(this.#kinds, edge * 2);
    }
    this.#sources[edge] = source;
    this.#targets[edge] = target;
    this.#kinds[edge] = kind;
    this.#byPair.set(source * PAIR_BASE + target, edge);
    this.outgoing.add(source, edge);
    this.incoming.add(target, edge);
  }

  remove(edge: number): void {
    const source = this.sourceOf(edge);
    const target = this.targetOf(edge);
    this.#byPair.delete(source * PAIR_BASE + target);
    this.outgoing.remove(source, edge);
    this.incoming.remove(target, edge);
    this.#unused.push(edge);
  }

  /** All edges, with `newIndex` in place of node numbers. */
  columns(newIndex: Uint32Array): EdgeColumns {
    const sources = new Uint32Array(this.size);
    const targets = new Uint32Array(this.size);
    const kinds = new Uint8Array(this.size);
    let row = 0;
    for (const edge of this.#byPair.values()) {
      sources[row] = newIndex[this.sourceOf(edge)] ?? 0;
      targets[row] = newIndex[this.targetOf(edge)] ?? 0;
      kinds[row] = this.#kinds[edge] ?? 0;
      row++;
    }
    return { sources, targets, kinds };
  }
}
