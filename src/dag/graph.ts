import { must } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type Adjacency, findEdge, neighbours } from "./adjacency.ts";
import { findBlockingOrder } from "./blocking-order.ts";
import { partRepresentatives } from "./connected-parts.ts";
import { type CriticalPath, criticalPath, type NodeWeights } from "./critical-path.ts";
import { cyclicGroups, selfLoops } from "./cycles.ts";
import { type Edge, type EdgeEnds, type EdgeKind, edgeKindOf, type EdgeSelection } from "./edge.ts";
import { Frontier } from "./frontier.ts";
import { nodeNotFound, notConnected, selfLoop } from "./graph-error.ts";
import { inverseOrder } from "./id-order.ts";
import { computeLevels } from "./levels.ts";
import { isRoot, isUnblocked, splitByReadiness } from "./readiness.ts";
import { reachableFrom, relatedTo } from "./reach.ts";
import { type GraphParts, selectNodes } from "./selection.ts";
import type { GraphStructure } from "./structure.ts";
import { topologicalSort, topologicalSortKahn } from "./topological-sort.ts";

/**
 * An immutable directed graph of named nodes. Its edges are *blocking* (the target waits for the source) or *preferred*
 * (soft order only), see {@link EdgeKind}. It may hold loops, so that they can be reported; whatever needs an order
 * refuses them with `DRV_GRAPH_CYCLE`.
 *
 * Every answer is deterministic and depends on ids and edges alone, never on the order in which they were added. Lists of
 * ids ascend by id unless they are an order themselves. No method recurses: a chain of a million nodes is fine everywhere.
 *
 * | question                                              | cost                         |
 * |-------------------------------------------------------|------------------------------|
 * | `has` `indexOf`                                       | O(log nodes)                 |
 * | `dependencies` `dependents` `edgeKind`                | O(neighbours)                |
 * | everything else                                       | O(nodes + edges)             |
 *
 * Made by `defineGraph`, `GraphBuilder` and `graphFromEdges`; `GraphBuilder.from(graph)` goes on from here.
 *
 * @example
 * const built = defineGraph({
 *   nodes: ["build", "test", "deploy"],
 *   edges: [{ source: "build", target: "test" }, { source: "test", target: "deploy" }],
 * });
 * if (built.ok) built.value.levels(); // { ok: true, value: [["build"], ["test"], ["deploy"]] }
 */
export class Graph<Id extends string = string> implements GraphStructure<Id> {
  /** Ids by index; indices follow the order in which nodes were added. */
  readonly ids: readonly Id[];
  readonly outgoing: Adjacency;
  readonly incoming: Adjacency;
  readonly idOrder: Uint32Array;
  readonly idRank: Uint32Array;
  #blockingOrder: Result<Uint32Array, CodedError> | undefined;

  /** For the makers of graphs in this folder: `parts` are trusted. */
  constructor({ ids, idOrder, outgoing, incoming }: GraphParts<Id>) {
    this.ids = ids;
    this.idOrder = idOrder;
    this.idRank = inverseOrder(idOrder);
    this.outgoing = outgoing;
    this.incoming = incoming;
  }

  get nodeCount(): number {
    return this.ids.length;
  }

  get edgeCount(): number {
    return this.outgoing.targets.length;
  }

  has(id: string): boolean {
    return this.indexOf(id) !== undefined;
  }

