import { must } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { RunState } from "./run-state.ts";
import type { OperatorWord, RunOrigin, RunPhase, RunView, TaskStatus, TaskView, Verdict } from "./run-view.ts";
import { STATUS_COUNT, statusName } from "./status.ts";
import { dependenciesOf, nameOf } from "./task-access.ts";
import { statusOf } from "./task-status.ts";
import { taskView } from "./task-view.ts";

/** A window on a run for report and CLI. Reads the live state at every call and keeps nothing but names. */
export function viewRun(state: RunState): RunView {
  return new StateView(state);
}

class StateView implements RunView {
  readonly #state: RunState;
  #childNames: Map<string, number> | undefined;
  #namedCount = 0;

  constructor(state: RunState) {
    this.#state = state;
  }

  get runId(): RunId {
    return must(this.#state.run.runId, "Run has no id before it is created");
  }

  get planName(): string {
    return this.#state.plan.name;
  }

  get origin(): RunOrigin {
    return this.#state.run.origin;
  }

  get controlVersion(): number {
    return this.#state.run.controlVersion;
  }

  get pause(): OperatorWord | undefined {
    return this.#state.run.pause;
  }

  get phase(): RunPhase {
    return this.#state.run.phase;
  }

  get verdict(): Verdict | undefined {
    return this.#state.run.verdict;
  }

  get isDryRun(): boolean {
    return this.#state.run.isDryRun;
  }

  get taskCount(): number {
    return this.#state.tasks.count;
  }

  get createdAtMs(): number {
    return this.#state.run.createdAtMs;
  }

  get finishedAtMs(): number | undefined {
    const { finishedAtMs } = this.#state.run;
    return finishedAtMs === -1 ? undefined : finishedAtMs;
  }

  get error(): CodedError | undefined {
    return this.#state.run.error;
  }

  get counts(): Readonly<Record<TaskStatus, number>> {
    const counts = { ...NO_TASKS };
    for (let code = 0; code < STATUS_COUNT; code++) counts[statusName(code)] += this.#state.tasks.counts[code] ?? 0;
    return counts;
  }

  task(index: number): TaskView {
    return taskView(this.#state, index);
  }

  indexOf(name: string): number | undefined {
    const root = this.#state.plan.graph.indexOf(name);
    return root ?? this.#childrenByName().get(name);
  }

  statusOf(index: number): TaskStatus {
    return statusName(statusOf(this.#state, index));
  }

  dependenciesOf(index: number): readonly number[] {
    return dependenciesOf(this.#state, index);
  }

  #childrenByName(): Map<string, number> {
    const { tasks } = this.#state;
    this.#childNames ??= new Map();
    for (let task = Math.max(tasks.rootCount, this.#namedCount); task < tasks.count; task++) {
      this.#childNames.set(nameOf(this.#state, task), task);
    }
    this.#namedCount = tasks.count;
    return this.#childNames;
  }
}

const NO_TASKS: Record<TaskStatus, number> = {
  pending: 0,
  ready: 0,
  waiting: 0,
  running: 0,
  changed: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  cancelled: 0,
  notRun: 0,
  unknown: 0,
};
