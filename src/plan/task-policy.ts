import {
  KILL_GRACE_MS,
  OPERATION_TIMEOUT_MS_DEFAULT,
  SCRIPT_TIMEOUT_MS_DEFAULT,
  TOTAL_TIMEOUT_MS_DEFAULT,
} from "../base/limits.ts";
import { must, unreachable } from "../base/assert.ts";
import type { TaskDefinition } from "../definition/definition.ts";
import { shown } from "../definition/task-input.ts";
import { readBatches, readBatchSize } from "./batch-size.ts";
import type { TaskBody, TaskPolicy } from "./compiled-plan.ts";
import { memberOf, type Place, type Problems } from "./problems.ts";
import { type ErrorStrategy, readStrategy } from "./task-strategy.ts";
import { ValueReader } from "./value-reader.ts";

/** Total time of what ends by itself: groups with their tasks, gates with the time they wait for. */
const UNLIMITED_MS = Number.POSITIVE_INFINITY;
const PRIORITY_MAX = 1_000_000;
const TIMEOUT_MEMBERS = ["queue", "attempt", "total", "heartbeat", "killGrace"];

/** What decides the defaults of a policy. */
interface PolicyDefaults {
  readonly attemptTimeoutMs?: number;
  readonly totalTimeoutMs: number;
  /** Gates and groups are never retried, so they inherit no retries. */
  readonly canRetry: boolean;
}

const SCRIPT_DEFAULTS: PolicyDefaults = {
  attemptTimeoutMs: SCRIPT_TIMEOUT_MS_DEFAULT,
  totalTimeoutMs: TOTAL_TIMEOUT_MS_DEFAULT,
  canRetry: true,
};
const FUNCTION_DEFAULTS: PolicyDefaults = { totalTimeoutMs: TOTAL_TIMEOUT_MS_DEFAULT, canRetry: true };
const PERSON_DEFAULTS: PolicyDefaults = { totalTimeoutMs: TOTAL_TIMEOUT_MS_DEFAULT, canRetry: false };
const UNLIMITED_DEFAULTS: PolicyDefaults = { totalTimeoutMs: UNLIMITED_MS, canRetry: false };

/** Times of one kind of task when its author says nothing; operations bring their own. */
function policyDefaults(body: Exclude<TaskBody, { readonly kind: "operation" }>): PolicyDefaults {
  switch (body.kind) {
    case "script":
      return SCRIPT_DEFAULTS;
    case "function":
      return FUNCTION_DEFAULTS;
    case "gate":
      // What waits for a time ends by itself; what waits for people may be forgotten.
      return body.gate.kind === "delay" || body.gate.kind === "until" ? UNLIMITED_DEFAULTS : PERSON_DEFAULTS;
    case "group":
      return UNLIMITED_DEFAULTS;
    default:
      return unreachable(body);
  }
}

/** What decides a policy besides the task itself. */
export interface PolicyContext {
  readonly body: TaskBody;
  /** Time of one attempt, from the declaration of an operation. */
  readonly operationTimeoutMs: number | undefined;
  readonly place: Place;
}

/** Makes the policies of one plan; equal ones are one object, so that a million tasks cost a handful. */
export class PolicyPool {
  readonly #problems: Problems;
  readonly #inherited: ErrorStrategy;
  readonly #byContent = new Map<string, TaskPolicy>();
  /** Policies of tasks about which their author said nothing, by their defaults. */
  readonly #plain = new Map<PolicyDefaults, TaskPolicy>();
  readonly #byAttemptTimeout = new Map<number, PolicyDefaults>();

  constructor(problems: Problems, inherited: ErrorStrategy) {
    this.#problems = problems;
    this.#inherited = inherited;
  }

  policyOf(task: TaskDefinition, { body, operationTimeoutMs, place }: PolicyContext): TaskPolicy {
    const defaults = body.kind === "operation" ? this.#operationDefaults(operationTimeoutMs) : policyDefaults(body);
    if (!isPlain(task)) return this.#interned(this.#read(task, { defaults, place }));
    const known = this.#plain.get(defaults);
    if (known !== undefined) return known;
    const made = this.#interned(this.#read(task, { defaults, place }));
    this.#plain.set(defaults, made);
    return made;
  }

