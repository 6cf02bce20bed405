import type { BlobStore } from "../eventlog/durable-log.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { planBodyOf } from "../plan/plan-body.ts";

/** Keeps plans in a blob store, each once however many runs it is started for. */
export class PlanKeeper {
  readonly #blobs: BlobStore;
  readonly #kept = new WeakMap<CompiledPlan, Promise<string>>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** The hash of the plan's body; when the promise resolves, that is durable. Rejects as `BlobStore.put` does. */
  keep(plan: CompiledPlan): Promise<string> {
    const known = this.#kept.get(plan);
    if (known !== undefined) return known;
    const kept = this.#blobs.put(new TextEncoder().encode(JSON.stringify(planBodyOf(plan))));
    this.#kept.set(plan, kept);
    // What could not be written once may be written the next time.
    kept.catch(() => this.#kept.delete(plan));
    return kept;
  }
}
