import { widened } from "./widened.ts";

const CAPACITY_MIN = 16;
/** Links hold an edge number plus one, so that fresh zeroes mean "none". */
const NONE = 0;

/** One doubly linked list of edge numbers for each node, latest first. */
export class EdgeLists {
  #first = new Uint32Array(CAPACITY_MIN);
  #next = new Uint32Array(CAPACITY_MIN);
  #previous = new Uint32Array(CAPACITY_MIN);

  /** The first edge of `node`, or -1. */
  first(node: number): number {
    return (this.#first[node] ?? NONE) - 1;
  }

  /** The edge after `edge` in its list, or -1. */
  next(edge: number): number {
    return (this.#next[edge] ?? NONE) - 1;
  }

  add(node: number, edge: number): void {
    if (node >= this.#first.length) this.#first = widened(this.#first, node * 2);
    if (edge >= this.#next.length) {
      this.#next = widened(this.#next, edge * 2);
      this.#previous = widened(this.#previous, edge * 2);
    }
    const second = this.#first[node] ?? NONE;
    this.#first[node] = edge + 1;
    this.#next[edge] = second;
    this.#previous[edge] = NONE;
    if (second !== NONE) this.#previous[second - 1] = edge + 1;
  }

  remove(node: number, edge: number): void {
    const previous = this.#previous[edge] ?? NONE;
    const next = this.#next[edge] ?? NONE;
    if (previous === NONE) this.#first[node] = next;
    else this.#next[previous - 1] = next;
    if (next !== NONE) this.#previous[next - 1] = previous;
  }
}
