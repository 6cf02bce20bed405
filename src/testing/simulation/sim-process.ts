import type { SeededRandom } from "../seeded-random.ts";
import { ProcessClock } from "./process-clock.ts";
import type { SimWorld } from "./sim-world.ts";

/**
 * One process of the simulated system. Everything reaches it through {@link SimProcess.deliver}: nothing does once it is
 * dead, and what comes while it stands still waits. All it does goes through ports, which ask {@link SimProcess.acts}.
 */
export class SimProcess {
  readonly name: string;
  readonly world: SimWorld;
  readonly random: SeededRandom;
  readonly clock: ProcessClock;
  #isAlive = true;
  #isPaused = false;
  #held: (() => void)[] = [];
  /** Port calls until it dies in the middle of something. */
  #fuse: number | undefined;
  readonly #died: (process: SimProcess) => void;

  /** @param died called when it dies by its fuse, at once */
  constructor(name: string, world: SimWorld, died: (process: SimProcess) => void) {
    this.name = name;
    this.world = world;
    this.random = world.random(`process ${name}`);
    this.#died = died;
    this.clock = new ProcessClock(this);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether it can be reached. */
  get isRunning(): boolean {
    return this.#isAlive && !this.#isPaused;
  }

  /** Calls `arrive` in the process, now or when it goes on again; never once it is dead. */
  deliver(arrive: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isPaused) this.#held.push(arrive);
    else arrive();
  }

  /** Whether the process may do what it is about to do; a dead one may not. */
  acts(): boolean {
    if (this.#isAlive && this.#fuse !== undefined && this.world.strength("crashInside") > 0) {
      this.#fuse -= 1;
      if (this.#fuse <= 0) {
        this.kill();
        this.#died(this);
      }
    }
    return this.#isAlive;
  }

  /** It will die at the `count`-th thing it does from now on. */
  lightFuse(count: number): void {
    this.#fuse ??= count;
  }

  kill(): void {
    this.#isAlive = false;
    this.#held = [];
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on; what came meanwhile arrives at once, in its order. */
  proceed(): void {
    this.#isPaused = false;
    for (const arrive of this.#held.splice(0)) this.deliver(arrive);
  }

  /** Waits `delayMs` for the answer of something outside; forever once the process is dead. */
  answered<Value>(delayMs: number, label: string, answer: () => Value): Promise<Value> {
    if (!this.acts()) return new Promise(() => {});
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.world.after(delayMs, label, () =>
      this.deliver(() => {
        try {
          resolve(answer());
        } catch (thrown) {
          reject(thrown);
        }
      }),
    );
    return promise;
  }
}
