import { unreachable } from "../base/assert.ts";
import { Mailbox } from "./mailbox.ts";

/**
 * The order in which a queue gives back what was put into it:
 *
 * - `fifo`: what waited longest first;
 * - `lifo`: the newest first;
 * - `roundRobin`: one of each lane in turn, within a lane what waited longest. A lane that gets its first item is the last
 *   to have its turn;
 * - `priority`: the highest number first, equal ones as `fifo`.
 */
export type QueueKind = "fifo" | "lifo" | "roundRobin" | "priority";

export interface WorkQueue<Item> {
  readonly size: number;
  put(item: Item): void;
  /** The next item; `undefined` when there is none. */
  take(): Item | undefined;
}

export interface WorkQueueOptions<Item> {
  /** Lane of an item, asked by `roundRobin`. */
  readonly laneOf: (item: Item) => string;
  /** Priority of an item, asked by `priority`: a number, not NaN. */
  readonly priorityOf: (item: Item) => number;
}

/** An empty queue. Putting and taking take the same time however much waits, in `priority` its logarithm. */
export function createWorkQueue<Item>(kind: QueueKind, options: WorkQueueOptions<Item>): WorkQueue<Item> {
  switch (kind) {
    case "fifo":
      return new Mailbox<Item>(Infinity);
    case "lifo":
      return new Stack<Item>();
    case "roundRobin":
      return new RoundRobin<Item>(options.laneOf);
    case "priority":
      return new PriorityHeap<Item>(options.priorityOf);
    default:
      return unreachable(kind);
  }
}

class Stack<Item> implements WorkQueue<Item> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  put(item: Item): void {
    this.#items.push(item);
  }

  take(): Item | undefined {
    return this.#items.pop();
  }
}

class RoundRobin<Item> implements WorkQueue<Item> {
  readonly #laneOf: (item: Item) => string;
  /** Lanes with items, by name. */
  readonly #lanes = new Map<string, Mailbox<Item>>();
  /** The same lanes in the order of their turns. */
  readonly #turns = new Mailbox<string>(Infinity);
  #size = 0;

  constructor(laneOf: (item: Item) => string) {
    this.#laneOf = laneOf;
  }

  get size(): number {
    return this.#size;
  }

  put(item: Item): void {
    const name = this.#laneOf(item);
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = new Mailbox<Item>(Infinity);
      this.#lanes.set(name, lane);
      this.#turns.put(name);
    }
    lane.put(item);
    this.#size++;
  }

  take(): Item | undefined {
    const name = this.#turns.take();
    const lane = name === undefined ? undefined : this.#lanes.get(name);
    if (name === undefined || lane === undefined) return undefined;
    const item = lane.take();
    this.#size--;
    if (lane.size === 0) this.#lanes.delete(name);
    else this.#turns.put(name);
    return item;
  }
}

interface Ranked<Item> {
  readonly item: Item;
  readonly priority: number;
  /** Number of items put before it. */
  readonly place: number;
}

class PriorityHeap<Item> implements WorkQueue<Item> {
  readonly #priorityOf: (item: Item) => number;
  readonly #heap: Ranked<Item>[] = [];
  #putCount = 0;

  constructor(priorityOf: (item: Item) => number) {
    this.#priorityOf = priorityOf;
  }

  get size(): number {
    return this.#heap.length;
  }

  put(item: Item): void {
    const entry = { item, priority: this.#priorityOf(item), place: this.#putCount++ };
    let at = this.#heap.push(entry) - 1;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#heap[parentAt];
      if (parent === undefined || isBefore(parent, entry)) break;
      this.#heap[at] = parent;
      at = parentAt;
    }
    this.#heap[at] = entry;
  }

  take(): Item | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first !== undefined && last !== undefined && first !== last) this.#sink(last);
    return first?.item;
  }

  #sink(entry: Ranked<Item>): void {
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = this.#heap[childAt];
      const right = this.#heap[childAt + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        child = right;
        childAt++;
      }
      if (child === undefined || isBefore(entry, child)) break;
      this.#heap[at] = child;
      at = childAt;
    }
    this.#heap[at] = entry;
  }
}

function isBefore(left: Ranked<unknown>, right: Ranked<unknown>): boolean {
  return left.priority === right.priority ? left.place < right.place : left.priority > right.priority;
}
