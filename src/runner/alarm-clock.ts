import type { Clock } from "../base/clock.ts";
import { DueTimer } from "./due-timer.ts";

interface Alarm<Key> {
  readonly key: Key;
  readonly dueMs: number;
}

/**
 * Wakes many sleepers with one timer: a binary heap by due time. Setting and clearing an alarm cost O(log n); nothing
 * ticks while no alarm is due.
 */
export class AlarmClock<Key> implements Disposable {
  readonly #clock: Clock;
  readonly #timer: DueTimer;
  readonly #ring: (key: Key) => void;
  /** Entries that are no longer the alarm of their key are passed over when they come up. */
  readonly #heap: Alarm<Key>[] = [];
  readonly #alarms = new Map<Key, Alarm<Key>>();

  constructor(clock: Clock, ring: (key: Key) => void) {
    this.#clock = clock;
    this.#ring = ring;
    this.#timer = new DueTimer(clock, () => this.#ringDue());
  }

  /** Alarms that are set. */
  get size(): number {
    return this.#alarms.size;
  }

  /** @param dueMs milliseconds since 1970; replaces the alarm the key has */
  set(key: Key, dueMs: number): void {
    const alarm = { key, dueMs };
    this.#alarms.set(key, alarm);
    this.#push(alarm);
    this.#arm();
  }

  clear(key: Key): void {
    if (this.#alarms.delete(key)) this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#alarms.clear();
    this.#heap.length = 0;
  }

  #ringDue(): void {
    const nowMs = this.#clock.nowMs();
    for (let first = this.#first(); first !== undefined && first.dueMs <= nowMs; first = this.#first()) {
      this.#pop();
      this.#alarms.delete(first.key);
      this.#ring(first.key);
    }
    this.#arm();
  }

  #arm(): void {
    this.#timer.arm(this.#first()?.dueMs);
  }

  /** The next alarm that counts. */
  #first(): Alarm<Key> | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#alarms.get(first.key) === first) return first;
      this.#pop();
    }
    return undefined;
  }

  #push(alarm: Alarm<Key>): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(alarm);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.dueMs <= alarm.dueMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = alarm;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const leftDueMs = heap[left]?.dueMs ?? Number.POSITIVE_INFINITY;
      const rightDueMs = heap[right]?.dueMs ?? Number.POSITIVE_INFINITY;
      const least = rightDueMs < leftDueMs ? right : left;
      const below = heap[least];
      if (below === undefined || below.dueMs >= last.dueMs) break;
      heap[at] = below;
      at = least;
    }
    heap[at] = last;
  }
}
