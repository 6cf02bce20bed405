import { comesFirst, type StartOrder } from "./start-order.ts";

const CAPACITY_START = 64;

/**
 * The tasks that could start, best first: a binary heap of task indices with the unit that waits beside each (0 where
 * that says nothing). Plans that offer tasks in order pay one comparison per task.
 */
export class ReadyQueue {
  readonly #order: StartOrder;
  #tasks = new Int32Array(CAPACITY_START);
  #units = new Int32Array(CAPACITY_START);
  #size = 0;

  /** `order` is read at every comparison and may grow, but must not change for tasks that are inside. */
  constructor(order: StartOrder) {
    this.#order = order;
  }

  get size(): number {
    return this.#size;
  }

  /** The best task, or -1. */
  top(): number {
    return this.#size === 0 ? -1 : (this.#tasks[0] ?? -1);
  }

  /** The unit that came with the best task. */
  topUnit(): number {
    return this.#units[0] ?? 0;
  }

  push(task: number, unit: number): void {
    if (this.#size === this.#tasks.length) this.#grow();
    this.#lift(this.#size++, task, unit);
  }

  /** Removes the best task. */
  pop(): void {
    if (this.#size === 0) return;
    const last = --this.#size;
    const task = this.#tasks[last] ?? 0;
    const unit = this.#units[last] ?? 0;
    if (last > 0) this.#sink(task, unit);
  }

  clear(): void {
    this.#tasks = new Int32Array(CAPACITY_START);
    this.#units = new Int32Array(CAPACITY_START);
    this.#size = 0;
  }

  /** Moves the hole at the root to the bottom along the better children, one comparison a level, then lifts the task. */
  #sink(task: number, unit: number): void {
    const tasks = this.#tasks;
    const units = this.#units;
    const size = this.#size;
    let place = 0;
    for (let child = 1; child < size; child = 2 * place + 1) {
      const right = child + 1;
      const isRightFirst =
        right < size && this.#isBefore(tasks[right] ?? 0, units[right] ?? 0, tasks[child] ?? 0, units[child] ?? 0);
      if (isRightFirst) child = right;
      tasks[place] = tasks[child] ?? 0;
      units[place] = units[child] ?? 0;
      place = child;
    }
    this.#lift(place, task, unit);
  }

  /** Moves the hole at `place` up to where the task belongs. */
  #lift(hole: number, task: number, unit: number): void {
    const tasks = this.#tasks;
    const units = this.#units;
    let place = hole;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = tasks[parent] ?? 0;
      if (!this.#isBefore(task, unit, above, units[parent] ?? 0)) break;
      tasks[place] = above;
      units[place] = units[parent] ?? 0;
      place = parent;
    }
    tasks[place] = task;
    units[place] = unit;
  }

  #isBefore(task: number, unit: number, otherTask: number, otherUnit: number): boolean {
    return task === otherTask ? unit < otherUnit : comesFirst(this.#order, task, otherTask);
  }

  #grow(): void {
    const tasks = new Int32Array(this.#tasks.length * 2);
    const units = new Int32Array(tasks.length);
    tasks.set(this.#tasks);
    units.set(this.#units);
    this.#tasks = tasks;
    this.#units = units;
  }
}
