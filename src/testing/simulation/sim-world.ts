import { SeededRandom } from "../seeded-random.ts";
import { NO_FAULTS, type FaultKind, type FaultStrengths } from "./sim-faults.ts";
import { SimQueue, type SimItem } from "./sim-queue.ts";
import type { SimTrace } from "./sim-trace.ts";

/** A rule that did not hold. */
export interface Violation {
  /** `I1` to `I26`, or another name of a rule. */
  readonly rule: string;
  readonly message: string;
  readonly atMs: number;
}

/**
 * What all parts of a simulated world share: virtual time, the one queue of what is to happen, the trace, and random
 * numbers. Every part has a stream of its own, so that one more draw here shifts nothing there.
 */
export class SimWorld {
  readonly seed: number;
  readonly trace: SimTrace;
  readonly violations: Violation[] = [];
  readonly queue: SimQueue;
  readonly #streams = new Map<string, SeededRandom>();
  #nowMs = 0;
  /** Whether executors of this world keep what they ran; healing does not change that. */
  readonly hasJournals: boolean;
  #faults: FaultStrengths;

  constructor(seed: number, faults: FaultStrengths, trace: SimTrace) {
    this.seed = seed;
    this.trace = trace;
    this.hasJournals = faults.executorForgets === 0;
    this.#faults = faults;
    this.queue = new SimQueue(this.random("queue"));
  }

  /** Virtual milliseconds since the beginning of the world. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** The random numbers of one part. */
  random(part: string): SeededRandom {
    let stream = this.#streams.get(part);
    if (stream === undefined) this.#streams.set(part, (stream = new SeededRandom(seedOf(this.seed, part))));
    return stream;
  }

  strength(kind: FaultKind): number {
    return this.#faults[kind];
  }

  /** Whether a fault happens that has this probability at full strength. */
  strikes(kind: FaultKind, probability: number, random: SeededRandom): boolean {
    const strength = this.#faults[kind];
    return strength > 0 && random.next() < probability * strength;
  }

  /** From now on nothing goes wrong. */
  heal(): void {
    this.#faults = NO_FAULTS;
  }

  after(delayMs: number, label: string, run: () => void): SimItem {
    return this.queue.push(this.#nowMs + Math.max(0, Math.round(delayMs)), label, run);
  }

  log(what: string): void {
    this.trace.write(this.#nowMs, what);
  }

  violate(rule: string, message: string): void {
    this.log(`VIOLATION ${rule}: ${message}`);
    this.violations.push({ rule, message, atMs: this.#nowMs });
  }

  /** Notes a violation unless `holds`; the message is made only then. */
  check(rule: string, holds: boolean, message: () => string): void {
    if (!holds) this.violate(rule, message());
  }

  /** Lets everything happen that is due now. */
  async settle(): Promise<void> {
    await boundary();
    while (await this.step(this.#nowMs + 1_000));
  }

  /** Lets the next thing happen, unless it lies after `untilMs`; answers whether there was one. */
  async step(untilMs: number): Promise<boolean> {
    const nextMs = this.queue.nextMs;
    if (nextMs === undefined || nextMs > untilMs) return false;
    const item = this.queue.pop();
    if (item === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, item.atMs);
    if (item.label !== "") this.log(item.label);
    try {
      item.run();
    } catch (thrown) {
      this.violate("bug", thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    }
    await boundary();
    return true;
  }
}

/** Boundaries between two turns of the whole event loop, in which the process can also do other things. */
const BOUNDARIES_PER_TURN = 256;
let boundaries = 0;

/**
 * A place at which no promise is left that can settle by itself: a tick begins when all reactions to promises have run.
 * Ticks cost a tenth of turns of the event loop; one is taken now and then, so that nothing else in the process starves.
 */
export function boundary(): Promise<void> {
  boundaries += 1;
  const isTurn = boundaries % BOUNDARIES_PER_TURN === 0;
  // oxlint-disable-next-line no-restricted-globals -- a place in the event loop, not a time
  return new Promise((resolve) => (isTurn ? setImmediate(resolve) : process.nextTick(resolve)));
}

function seedOf(seed: number, part: string): number {
  let mixed = 0x811c_9dc5 ^ seed;
  for (let at = 0; at < part.length; at++) mixed = Math.imul(mixed ^ part.charCodeAt(at), 0x0100_0193);
  return Math.imul(mixed ^ (seed >>> 16), 0x85eb_ca6b) ^ mixed;
}
