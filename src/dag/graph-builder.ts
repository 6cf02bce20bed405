import { must } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import { err, type Ok, ok, type Result } from "../base/result.ts";
import { adjacencyOf } from "./adjacency.ts";
import { DependencyOrder } from "./dependency-order.ts";
import { type EdgeDefinition, type EdgeEnds, edgeKindCode } from "./edge.ts";
import { EdgeTable } from "./edge-table.ts";
import { dependencyRefused, edgeExists, limitExceeded, nodeExists, nodeNotFound, selfLoop } from "./graph-error.ts";
import { EDGE_COUNT_MAX, NODE_COUNT_MAX } from "./graph-limits.ts";
import { Graph } from "./graph.ts";
import { sortedIdOrder } from "./id-order.ts";
import { checkNodeId } from "./node-id.ts";

const DONE: Ok<void> = ok(undefined);

/** Two nodes by number. */
interface Ends {
  readonly source: number;
  readonly target: number;
}

/**
 * A graph in the making. Every change either happens completely or returns an error and changes nothing.
 *
 * @example
 * const builder = new GraphBuilder();
 * builder.addNode("build");
 * builder.addNode("test");
 * builder.addDependency({ source: "build", target: "test" });
 * builder.addDependency({ source: "test", target: "build" }); // DRV_GRAPH_CYCLE: "build" -> "test" -> "build"
 * builder.build().topologicalSort(); // { ok: true, value: ["build", "test"] }
 */
export class GraphBuilder<Id extends string = string> {
  /** Numbers of the present nodes. Numbers of removed nodes are not used again; `build` closes the gaps. */
  readonly #numbers = new Map<string, number>();
  readonly #edges = new EdgeTable();
  readonly #order = new DependencyOrder(this.#edges);
  /** Ids by number, removed ones included. */
  readonly #ids: Id[] = [];

  /** A builder that starts with everything in `graph`, which itself never changes. */
  static from<Id extends string>(graph: Graph<Id>): GraphBuilder<Id> {
    const builder = new GraphBuilder<Id>();
    for (const id of graph.ids) builder.#append(id);
    const { offsets, targets, kinds } = graph.outgoing;
    for (let source = 0; source < graph.nodeCount; source++) {
      const end = offsets[source + 1] ?? 0;
      for (let edge = offsets[source] ?? 0; edge < end; edge++) {
        const target = targets[edge] ?? 0;
        builder.#order.noteUncheckedEdge(source, target);
        builder.#edges.add({ source, target, kind: kinds[edge] ?? 0 });
      }
    }
    return builder;
  }

  get nodeCount(): number {
    return this.#numbers.size;
  }

  get edgeCount(): number {
    return this.#edges.size;
  }

  has(id: string): boolean {
    return this.#numbers.has(id);
  }

  /** Whether there is an edge of any kind from `source` to `target`. */
  hasEdge(ends: EdgeEnds): boolean {
    const source = this.#numbers.get(ends.source);
    const target = this.#numbers.get(ends.target);
    return source !== undefined && target !== undefined && this.#edges.find(source, target) !== undefined;
  }

