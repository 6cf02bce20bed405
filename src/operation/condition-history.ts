import type { Condition, ConditionType } from "./conditions.ts";

/** A condition that holds, and since when. */
export interface ActiveCondition extends Condition {
  /** Time of the first of the looks in a row that found it, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** A condition that came or went. */
export interface ConditionChange {
  readonly type: ConditionType;
  readonly isActive: boolean;
  readonly atMs: number;
  /** Why it came; absent when it went. */
  readonly reason?: string;
}

/** Changes kept of one host. */
const CHANGES_MAX = 100;

/**
 * Conditions of one host over time: since when each holds, and the last 100 that came or went. Pure: fed with what was
 * found and when.
 */
export class ConditionHistory {
  readonly #active = new Map<ConditionType, ActiveCondition>();
  readonly #changes: ConditionChange[] = [];

  /** Takes note of the conditions found at a time. A condition that goes on keeps its beginning and gets the new reason. */
  observe(found: readonly Condition[], atMs: number): readonly ConditionChange[] {
    const present = new Set(found.map(({ type }) => type));
    const gone = [...this.#active.keys()].filter((type) => !present.has(type));
    const changes: ConditionChange[] = gone.map((type) => ({ type, isActive: false, atMs }));
    for (const type of gone) this.#active.delete(type);
    for (const condition of found) {
      const known = this.#active.get(condition.type);
      this.#active.set(condition.type, { ...condition, sinceMs: known?.sinceMs ?? atMs });
      if (known === undefined) changes.push({ type: condition.type, isActive: true, atMs, reason: condition.reason });
    }
    this.#changes.push(...changes);
    this.#changes.splice(0, Math.max(0, this.#changes.length - CHANGES_MAX));
    return changes;
  }

  /** Conditions that hold, in the order in which they came. */
  active(): readonly ActiveCondition[] {
    return [...this.#active.values()];
  }

  /** What came and went, oldest first. */
  changes(): readonly ConditionChange[] {
    return [...this.#changes];
  }
}
