import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { EDGE_PREFERRED } from "./edge.ts";
import type { Graph } from "./graph.ts";
import { nodeNotFound } from "./graph-error.ts";
import { RankSet } from "./rank-set.ts";
import { dependencyCounts } from "./topological-sort.ts";

/**
 * What is ready now, kept up to date: `frontier.ready()` always equals `graph.readyNodes(everything completed so far)`.
 * One completion looks only at the dependents of the completed node, so a whole run costs O(nodes + edges).
 *
 * @example
 * const frontier = graph.frontier(); // a -> b -> c
 * frontier.ready(); // ["a"]
 * frontier.complete("a"); // { ok: true, value: ["b"] }
 */
export class Frontier<Id extends string = string> {
  readonly #graph: Graph<Id>;
  /** For each node how many blocking dependencies are still open. */
  readonly #missing: Uint32Array;
  readonly #isCompleted: Uint8Array;
  /** Ranks by id of the ready nodes. */
  readonly #ready: RankSet;
  #completedCount = 0;

  constructor(graph: Graph<Id>) {
    this.#graph = graph;
    this.#missing = dependencyCounts(graph, { edges: "blocking" });
    this.#isCompleted = new Uint8Array(graph.nodeCount);
    this.#ready = new RankSet(graph.nodeCount);
    for (let node = 0; node < graph.nodeCount; node++) {
      if (this.#missing[node] === 0) this.#ready.add(graph.idRank[node] ?? 0);
    }
  }

  get readyCount(): number {
    return this.#ready.size;
  }

  get completedCount(): number {
    return this.#completedCount;
  }

  /** Whether every node is completed. */
  get isDone(): boolean {
    return this.#completedCount === this.#graph.nodeCount;
  }

  /** The ready nodes, ascending by id. */
  ready(): Id[] {
    const ids: Id[] = [];
    for (let rank = this.#ready.smallestFrom(0); rank !== -1; rank = this.#ready.smallestFrom(rank + 1)) {
      ids.push(this.#graph.idAt(this.#graph.idOrder[rank] ?? 0));
    }
    return ids;
  }

  /**
   * Records that `id` is completed. A node may complete before it is ready, as when a run is resumed, and completing it
   * again changes nothing.
   * @returns the nodes that became ready through this, ascending by id, or `DRV_GRAPH_NODE_NOT_FOUND`
   */
  complete(id: Id): Result<Id[], CodedError> {
    const node = this.#graph.indexOf(id);
    if (node === undefined) return err(nodeNotFound(id));
    if (this.#isCompleted[node] === 1) return ok([]);
    this.#isCompleted[node] = 1;
    this.#completedCount++;
    this.#ready.delete(this.#graph.idRank[node] ?? 0);
    return ok(this.#release(node));
  }

  /** Counts down the dependents of `node`; rows ascend by id, so the answer does too. */
  #release(node: number): Id[] {
    const { offsets, targets, kinds } = this.#graph.outgoing;
    const released: Id[] = [];
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      if (kinds[edge] === EDGE_PREFERRED) continue;
      const target = targets[edge] ?? 0;
      const left = (this.#missing[target] ?? 0) - 1;
      this.#missing[target] = left;
      if (left > 0 || this.#isCompleted[target] === 1) continue;
      this.#ready.add(this.#graph.idRank[target] ?? 0);
      released.push(this.#graph.idAt(target));
    }
    return released;
  }
}
