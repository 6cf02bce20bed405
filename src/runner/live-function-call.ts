import type { AttemptToken, RunId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import { attemptTokenOf } from "../engine/token.ts";
import { itemOf, nameOf, taskOf, visibleNamed } from "../engine/task-access.ts";
import type { RunView } from "../engine/run-view.ts";
import type { FleetHost } from "../fleet/fleet.ts";
import type { CompiledTask, GroupItem } from "../plan/compiled-plan.ts";
import type { Attempt } from "./attempt.ts";
import { callOperation } from "./call-operation.ts";
import type { PerformerOptions } from "./effect-performer.ts";
import type { FunctionCall, OperationAnswer } from "./user-code.ts";

/** One call of a task function, as a thin window on the run: a no-op function pays for two small objects. */
export class LiveFunctionCall implements FunctionCall {
  readonly task: CompiledTask;
  readonly #options: PerformerOptions;
  readonly #attempt: Attempt;
  #operationCalls = 0;

  constructor(options: PerformerOptions, attempt: Attempt, task: CompiledTask) {
    this.#options = options;
    this.#attempt = attempt;
    this.task = task;
  }

  get view(): RunView {
    return this.#options.view;
  }

  get runId(): RunId {
    return this.#options.runId;
  }

  get params(): JsonObject {
    return this.#options.params;
  }

  get item(): GroupItem | undefined {
    return itemOf(this.#options.state, this.#attempt.task);
  }

  get index(): number {
    return this.#attempt.task;
  }

  find(name: string): number | undefined {
    return visibleNamed(this.#options.state, this.index, name) ?? this.view.indexOf(name);
  }

  taskAt(index: number): CompiledTask {
    return taskOf(this.#options.state, index);
  }

  get attempt(): number {
    return this.#attempt.attempt;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get token(): AttemptToken {
    return attemptTokenOf(this.#options.state, this.#attempt);
  }

  get hosts(): readonly FleetHost[] {
    return this.#options.fleet.hosts();
  }

  log(message: string, data?: JsonObject): void {
    const line = { task: this.#attempt.task, host: "", stream: "log", text: message } as const;
    this.#options.observe((to) => to.onOutput?.(data === undefined ? line : { ...line, data }));
  }

  progress(percent: number, message?: string): void {
    const { task, unit } = this.#attempt;
    const clamped = Number.isFinite(percent) ? Math.min(100, Math.max(0, percent)) : 0;
    this.#options.command({ type: "heartbeat", task, unit });
    this.#options.observe((to) =>
      to.onProgress?.({ task, host: "", percent: clamped, ...(message === undefined ? {} : { message }) }),
    );
  }

  callOperation(operation: string, params: JsonObject, target: string): Promise<OperationAnswer> {
    this.#operationCalls += 1;
    return callOperation({
      fleet: this.#options.fleet,
      runId: this.runId,
      task: nameOf(this.#options.state, this.index),
      attempt: this.attempt,
      token: this.token,
      call: this.#operationCalls,
      signal: this.signal,
      work: { kind: "operation", operation, params },
      target,
    });
  }
}
