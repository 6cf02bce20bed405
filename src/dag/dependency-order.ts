import type { EdgeTable } from "./edge-table.ts";
import { widened } from "./widened.ts";

const CAPACITY_MIN = 16;

/**
 * - `kept`: every edge goes from a lower to a higher place.
 * - `stale`: some edge may not, because it was added without a check; to be sorted out at the next question.
 * - `impossible`: the edges form a loop, so that there is no such order until something is removed.
 */
type OrderState = "impossible" | "kept" | "stale";

/**
 * Answers, edge after edge, whether one more edge would close a loop.
 *
 * It keeps all nodes in an order in which edges go forward (Pearce and Kelly, 2007). An edge that goes forward in it cannot
 * close a loop and costs nothing; for one that goes backward only nodes with a place between its ends are looked at and
 * moved. Graphs that grow roughly from first to last are therefore checked in about O(1) an edge.
 */
export class DependencyOrder {
  readonly #edges: EdgeTable;
  /** For each node its place in the order. */
  #place = new Uint32Array(CAPACITY_MIN);
  /** For each node the last search that visited it. */
  #visitedBy = new Uint32Array(CAPACITY_MIN);
  #searchCount = 0;
  #nodeCount = 0;
  #state: OrderState = "kept";

  constructor(edges: EdgeTable) {
    this.#edges = edges;
  }

  /** Puts the next node at the end. */
  addNode(): void {
    const node = this.#nodeCount++;
    if (node === this.#place.length) {
      this.#place = widened(this.#place, node * 2);
      this.#visitedBy = widened(this.#visitedBy, node * 2);
    }
    this.#place[node] = node;
  }

  /** Takes note of an edge that is added without asking. */
  noteUncheckedEdge(source: number, target: number): void {
    if (this.#state === "kept" && this.#placeOf(source) > this.#placeOf(target)) this.#state = "stale";
  }

  /** Takes note that edges were removed: an order may be possible again. */
  noteRemoval(): void {
    if (this.#state === "impossible") this.#state = "stale";
  }

  /**
   * Makes room in the order for an edge from `source` to `target`.
   * @returns `undefined`, or when it would close a loop the walk from `target` to `source`
   */
  admit(source: number, target: number): number[] | undefined {
    if (this.#state === "stale") this.#sortAll();
    if (this.#state === "impossible") return this.#search(target, source, Number.POSITIVE_INFINITY).walk;
    const last = this.#placeOf(source);
    const first = this.#placeOf(target);
    if (first > last) return undefined;
    const forward = this.#search(target, source, last);
    if (forward.walk !== undefined) return forward.walk;
    this.#moveBehind(forward.visited, this.#searchBack(source, first));
    return undefined;
  }

  /** Breadth first from `start`, up to place `placeMax`; stops with a shortest walk when it meets `goal`. */
  #search(start: number, goal: number, placeMax: number): { visited: number[]; walk: number[] | undefined } {
    const visited = [start];
    const cameFrom = [0];
    const search = ++this.#searchCount;
    this.#visitedBy[start] = search;
    for (let at = 0; at < visited.length; at++) {
      const node = visited[at] ?? 0;
      for (let edge = this.#edges.outgoing.first(node); edge !== -1; edge = this.#edges.outgoing.next(edge)) {
        const target = this.#edges.targetOf(edge);
        if (target === goal) return { visited, walk: [...walkTo(at, visited, cameFrom), goal] };
        if (this.#visitedBy[target] === search || this.#placeOf(target) > placeMax) continue;
        this.#visitedBy[target] = search;
        visited.push(target);
        cameFrom.push(at);
      }
    }
    return { visited, walk: undefined };
  }

  /** All nodes from place `placeMin` on that lead to `end`. */
  #searchBack(end: number, placeMin: number): number[] {
    const visited = [end];
    const search = ++this.#searchCount;
    this.#visitedBy[end] = search;
    for (const node of visited) {
      for (let edge = this.#edges.incoming.first(node); edge !== -1; edge = this.#edges.incoming.next(edge)) {
        const source = this.#edges.sourceOf(edge);
        if (this.#visitedBy[source] === search || this.#placeOf(source) < placeMin) continue;
        this.#visitedBy[source] = search;
        visited.push(source);
      }
    }
    return visited;
  }

  /** Shares out the places of both groups anew: first all of `before`, then all of `after`, each in its old order. */
  #moveBehind(after: number[], before: number[]): void {
    const byPlace = (one: number, other: number): number => this.#placeOf(one) - this.#placeOf(other);
    const nodes = [...before.sort(byPlace), ...after.sort(byPlace)];
    const places = Uint32Array.from(nodes, (node) => this.#placeOf(node)).sort();
    for (const [at, node] of nodes.entries()) this.#place[node] = places[at] ?? 0;
  }

  /** Finds an order from scratch, or that there is none. */
  #sortAll(): void {
    const missing = new Uint32Array(this.#nodeCount);
    const order: number[] = [];
    for (let node = 0; node < this.#nodeCount; node++) {
      let count = 0;
      for (let edge = this.#edges.incoming.first(node); edge !== -1; edge = this.#edges.incoming.next(edge)) count++;
      missing[node] = count;
      if (count === 0) order.push(node);
    }
    for (const node of order) {
      for (let edge = this.#edges.outgoing.first(node); edge !== -1; edge = this.#edges.outgoing.next(edge)) {
        const target = this.#edges.targetOf(edge);
        const left = (missing[target] ?? 0) - 1;
        missing[target] = left;
        if (left === 0) order.push(target);
      }
    }
    this.#state = order.length === this.#nodeCount ? "kept" : "impossible";
    if (this.#state === "kept") for (const [place, node] of order.entries()) this.#place[node] = place;
  }

  #placeOf(node: number): number {
    return this.#place[node] ?? 0;
  }
}

/** The nodes from the start of a search to its `at`-th visit. */
function walkTo(at: number, visited: readonly number[], cameFrom: readonly number[]): number[] {
  const walk: number[] = [];
  let step = at;
  while (step > 0) {
    walk.push(visited[step] ?? 0);
    step = cameFrom[step] ?? 0;
  }
  walk.push(visited[0] ?? 0);
  return walk.reverse();
}
