import type { SeededRandom } from "../seeded-random.ts";
import type { SimWorld } from "./sim-world.ts";

const DELAY_MS_MAX = 2_000;
const LATE_MS_MAX = 60_000;
const PARTITION_MS_MAX = 20_000;

/** Carries messages between controllers and hosts: late, twice, in another order, or not at all. */
export class SimNetwork {
  readonly #world: SimWorld;
  readonly #random: SeededRandom;
  /** Until when a host is cut off. */
  readonly #cutOffMs = new Map<string, number>();

  constructor(world: SimWorld) {
    this.#world = world;
    this.#random = world.random("network");
  }

  /** Carries one message to or from `host`. */
  send(host: string, what: string, arrive: () => void): void {
    const copies = this.#world.strikes("duplicate", 1 / 4, this.#random) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.#sendOne(host, what, arrive);
  }

  /** Cuts a host off for a while. */
  cutOff(host: string): void {
    const lengthMs = this.#random.integer(PARTITION_MS_MAX);
    this.#cutOffMs.set(host, this.#world.nowMs + lengthMs);
    this.#world.log(`host ${host} cut off for ${lengthMs}`);
  }

  #sendOne(host: string, what: string, arrive: () => void): void {
    if (this.#world.strikes("drop", 1 / 4, this.#random)) {
      this.#world.log(`lost ${what}`);
      return;
    }
    const delayMs = 1 + this.#random.next() * DELAY_MS_MAX * this.#world.strength("networkDelay");
    const isLate = this.#world.strikes("lateAnswer", 1 / 4, this.#random);
    const lateMs = isLate ? this.#random.integer(LATE_MS_MAX) : 0;
    this.#world.after(delayMs + lateMs, "", () => {
      const isCutOff = this.#world.strength("partition") > 0 && (this.#cutOffMs.get(host) ?? 0) > this.#world.nowMs;
      if (isCutOff) this.#world.log(`lost ${what}`);
      else arrive();
    });
  }
}
