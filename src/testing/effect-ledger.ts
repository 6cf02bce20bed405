import { assert } from "../base/assert.ts";
import type { Effect } from "../engine/effects.ts";
import type { RunEvent } from "../engine/events.ts";

/** The effect of one type. */
export type EffectOf<Type extends Effect["type"]> = Extract<Effect, { readonly type: Type }>;

/**
 * Keeps book of effects as an outsider would who sees only the log: what was asked for, and what the events answer. The
 * engine derives the same from its state; the two must agree after every prefix of a log.
 */
export class EffectLedger {
  readonly #open = new Map<string, Effect>();

  /** An effect was handed out. A later request to end the same attempt replaces the earlier one. */
  take(effect: Effect): void {
    this.#open.set(keyOf(effect), effect);
  }

  /** Effects of one type that have not been answered, in the order in which they were handed out. */
  open<Type extends Effect["type"]>(type: Type): readonly EffectOf<Type>[] {
    return [...this.#open.values()].filter((effect): effect is EffectOf<Type> => effect.type === type);
  }

  /** Strikes out what an event answers. */
  answer(event: RunEvent): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- other events answer nothing
    switch (event.type) {
      case "unit.completed":
      case "retry.scheduled":
      case "attempt.unknown":
      case "attempt.refused":
      case "undo.completed":
        return this.#strike(event.task, event.unit, event.attempt);
      case "task.completed":
        this.#open.delete(`evaluate ${event.task}`);
        return this.#strike(event.task, 0, event.attempt);
      case "task.evaluated":
        this.#open.delete(`evaluate ${event.task}`);
        return;
      case "task.marked":
        this.#open.delete(`evaluate ${event.task}`);
        return;
      case "tasks.reset":
      case "tasks.skipped":
        for (const [first, last] of event.ranges) {
          for (let task = first; task <= last; task++) this.#open.delete(`evaluate ${task}`);
        }
        return;
      case "run.stopping":
        for (const [key, effect] of this.#open) if (effect.type === "evaluate") this.#open.delete(key);
        return;
      default:
        return;
    }
  }

  /** Stops unless exactly these effects are open. */
  compare(outstanding: readonly Effect[]): void {
    const expected = [...this.#open.values()].map((effect) => JSON.stringify(effect)).sort();
    const found = outstanding.map((effect) => JSON.stringify(effect)).sort();
    assert(
      JSON.stringify(found) === JSON.stringify(expected),
      `Outstanding effects differ from the log: ${found.join(" ")} instead of ${expected.join(" ")}`,
    );
  }

  #strike(task: number, unit: number, attempt: number): void {
    for (const type of ["dispatch", "cancelAttempt", "undo"]) this.#open.delete(`${type} ${task} ${unit} ${attempt}`);
  }
}

function keyOf(effect: Effect): string {
  return effect.type === "evaluate"
    ? `evaluate ${effect.task}`
    : `${effect.type} ${effect.task} ${effect.unit} ${effect.attempt}`;
}
