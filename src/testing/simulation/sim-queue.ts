import type { SeededRandom } from "../seeded-random.ts";

/** Something that happens at an instant of virtual time. */
export interface SimItem extends Disposable {
  readonly atMs: number;
  /** Kind of thing, for the trace. */
  readonly label: string;
  readonly run: () => void;
  readonly isCancelled: boolean;
}

class QueuedItem implements SimItem {
  readonly atMs: number;
  readonly label: string;
  readonly run: () => void;
  /** Drawn by lot, so that things of one instant happen in every order. */
  readonly lot: number;
  isCancelled = false;

  constructor(atMs: number, label: string, work: { readonly run: () => void; readonly lot: number }) {
    this.atMs = atMs;
    this.label = label;
    this.run = work.run;
    this.lot = work.lot;
  }

  [Symbol.dispose](): void {
    this.isCancelled = true;
  }
}

/** Everything that is still to happen, as a binary heap by time; lots decide between equal times. */
export class SimQueue {
  readonly #heap: QueuedItem[] = [];
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  push(atMs: number, label: string, run: () => void): SimItem {
    const item = new QueuedItem(atMs, label, { run, lot: this.#random.next() });
    this.#heap.push(item);
    this.#up(this.#heap.length - 1);
    return item;
  }

  /** Time of the next item. */
  get nextMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.atMs;
  }

  pop(): SimItem | undefined {
    this.#dropCancelled();
    return this.#take();
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.isCancelled === true) this.#take();
  }

  #take(): QueuedItem | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    this.#down();
    return first;
  }

  #up(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  #down(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const least = isBefore(this.#heap[left + 1], this.#heap[left]) ? left + 1 : left;
      if (!this.#swapIfBefore(least, at)) return;
      at = least;
    }
  }

  /** Swaps the items at two places when the one at `lower` comes first. */
  #swapIfBefore(lower: number, upper: number): boolean {
    const one = this.#heap[lower];
    const other = this.#heap[upper];
    if (one === undefined || other === undefined || !isBefore(one, other)) return false;
    this.#heap[lower] = other;
    this.#heap[upper] = one;
    return true;
  }
}

function isBefore(one: QueuedItem | undefined, other: QueuedItem | undefined): boolean {
  if (one === undefined) return false;
  return other === undefined || one.atMs < other.atMs || (one.atMs === other.atMs && one.lot < other.lot);
}
