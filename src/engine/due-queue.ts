// What a due entry is about. The number of the attempt (or of the due time) tells stale entries from live ones.
export const DUE_QUEUE_TIMEOUT = 0;
export const DUE_ATTEMPT_TIMEOUT = 1;
export const DUE_HEARTBEAT_TIMEOUT = 2;
export const DUE_TOTAL_TIMEOUT = 3;
export const DUE_RETRY = 4;
export const DUE_GATE = 5;
export const DUE_KILL = 6;
export const DUE_GIVE_UP = 7;

/** An instant at which something is to be looked at. Read in place: the queues reuse one object. */
export interface DueEntry {
  dueMs: number;
  kind: number;
  key: number;
  attempt: number;
}

/** Tells whether an entry still means something; the state decides, see `due-times.ts`. */
export type IsLive = (entry: DueEntry) => boolean;

/**
 * Due times in two shapes. Entries with the same delay come in the order in which they fall due, because time never goes
 * back: a queue per distinct delay makes them O(1), which every task pays for its total timeout. Only entries with a due
 * time of their own (retries, gates, grace periods) pay for a heap.
 *
 * An accelerator, not part of the run: entries that have lost their meaning are dropped when they reach the front.
 */
export class DueQueue {
  readonly #isLive: IsLive;
  readonly #byDelay = new Map<number, DelayQueue>();
  readonly #heap = new DueHeap();
  #lastSlot = -1;
  #lastQueue: DelayQueue | undefined;

  constructor(isLive: IsLive) {
    this.#isLive = isLive;
  }

  /** Adds an entry whose due time is `delayMs` after now; cheap for delays that recur. */
  after(delayMs: number, entry: DueEntry): void {
    const slot = delayMs * 8 + entry.kind;
    if (slot !== this.#lastSlot) {
      let queue = this.#byDelay.get(slot);
      if (queue === undefined) this.#byDelay.set(slot, (queue = new DelayQueue(entry.kind)));
      this.#lastSlot = slot;
      this.#lastQueue = queue;
    }
    this.#lastQueue?.push(entry, this.#isLive);
  }

  /** Adds an entry due at an instant of its own. */
  at(entry: DueEntry): void {
    this.#heap.push(entry);
  }

  /** Copies the earliest live entry into `into`, dropping stale ones; false when there is none. */
  peek(into: DueEntry): boolean {
    const queue = this.#earliestQueue(into);
    if (!this.#heap.peek(scratch, this.#isLive)) return queue !== undefined;
    if (queue === undefined || scratch.dueMs < into.dueMs) copyEntry(scratch, into);
    return true;
  }

  /** Removes the entry that `peek` has just found. */
  drop(): void {
    const queue = this.#earliestQueue(other);
    const isHeapFirst = this.#heap.peek(scratch, this.#isLive) && (queue === undefined || scratch.dueMs < other.dueMs);
    if (isHeapFirst) this.#heap.pop();
    else queue?.drop();
  }

  clear(): void {
    this.#byDelay.clear();
    this.#heap.clear();
    this.#lastSlot = -1;
    this.#lastQueue = undefined;
  }

  #earliestQueue(into: DueEntry): DelayQueue | undefined {
    let earliest: DelayQueue | undefined;
    for (const queue of this.#byDelay.values()) {
      if (queue.peek(candidate, this.#isLive) && (earliest === undefined || candidate.dueMs < into.dueMs)) {
        earliest = queue;
        copyEntry(candidate, into);
      }
    }
    return earliest;
  }
}

const scratch: DueEntry = { dueMs: 0, kind: 0, key: 0, attempt: 0 };
const candidate: DueEntry = { dueMs: 0, kind: 0, key: 0, attempt: 0 };
const other: DueEntry = { dueMs: 0, kind: 0, key: 0, attempt: 0 };

function copyEntry(from: DueEntry, into: DueEntry): void {
  into.dueMs = from.dueMs;
  into.kind = from.kind;
  into.key = from.key;
  into.attempt = from.attempt;
}

const CAPACITY_START = 16;

/** Entries of one delay, in the order of their due times. */
class DelayQueue {
  readonly #kind: number;
  #due = new Float64Array(CAPACITY_START);
  #keys = new Float64Array(CAPACITY_START);
  #attempts = new Int32Array(CAPACITY_START);
  #head = 0;
  #size = 0;

  constructor(kind: number) {
    this.#kind = kind;
  }

  push(entry: DueEntry, isLive: IsLive): void {
    if (this.#size === this.#due.length) {
      this.#dropStale(trimmed, isLive);
      if (this.#size > this.#due.length / 2) this.#grow();
    }
    const place = (this.#head + this.#size) & (this.#due.length - 1);
    this.#due[place] = entry.dueMs;
    this.#keys[place] = entry.key;
    this.#attempts[place] = entry.attempt;
    this.#size++;
  }

  peek(into: DueEntry, isLive: IsLive): boolean {
    this.#dropStale(into, isLive);
    return this.#size > 0;
  }

  drop(): void {
    if (this.#size === 0) return;
    this.#head = (this.#head + 1) & (this.#due.length - 1);
    this.#size--;
  }

  /** Leaves the first live entry in `into`. */
  #dropStale(into: DueEntry, isLive: IsLive): void {
    into.kind = this.#kind;
    while (this.#size > 0) {
      into.dueMs = this.#due[this.#head] ?? 0;
      into.key = this.#keys[this.#head] ?? 0;
      into.attempt = this.#attempts[this.#head] ?? 0;
      if (isLive(into)) return;
      this.drop();
    }
  }

  #grow(): void {
    const capacity = this.#due.length * 2;
    const due = new Float64Array(capacity);
    const keys = new Float64Array(capacity);
    const attempts = new Int32Array(capacity);
    for (let position = 0; position < this.#size; position++) {
      const place = (this.#head + position) & (this.#due.length - 1);
      due[position] = this.#due[place] ?? 0;
      keys[position] = this.#keys[place] ?? 0;
      attempts[position] = this.#attempts[place] ?? 0;
    }
    this.#due = due;
    this.#keys = keys;
    this.#attempts = attempts;
    this.#head = 0;
  }
}

const trimmed: DueEntry = { dueMs: 0, kind: 0, key: 0, attempt: 0 };

/** Entries with due times of their own; equal times in the order of kind, then key. */
class DueHeap {
  readonly #entries: DueEntry[] = [];

  push(entry: DueEntry): void {
    const entries = this.#entries;
    let place = entries.length;
    entries.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !isEarlier(entry, above)) break;
      entries[place] = above;
      place = parent;
    }
    entries[place] = entry;
  }

  peek(into: DueEntry, isLive: IsLive): boolean {
    for (let first = this.#entries[0]; first !== undefined; first = this.#entries[0]) {
      if (isLive(first)) {
        copyEntry(first, into);
        return true;
      }
      this.pop();
    }
    return false;
  }

  pop(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const left = entries[child];
      if (left === undefined) break;
      const right = entries[child + 1];
      const best = right !== undefined && isEarlier(right, left) ? right : left;
      if (best === right) child++;
      if (!isEarlier(best, last)) break;
      entries[place] = best;
      place = child;
    }
    entries[place] = last;
  }

  clear(): void {
    this.#entries.length = 0;
  }
}

function isEarlier(left: DueEntry, right: DueEntry): boolean {
  if (left.dueMs !== right.dueMs) return left.dueMs < right.dueMs;
  return left.kind === right.kind ? left.key < right.key : left.kind < right.kind;
}