  #operationDefaults(attemptTimeoutMs = OPERATION_TIMEOUT_MS_DEFAULT): PolicyDefaults {
    const known = this.#byAttemptTimeout.get(attemptTimeoutMs);
    if (known !== undefined) return known;
    const made = { attemptTimeoutMs, totalTimeoutMs: TOTAL_TIMEOUT_MS_DEFAULT, canRetry: true };
    this.#byAttemptTimeout.set(attemptTimeoutMs, made);
    return made;
  }

  #read(
    task: TaskDefinition,
    { defaults, place }: { readonly defaults: PolicyDefaults; readonly place: Place },
  ): TaskPolicy {
    const reader = new ValueReader(this.#problems, place);
    const strategy = readStrategy(task.onError, { problems: this.#problems, place });
    const retry = defaults.canRetry ? (strategy.retry ?? this.#inherited.retry) : undefined;
    const batches = reader.list("batches", task.batches);
    const maxFail = this.#maxFail(task.maxFail, place);
    const concurrencyKey = reader.text("concurrencyKey", task.concurrencyKey);
    const estimateMs = reader.duration("estimate", task.estimate);
    return {
      afterFailure: strategy.afterFailure ?? this.#inherited.afterFailure ?? "stopAll",
      ...(retry === undefined || retry.retries === 0 ? {} : { retry }),
      isTolerated: reader.boolean("tolerate", task.tolerate) ?? false,
      priority: reader.number("priority", task.priority, { min: -PRIORITY_MAX, max: PRIORITY_MAX }) ?? 0,
      ...this.#times(task.timeouts, { defaults, place }),
      ...(batches === undefined ? {} : { batches: readBatches(batches, { problems: this.#problems, place }) }),
      ...(maxFail === undefined ? {} : { maxFail }),
      allowsEmptyTarget: reader.boolean("allowEmpty", task.allowEmpty) ?? false,
      ...(concurrencyKey === undefined ? {} : { concurrencyKey }),
      ...(estimateMs === undefined ? {} : { estimateMs }),
    };
  }

  #times(
    given: TaskDefinition["timeouts"],
    { defaults, place }: { readonly defaults: PolicyDefaults; readonly place: Place },
  ): Pick<TaskPolicy, "queueTimeoutMs" | "attemptTimeoutMs" | "totalTimeoutMs" | "heartbeatTimeoutMs" | "killGraceMs"> {
    new ValueReader(this.#problems, place).members("timeouts", given, TIMEOUT_MEMBERS);
    const reader = new ValueReader(this.#problems, memberOf(place, "timeouts"));
    const queueTimeoutMs = reader.duration("queue", given?.queue, { isPositive: true });
    const attemptTimeoutMs =
      reader.duration("attempt", given?.attempt, { isPositive: true }) ?? defaults.attemptTimeoutMs;
    const heartbeatTimeoutMs = reader.duration("heartbeat", given?.heartbeat, { isPositive: true });
    return {
      ...(queueTimeoutMs === undefined ? {} : { queueTimeoutMs }),
      ...(attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs }),
      totalTimeoutMs: reader.duration("total", given?.total, { isPositive: true }) ?? defaults.totalTimeoutMs,
      ...(heartbeatTimeoutMs === undefined ? {} : { heartbeatTimeoutMs }),
      killGraceMs: reader.duration("killGrace", given?.killGrace) ?? KILL_GRACE_MS,
    };
  }

  #maxFail(given: unknown, place: Place): TaskPolicy["maxFail"] {
    if (given === undefined) return undefined;
    const maxFail = readBatchSize(given, { min: 0 });
    if (maxFail === undefined) {
      const found = `maxFail is ${shown(given)}, and a number of hosts from 0 or a percentage such as "10%" is needed`;
      this.#problems.add("DRV_PLAN_VALUE_INVALID", memberOf(place, "maxFail"), found);
    }
    return maxFail;
  }

  #interned(policy: TaskPolicy): TaskPolicy {
    // Members always come in one order, so equal policies have equal texts.
    const content = JSON.stringify(policy);
    if (!this.#byContent.has(content)) this.#byContent.set(content, Object.freeze(policy));
    return must(this.#byContent.get(content), "A policy was just kept");
  }
}

function isPlain(task: TaskDefinition): boolean {
  return (
    task.onError === undefined &&
    task.timeouts === undefined &&
    task.batches === undefined &&
    task.maxFail === undefined &&
    task.tolerate === undefined &&
    task.priority === undefined &&
    task.concurrencyKey === undefined &&
    task.allowEmpty === undefined &&
    task.estimate === undefined
  );
}
