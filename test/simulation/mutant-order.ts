import { Worker } from "node:worker_threads";
import type { Mutant } from "./mutants.ts";

/** What a thread is to find out. */
export interface MutantOrder {
  readonly mutant: Mutant;
  readonly from: number;
  readonly seeds: number;
}

export interface MutantVerdict {
  /** Seeds that were simulated, up to the one that found the mistake. */
  readonly seeds: number;
  /** The rule that was broken; absent when nothing was found. */
  readonly rule: string | undefined;
  readonly message: string;
}

export function isMutantOrder(value: unknown): value is MutantOrder {
  return typeof value === "object" && value !== null && "mutant" in value && "from" in value && "seeds" in value;
}

/** Simulates with one mistake until it is found, in a thread of its own. */
export function judgeMutant(order: MutantOrder): Promise<MutantVerdict> {
  const { promise, resolve, reject } = Promise.withResolvers<MutantVerdict>();
  const worker = new Worker(new URL("./mutant-thread.ts", import.meta.url), { workerData: order });
  worker.on("message", (verdict: MutantVerdict) => resolve(verdict));
  worker.on("error", reject);
  worker.on("exit", (code) => reject(new Error(`The thread ended with ${code} and no verdict`)));
  return promise;
}
