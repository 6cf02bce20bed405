import { codedError, type CodedError } from "../base/coded-error.ts";
import { canonicalHash, toJson, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { Job } from "../protocol/job.ts";

/** What a task found on a host before anything was changed there. */
export interface Observation {
  readonly task: string;
  readonly host: string;
  /** Equal while the host is as it was, as far as the task is concerned. */
  readonly hash: string;
}

/** Collects what the inspections of a dry run find. */
export class Observations {
  readonly #found = new Map<string, Observation>();

  /** To be called for every attempt that has ended; only inspections count. */
  add({ mode, task, host }: Job, outcome: Outcome): void {
    if (mode !== "inspect") return;
    this.#found.set(keyOf({ task, host }), { task, host, hash: hashOf(outcome) });
  }

  /** By task, then host. */
  list(): readonly Observation[] {
    return [...this.#found.values()].toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }
}

/**
 * What is not as it was when the plan was saved.
 * @returns one `DRV_CLI_SAVED_PLAN_DRIFTED` for each task and host
 */
export function driftSince(saved: readonly Observation[], now: readonly Observation[]): readonly CodedError[] {
  const before = new Map(saved.map((one) => [keyOf(one), one.hash]));
  const after = new Map(now.map((one) => [keyOf(one), one.hash]));
  const all = new Map([...saved, ...now].map((one) => [keyOf(one), one]));
  return [...all.entries()].flatMap(([key, { task, host }]) => {
    const [then, today] = [before.get(key), after.get(key)];
    if (then === today) return [];
    const found =
      then === undefined
        ? "it was not looked at when the plan was saved"
        : today === undefined
          ? "it would not be looked at any more"
          : "what it found there is not what it found when the plan was saved";
    const where = host === "" ? "" : ` on host ${JSON.stringify(host)}`;
    const message = `Cannot apply the saved plan: task ${JSON.stringify(task)}${where} has drifted: ${found}`;
    return [codedError("DRV_CLI_SAVED_PLAN_DRIFTED", message, { details: { task, host } })];
  });
}

/** No name holds a line break. */
function keyOf({ task, host }: Pick<Observation, "task" | "host">): string {
  return `${task}\n${host}`;
}

/** Results are left out: what an operation reports may differ although nothing does. */
function hashOf(outcome: Outcome): string {
  const meaning = toJson(meaningOf(outcome), { bytesMax: RESULT_BYTES_MAX });
  const hashed: JsonValue = meaning.ok ? meaning.value : outcome.status;
  return canonicalHash(hashed);
}

function meaningOf(outcome: Outcome): object {
  switch (outcome.status) {
    case "changed":
    case "unchanged": {
      const { status, changes, isConditional, observedHash } = outcome;
      return { status, changes, isConditional, observedHash };
    }
    case "failed":
      return { status: outcome.status, code: outcome.error.code };
    case "skipped":
      return { status: outcome.status, reason: outcome.reason };
    case "cancelled":
    case "unknown":
      return { status: outcome.status };
  }
}
