import type { CodedError, SourcePosition } from "../base/coded-error.ts";
import type { DurationInput } from "../base/duration.ts";
import type { ErrorStrategyDefinition } from "./error-strategy.ts";
import type { GuardDefinition } from "./guard.ts";
import type { ParametersDefinition } from "./parameters.ts";
import type { BodyDefinition } from "./task-body.ts";
import type { TemplateDefinition } from "./template-definition.ts";

/**
 * A plan as its author wrote it, not checked yet: what the TypeScript builder and the readers of plan files produce and
 * `compilePlan` takes. Plain data except for functions where the members of a body or guard say so.
 *
 * Nothing here is trusted: `compilePlan` checks the type and range of every value again, because a plain JavaScript
 * program or a file may have put anything there.
 */
export interface PlanDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly params?: ParametersDefinition;
  /** Their order is the plan order: the last word among tasks that could start at the same time. */
  readonly tasks: readonly TaskDefinition[];
  /** Target of operations and scripts that name none. */
  readonly target?: string;
  /** For tasks that say nothing; each half (what happens after a failure, retries) is inherited on its own. */
  readonly onError?: ErrorStrategyDefinition;
  /** Units of work at once; default 16. */
  readonly maxParallel?: number;
  /** Writing tasks at once on one host; default 1. */
  readonly maxWritingPerHost?: number;
  /** Units at once by concurrency key; keys that tasks use and nobody lists get 1. */
  readonly concurrency?: { readonly [key: string]: number };
  /** Default `off`. */
  readonly rollback?: RollbackModeDefinition;
  /** Compatibility: no task starts before every task of the level before has ended. Default false. */
  readonly levelBarriers?: boolean;
  readonly at?: SourcePosition;
  /** Problems already found while building or reading; `compilePlan` reports them with its own. */
  readonly problems?: readonly CodedError[];
}

/** `manual` keeps pre-images but undoes only when asked. */
export type RollbackModeDefinition = "off" | "onFailure" | "manual";

export interface TaskDefinition {
  /** NFC, 1–200 characters, no control characters, none of `/ [ ]`. */
  readonly name: string;
  readonly title?: string;
  readonly body: BodyDefinition;
  /** Tasks that must end first. */
  readonly needs?: readonly NeedDefinition[];
  /** Names of tasks that go first when there is a choice; nothing waits for them. */
  readonly prefer?: readonly string[];
  readonly guards?: readonly GuardDefinition[];
  /** Which hosts; for operations and scripts only. See `parseTarget`. Expressions in it may use parameters only. */
  readonly target?: string | TemplateDefinition;
  readonly onError?: ErrorStrategyDefinition;
  readonly timeouts?: TimeoutsDefinition;
  /** Cumulative sizes of the batches of hosts: `[1, "10%", "50%"]`; everything is implied as the last one. */
  readonly batches?: readonly BatchSizeDefinition[];
  /** Hosts that may fail before the task fails; default 0. */
  readonly maxFail?: BatchSizeDefinition;
  /** A target without hosts skips the task instead of being an error. Default false. */
  readonly allowEmpty?: boolean;
  /** A failure of this task does not make the run failed. Default false. */
  readonly tolerate?: boolean;
  /** An integer, higher first; default 0. */
  readonly priority?: number;
  readonly concurrencyKey?: string;
  /** How to take the task back when its operation cannot do that itself; runs on the same hosts. */
  readonly undo?: BodyDefinition;
  /** Expected duration, for the order of ready tasks and the time left. */
  readonly estimate?: DurationInput;
  /** `rollback` makes it a rollback step: it runs only when the run is rolled back, after everything has been undone. */
  readonly runsOn?: "rollback";
  /** Named values for other tasks, with expressions over `result`, the data of this task. */
  readonly outputs?: { readonly [name: string]: unknown };
  readonly at?: SourcePosition;
}

/** Which end of a dependency a task waits for. */
export type DependencyCondition = "success" | "failure" | "always";

export interface NeedDefinition {
  readonly task: string;
  /** Default `success`, or `always` when a guard of the task asks for failures. */
  readonly on?: DependencyCondition;
  readonly at?: SourcePosition;
}

/** Strict durations, see `parseDuration`. */
export interface TimeoutsDefinition {
  /** From ready to started. Default none. */
  readonly queue?: DurationInput;
  /** One attempt. Default: the operation's own (10 min), 1 h for scripts, none for functions. */
  readonly attempt?: DurationInput;
  /** All attempts with the waits between them. Default 24 h; none for groups and for gates that wait for a time. */
  readonly total?: DurationInput;
  /** Longest silence of an attempt that reports heartbeats. Default none. */
  readonly heartbeat?: DurationInput;
  /** Between asking an attempt to stop and killing it. Default 10 s. */
  readonly killGrace?: DurationInput;
}

/** A number of hosts, or a percentage of the hosts of the task such as `"10%"`, rounded up. */
export type BatchSizeDefinition = number | string;
