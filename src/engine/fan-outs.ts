import type { FanOut } from "./fan-out.ts";

/**
 * Fan-outs by task, in the order in which they began. Those of a snapshot are made when somebody asks for them: most
 * belong to tasks that have ended, and a run of many tasks must not wait for all of them before it can go on.
 */
export class FanOuts implements Iterable<[number, FanOut]> {
  /** A number is the place of one that has not been made. */
  readonly #entries = new Map<number, FanOut | number>();
  #make: ((task: number, place: number) => FanOut) | undefined;

  get size(): number {
    return this.#entries.size;
  }

  has(task: number): boolean {
    return this.#entries.has(task);
  }

  get(task: number): FanOut | undefined {
    const found = this.#entries.get(task);
    return typeof found === "number" ? this.#made(task, found) : found;
  }

  set(task: number, fan: FanOut): void {
    this.#entries.set(task, fan);
  }

  delete(task: number): boolean {
    return this.#entries.delete(task);
  }

  /** Takes those of a snapshot, as they stand there; `make` is called once for each that is asked for. */
  keep(tasks: Int32Array, make: (task: number, place: number) => FanOut): void {
    for (let place = 0; place < tasks.length; place++) this.#entries.set(tasks[place] ?? -1, place);
    this.#make = make;
  }

  /** Those that may have changed since they were taken from a snapshot. */
  *made(): Iterable<FanOut> {
    for (const found of this.#entries.values()) if (typeof found !== "number") yield found;
  }

  *values(): Iterable<FanOut> {
    for (const [, fan] of this) yield fan;
  }

  *[Symbol.iterator](): Generator<[number, FanOut]> {
    for (const [task, found] of this.#entries)
      yield [task, typeof found === "number" ? this.#made(task, found) : found];
  }

  #made(task: number, place: number): FanOut {
    const fan = this.#make?.(task, place);
    if (fan === undefined) throw new TypeError(`Nobody can make the fan-out of task ${task}`);
    this.#entries.set(task, fan);
    return fan;
  }
}
