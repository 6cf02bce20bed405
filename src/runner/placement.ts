import type { CodedError } from "../base/coded-error.ts";
import { ok, type Result } from "../base/result.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Target } from "../plan/compiled-plan.ts";

/** Chooses hosts for `_any`: the one with the fewest attempts of this run, the first by name among equals. */
export class Placement {
  readonly #fleet: Fleet;
  readonly #busy = new Map<string, number>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  choose(target: Target): Result<string, CodedError> {
    const candidates = this.#fleet.resolve(target);
    if (!candidates.ok) return candidates;
    let chosen = "";
    let fewest = Number.POSITIVE_INFINITY;
    for (const host of candidates.value) {
      const busy = this.#busy.get(host) ?? 0;
      if (busy < fewest) {
        fewest = busy;
        chosen = host;
      }
    }
    return ok(chosen);
  }

  occupy(host: string): void {
    this.#busy.set(host, (this.#busy.get(host) ?? 0) + 1);
  }

  release(host: string): void {
    this.#busy.set(host, Math.max(0, (this.#busy.get(host) ?? 0) - 1));
  }
}