  /** Adds a node, or fails with `DRV_GRAPH_NODE_ID_INVALID`, `DRV_GRAPH_NODE_EXISTS` or `DRV_GRAPH_LIMIT_EXCEEDED`. */
  addNode(id: Id): Result<void, CodedError> {
    const problem = checkNodeId(id);
    if (problem !== undefined) return err(problem);
    if (this.#numbers.has(id)) return err(nodeExists(id));
    if (this.#ids.length >= NODE_COUNT_MAX) return err(limitExceeded("nodes", NODE_COUNT_MAX));
    this.#append(id);
    return DONE;
  }

  /**
   * Adds an edge as it is, even when it closes a loop, so that a whole definition can be read before it is judged.
   *
   * Fails with the first that applies: `DRV_GRAPH_SELF_LOOP`, `DRV_GRAPH_NODE_NOT_FOUND` for the source,
   * `DRV_GRAPH_NODE_NOT_FOUND` for the target, `DRV_GRAPH_EDGE_EXISTS`, `DRV_GRAPH_LIMIT_EXCEEDED`.
   */
  addEdge(edge: EdgeDefinition<Id>): Result<void, CodedError> {
    const ends = this.#freeEnds(edge);
    if (!ends.ok) return ends;
    const { source, target } = ends.value;
    this.#order.noteUncheckedEdge(source, target);
    this.#edges.add({ source, target, kind: edgeKindCode(edge.kind ?? "success") });
    return DONE;
  }

  /**
   * Adds an edge that keeps the graph free of loops. Edges of all kinds count, because sorting respects them all.
   *
   * Fails as {@link addEdge}, and then with `DRV_GRAPH_CYCLE`: `details.cycle` lists every node of the loop in order, from the
   * target to the source. Costs O(1) when edges come in roughly the order of the work; see `dependency-order.ts`.
   */
  addDependency(edge: EdgeDefinition<Id>): Result<void, CodedError> {
    const ends = this.#freeEnds(edge);
    if (!ends.ok) return ends;
    const { source, target } = ends.value;
    const walk = this.#order.admit(source, target);
    if (walk !== undefined) {
      return err(
        dependencyRefused(
          edge,
          walk.map((number) => this.#idOf(number)),
        ),
      );
    }
    this.#edges.add({ source, target, kind: edgeKindCode(edge.kind ?? "success") });
    return DONE;
  }

  /** Removes a node with all its edges, or fails with `DRV_GRAPH_NODE_NOT_FOUND`. */
  removeNode(id: Id): Result<void, CodedError> {
    const number = this.#numbers.get(id);
    if (number === undefined) return err(nodeNotFound(id));
    this.#numbers.delete(id);
    for (const list of [this.#edges.outgoing, this.#edges.incoming]) {
      for (let edge = list.first(number); edge !== -1; edge = list.first(number)) this.#edges.remove(edge);
    }
    this.#order.noteRemoval();
    return DONE;
  }

  /**
   * Removes the edge from `source` to `target`, of whatever kind.
   * @returns whether there was one, or `DRV_GRAPH_NODE_NOT_FOUND` for an unknown end
   */
  removeEdge(ends: EdgeEnds<Id>): Result<boolean, CodedError> {
    const numbers = this.#knownEnds(ends);
    if (!numbers.ok) return numbers;
    const edge = this.#edges.find(numbers.value.source, numbers.value.target);
    if (edge === undefined) return ok(false);
    this.#edges.remove(edge);
    this.#order.noteRemoval();
    return ok(true);
  }

  /** The graph as it stands, indices in the order of adding. The builder goes on independently. */
  build(): Graph<Id> {
    const newIndex = new Uint32Array(this.#ids.length);
    const ids: Id[] = [];
    for (const number of this.#numbers.values()) {
      newIndex[number] = ids.length;
      ids.push(this.#idOf(number));
    }
    const idOrder = sortedIdOrder(ids);
    return new Graph({ ids, idOrder, ...adjacencyOf(this.#edges.columns(newIndex), idOrder) });
  }

  #append(id: Id): void {
    this.#numbers.set(id, this.#ids.length);
    this.#ids.push(id);
    this.#order.addNode();
  }

  #idOf(number: number): Id {
    return must(this.#ids[number], `Builder has no node number ${number}`);
  }

  #knownEnds(ends: EdgeEnds<Id>): Result<Ends, CodedError> {
    const source = this.#numbers.get(ends.source);
    if (source === undefined) return err(nodeNotFound(ends.source));
    const target = this.#numbers.get(ends.target);
    if (target === undefined) return err(nodeNotFound(ends.target));
    return ok({ source, target });
  }

  /** The ends of an edge that may be added as far as its ends are concerned. */
  #freeEnds(ends: EdgeEnds<Id>): Result<Ends, CodedError> {
    if (ends.source === ends.target) return err(selfLoop(ends.source));
    const numbers = this.#knownEnds(ends);
    if (!numbers.ok) return numbers;
    if (this.#edges.find(numbers.value.source, numbers.value.target) !== undefined) return err(edgeExists(ends));
    if (this.#edges.size >= EDGE_COUNT_MAX) return err(limitExceeded("edges", EDGE_COUNT_MAX));
    return numbers;
  }
}
