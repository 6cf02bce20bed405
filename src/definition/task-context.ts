import type { z } from "zod";
import type { CodedError } from "../base/coded-error.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Result } from "../base/result.ts";
import type { OperationCall } from "../operation/call.ts";
import type { Operations } from "../operation/ops.ts";
import type { HostResult } from "../operation/outcome.ts";

export declare const taskData: unique symbol;

/** A task as results are asked for it. `Data` exists for inference only: it is the type of the data the task returns. */
export interface TaskReference<Data = unknown> {
  readonly name: string;
  readonly [taskData]?: Data;
}

/** How a task ended, or `unknown` when it has not ended, is not known, or ended without anybody seeing it. */
export type ResultStatus = "unknown" | "changed" | "unchanged" | "skipped" | "failed" | "cancelled" | "notRun";

/** What the tasks before this one did. Read only, and complete for all dependencies. */
export interface TaskResults {
  /**
   * Data of a task: for tasks on hosts that of their first host. `undefined` when there is none, because the task was
   * skipped, failed without data, or returned nothing.
   */
  get<Data>(task: TaskReference<Data>): Data | undefined;
  get(name: string): JsonValue | undefined;
  status(task: TaskReference | string): ResultStatus;
  /** False when the task has not ended or does not exist. */
  changed(task: TaskReference | string): boolean;
  /** Empty when the task has none or does not exist. */
  hostResults(task: TaskReference | string): readonly HostResult[];
  /** Data of a task read by a schema; `DRV_TASK_DATA_INVALID` names every difference, or that there is no data. */
  decode<Data>(task: TaskReference | string, schema: z.ZodType<Data>): Result<Data, CodedError>;
}

/** What guards and functions for values are called with. They may be called again, so they must change nothing. */
export interface ValueContext<Params = JsonObject> {
  readonly params: Params;
  readonly results: TaskResults;
  /** Inside `foreach` and `matrix`: the item of this copy. */
  readonly item?: JsonValue;
  /** Inside `foreach` and `matrix`: the key of this copy. */
  readonly key?: string;
}

/** What a task function is called with. */
export interface TaskContext<Params = JsonObject> extends ValueContext<Params> {
  /** Runs operations in passing; they go through dispatch and the log like tasks. */
  readonly client: TaskClient;
  readonly fleet: TaskFleet;
  /** Aborts when the attempt is cancelled or out of time. */
  readonly signal: AbortSignal;
  /** One line for people, shown with the task. Never printed by the library. */
  readonly log: (message: string, data?: JsonObject) => void;
  /** From 0 to 100; also a sign of life for the heartbeat timeout. */
  readonly progress: (percent: number, message?: string) => void;
  /** From 1. */
  readonly attempt: number;
  /** The same whenever this attempt is sent again; another one for each attempt. */
  readonly idempotencyToken: string;
}

/**
 * Carries out operations in passing, on every host of `target` (default `_any`): by domain as in `ops`
 * (`client.file.deploy(params, target)`; `client.node.hostnameGet(target)` where no parameter is needed), or any operation
 * with `call`. Rejects only when the attempt is aborted, or with a `DroverError` when the target matches no host.
 */
export type TaskClient = ClientCall & {
  readonly [Domain in keyof Operations]: {
    readonly [Verb in keyof Operations[Domain]]: ClientMethod<Operations[Domain][Verb]>;
  };
};

export interface ClientCall {
  call<Data>(call: OperationCall<Data>, target?: string): Promise<ClientAnswer<Data>>;
}

/** What a constructor of calls becomes when it also carries the call out. */
export type ClientMethod<Constructor> = Constructor extends (...params: infer Params) => OperationCall<infer Data>
  ? [] extends Params
    ? (target?: string, params?: Params[0]) => Promise<ClientAnswer<Data>>
    : (params: Params[0], target?: string) => Promise<ClientAnswer<Data>>
  : never;

export interface ClientAnswer<Data = unknown> {
  readonly jobId: string;
  readonly results: readonly ClientHostResult<Data>[];
}

export interface ClientHostResult<Data = unknown> extends Omit<HostResult, "data"> {
  readonly data?: Data;
}

/** The hosts this run can reach. */
export interface TaskFleet {
  hosts(): readonly { readonly name: string; readonly labels: { readonly [key: string]: string } }[];
}

/** What a task function returns. Anything else fails the task with `DRV_TASK_RESULT_INVALID`. */
export interface TaskResult<Data = unknown> {
  /** Whether anything is different from before. */
  readonly changed: boolean;
  /** Plain JSON. */
  readonly data?: Data;
  /** Only for what `changed` cannot say. */
  readonly status?: "failed" | "skipped";
  /** Why it was skipped. */
  readonly reason?: string;
  /** For functions that speak for several hosts; any failed one fails the task. */
  readonly hostResults?: readonly TaskHostResult[];
  readonly jobId?: string;
}

/** A host in the result of a task function; what is absent is derived. */
export type TaskHostResult = Pick<HostResult, "hostname"> &
  Partial<Pick<HostResult, "status" | "changed" | "error" | "data" | "durationMs">>;

export type TaskFunction<Params = JsonObject, Data = unknown> = (
  context: TaskContext<Params>,
) => TaskResult<Data> | Promise<TaskResult<Data>>;

/** The item of a `foreach` whose list is not known when the plan is built. */
export interface ItemReference<Item = JsonValue> {
  /** The item of the copy that `context` belongs to. */
  of(context: ValueContext<unknown>): Item;
}