  /** The dense index of a node, from 0; `undefined` for an unknown id. */
  indexOf(id: string): number | undefined {
    let low = 0;
    let high = this.nodeCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ids[this.idOrder[middle] ?? 0] ?? "") < id) low = middle + 1;
      else high = middle;
    }
    const index = this.idOrder[low];
    return index !== undefined && this.ids[index] === id ? index : undefined;
  }

  /** The id at `index`, which must be one of this graph's. */
  idAt(index: number): Id {
    return must(this.ids[index], `Graph of ${this.nodeCount} nodes has no index ${index}`);
  }

  nodes(): Id[] {
    return this.#named(this.idOrder);
  }

  /** All edges, by source and then by target. */
  edges(): Edge<Id>[] {
    const { offsets, targets, kinds } = this.outgoing;
    const edges: Edge<Id>[] = [];
    for (const node of this.idOrder) {
      const source = this.idAt(node);
      const end = offsets[node + 1] ?? 0;
      for (let edge = offsets[node] ?? 0; edge < end; edge++) {
        edges.push({ source, target: this.idAt(targets[edge] ?? 0), kind: edgeKindOf(kinds[edge] ?? 0) });
      }
    }
    return edges;
  }

  /** The kind of the edge from `source` to `target`; `undefined` when there is none. */
  edgeKind({ source, target }: EdgeEnds<Id>): EdgeKind | undefined {
    const from = this.indexOf(source);
    const to = this.indexOf(target);
    if (from === undefined || to === undefined) return undefined;
    const edge = findEdge(this.outgoing, from, to);
    return edge === -1 ? undefined : edgeKindOf(this.outgoing.kinds[edge] ?? 0);
  }

  /** The nodes with an edge of any kind to `id`, or `DRV_GRAPH_NODE_NOT_FOUND`. */
  dependencies(id: Id): Result<Id[], CodedError> {
    return this.#atNode(id, (node) => this.#named(neighbours(this.incoming, node)));
  }

  /** The nodes with an edge of any kind from `id`, or `DRV_GRAPH_NODE_NOT_FOUND`. */
  dependents(id: Id): Result<Id[], CodedError> {
    return this.#atNode(id, (node) => this.#named(neighbours(this.outgoing, node)));
  }

  /** All direct and indirect dependencies of `id`, never `id` itself, or `DRV_GRAPH_NODE_NOT_FOUND`. */
  ancestors(id: Id): Result<Id[], CodedError> {
    return this.#atNode(id, (node) => this.#marked(reachableFrom(node, this.incoming)));
  }

  /** All direct and indirect dependents of `id`, never `id` itself, or `DRV_GRAPH_NODE_NOT_FOUND`. */
  descendants(id: Id): Result<Id[], CodedError> {
    return this.#atNode(id, (node) => this.#marked(reachableFrom(node, this.outgoing)));
  }

  /** The nodes that wait for nothing: no *blocking* edge comes in. A preferred predecessor does not count. */
  roots(): Id[] {
    return this.#named(this.idOrder.filter((node) => isRoot(this, node)));
  }

  /** The nodes with *no edge of any kind* going out. Stricter than {@link roots}: a leaf is where a picture ends. */
  leaves(): Id[] {
    return this.#named(this.idOrder.filter((node) => neighbours(this.outgoing, node).length === 0));
  }

  /**
   * The nodes that could start once `completed` are: not completed, and every blocking dependency is.
   * @returns ids, or `DRV_GRAPH_NODE_NOT_FOUND` for an unknown id in `completed`
   */
  readyNodes(completed: Iterable<Id>): Result<Id[], CodedError> {
    const marks = this.#marksOf(completed);
    return marks.ok ? ok(this.#named(splitByReadiness(this, marks.value).ready)) : marks;
  }

  /** The nodes that are neither completed nor ready; errors as {@link readyNodes}. */
  blockedNodes(completed: Iterable<Id>): Result<Id[], CodedError> {
    const marks = this.#marksOf(completed);
    return marks.ok ? ok(this.#named(splitByReadiness(this, marks.value).blocked)) : marks;
  }

  /**
   * Whether every blocking dependency of `id` is in `completed`; a completed node is still ready.
   * @returns the answer, or `DRV_GRAPH_NODE_NOT_FOUND` for `id` or an unknown id in `completed`
   */
  isReady(id: Id, completed: Iterable<Id>): Result<boolean, CodedError> {
    const node = this.indexOf(id);
    if (node === undefined) return err(nodeNotFound(id));
    const marks = this.#marksOf(completed);
    return marks.ok ? ok(isUnblocked(this, node, marks.value)) : marks;
  }

  /** A fresh frontier with nothing completed: {@link readyNodes} for those who ask after every completion. */
  frontier(): Frontier<Id> {
    return new Frontier(this);
  }

  /**
   * All nodes, depth first: every node close behind its dependencies. Edges of every kind go forward unless `selection`
   * says otherwise.
   * @returns ids, or `DRV_GRAPH_CYCLE` with a loop in `details.cycle`
   */
  topologicalSort(selection: EdgeSelection = {}): Result<Id[], CodedError> {
    return this.#namedResult(topologicalSort(this, selection));
  }

  /** As {@link topologicalSort}, but of all nodes that may come next always the one with the smallest id. */
  topologicalSortKahn(selection: EdgeSelection = {}): Result<Id[], CodedError> {
    return this.#namedResult(topologicalSortKahn(this, selection));
  }

  /**
   * Groups of nodes that could run side by side: each node on the first level after all its blocking dependencies.
   * @returns levels from the roots on, or `DRV_GRAPH_CYCLE`
   */
  levels(): Result<Id[][], CodedError> {
    const levels = computeLevels(this);
    if (!levels.ok) return levels;
    const { order, offsets, levelCount } = levels.value;
    return ok(Array.from({ length: levelCount }, (_, at) => this.#named(order.subarray(offsets[at], offsets[at + 1]))));
  }

  /**
   * The longest path by blocking edges. It keeps nodes of weight 0 at both ends; of equal paths it is the one with the
   * smaller id where they part.
   * @returns the path, `DRV_GRAPH_CYCLE`, or `DRV_GRAPH_WEIGHT_INVALID` for a weight that is negative or not finite
   */
  criticalPath(weights: NodeWeights<Id>): Result<CriticalPath<Id>, CodedError> {
    return criticalPath(this, weights);
  }

  blockingOrder(): Result<Uint32Array, CodedError> {
    this.#blockingOrder ??= findBlockingOrder(this);
    return this.#blockingOrder;
  }

  hasCycle(selection: EdgeSelection = {}): boolean {
    return cyclicGroups(this, selection).length > 0;
  }

  /**
   * Every group of nodes that lie on common loops, and every node with an edge to itself. Nodes that only lead to a loop or
   * away from one are not among them.
   */
  findCycles(selection: EdgeSelection = {}): Id[][] {
    return cyclicGroups(this, selection).map((group) => this.#named(group));
  }

  /** Fails with one `DRV_GRAPH_SELF_LOOP` for each node with an edge to itself; only `graphFromEdges` lets them in. */
  validateNoSelfLoops(): Result<void, readonly CodedError[]> {
    const errors = selfLoops(this).map((node) => selfLoop(this.idAt(node)));
    return errors.length === 0 ? ok(undefined) : err(errors);
  }

  /** Whether all nodes hang together when direction and kind of edges do not matter; true for an empty graph. */
  isConnected(): boolean {
    return partRepresentatives(this).length <= 1;
  }

  /** Fails with `DRV_GRAPH_NOT_CONNECTED`, naming one node of the first two parts, unless {@link isConnected}. */
  validateConnected(): Result<void, CodedError> {
    const parts = partRepresentatives(this);
    const [one, other] = parts;
    if (one === undefined || other === undefined) return ok(undefined);
    return err(notConnected({ one: this.idAt(one), other: this.idAt(other) }, parts.length));
  }

  /**
   * The nodes of `ids` and the edges among them; naming one twice changes nothing.
   * @returns a graph, or `DRV_GRAPH_NODE_NOT_FOUND`
   */
  subgraph(ids: Iterable<Id>): Result<Graph<Id>, CodedError> {
    const marks = this.#marksOf(ids);
    return marks.ok ? ok(new Graph(selectNodes(this, marks.value))) : marks;
  }

  /**
   * Everything `id` has to do with: the node, its ancestors and descendants, and the edges among them.
   * @returns a graph, or `DRV_GRAPH_NODE_NOT_FOUND`
   */
  inducedSubgraph(id: Id): Result<Graph<Id>, CodedError> {
    return this.#atNode(id, (node) => new Graph(selectNodes(this, relatedTo(node, this))));
  }

  #atNode<T>(id: Id, answer: (node: number) => T): Result<T, CodedError> {
    const node = this.indexOf(id);
    return node === undefined ? err(nodeNotFound(id)) : ok(answer(node));
  }

  #named(indices: Iterable<number>): Id[] {
    return Array.from(indices, (index) => this.idAt(index));
  }

  #marked(marks: Uint8Array): Id[] {
    return this.#named(this.idOrder.filter((node) => marks[node] === 1));
  }

  #namedResult(order: Result<Uint32Array, CodedError>): Result<Id[], CodedError> {
    return order.ok ? ok(this.#named(order.value)) : order;
  }

  /** One byte a node, 1 for those in `ids`. */
  #marksOf(ids: Iterable<Id>): Result<Uint8Array, CodedError> {
    const marks = new Uint8Array(this.nodeCount);
    for (const id of ids) {
      const node = this.indexOf(id);
      if (node === undefined) return err(nodeNotFound(id));
      marks[node] = 1;
    }
    return ok(marks);
  }
}
