import { must } from "../base/assert.ts";
import type { RunEvent, TaskRange } from "../engine/events.ts";
import type { RunView } from "../engine/run-view.ts";
import type { RunObserver } from "../runner/run-observer.ts";
import { Report } from "../report/report.ts";
import { taskReport } from "../report/task-report.ts";
import type { Hooks, PlanSummary } from "./hooks.ts";

/** Tasks of a plan by level, as indices. */
export type LevelIndices = readonly (readonly number[])[];

export interface HookObserverOptions {
  readonly hooks: Hooks;
  readonly planName: string;
  /** Levels of the plan; computed only when a hook asks for them. */
  readonly levels: () => LevelIndices;
  readonly nameOf: (task: number) => string;
  /** Receives what a hook throws. */
  readonly failed: (thrown: unknown) => void;
}

/** Turns committed events into calls of hooks. */
export class HookObserver implements RunObserver {
  readonly #hooks: Hooks;
  readonly #options: HookObserverOptions;
  readonly #started = new Set<number>();
  #levels: LevelProgress | undefined;

  constructor(options: HookObserverOptions) {
    this.#hooks = options.hooks;
    this.#options = options;
  }

  onEvents(events: readonly RunEvent[], view: RunView): void {
    for (const event of events) this.#onEvent(event, view);
  }

  #onEvent(event: RunEvent, view: RunView): void {
    switch (event.type) {
      case "run.created":
        if (this.#wantsLevels()) this.#levels = new LevelProgress(this.#options.levels());
        this.#call(() => this.#hooks.beforePlan?.(this.#summary()));
        this.#enterEmptyLevel();
        return;
      case "task.dispatched":
      case "gate.entered":
      case "group.expanded":
        return this.#onStart(event.task, view);
      case "task.completed":
        return this.#onEnd(event.task, view);
      case "tasks.skipped":
        return this.#onSkipped(event.ranges, event.reason, view);
      case "tasks.notRun":
        return forEachIn(event.ranges, (task) => this.#onEnd(task, view));
      case "retry.scheduled": {
        const { task, attempt, error } = event;
        return this.#call(() => this.#hooks.onRetry?.(view.task(task), attempt, error));
      }
      case "run.completed":
        return this.#call(() => this.#hooks.afterPlan?.(new Report(view)));
      case "hosts.resolved":
      case "task.evaluated":
      case "unit.completed":
      case "attempt.refused":
      case "attempt.unknown":
      case "attempt.timedOut":
      case "attempt.cancelRequested":
      case "unknown.resolved":
      case "signal.received":
      case "approval.given":
      case "approval.refused":
      case "run.stopping":
      case "phase.entered":
      case "undo.started":
      case "undo.completed":
      case "run.paused":
      case "run.resumed":
      case "tasks.adopted":
        return;
      case "task.marked":
        return this.#onEnd(event.task, view);
      case "tasks.reset":
        return forEachIn(event.ranges, (task) => this.#started.delete(task));
    }
  }

  #onStart(task: number, view: RunView): void {
    if (this.#started.has(task)) return;
    this.#started.add(task);
    this.#enterLevelOf(task);
    this.#call(() => this.#hooks.beforeTask?.(view.task(task)));
  }

  #onEnd(task: number, view: RunView): void {
    this.#call(() => {
      if (this.#hooks.afterTask === undefined) return;
      const ended = view.task(task);
      this.#hooks.afterTask(ended, taskReport(ended));
    });
    this.#leaveLevelOf(task, view);
  }

  #onSkipped(ranges: readonly TaskRange[], reason: string, view: RunView): void {
    forEachIn(ranges, (task) => {
      this.#enterLevelOf(task);
      this.#call(() => this.#hooks.onSkip?.(view.task(task), reason));
      this.#onEnd(task, view);
    });
  }

  #enterLevelOf(task: number): void {
    const level = this.#levels?.enter(task);
    if (level === undefined) return;
    const tasks = must(this.#levels, "A level was entered").tasksOf(level);
    this.#call(() => this.#hooks.beforeLevel?.(level, tasks.map(this.#options.nameOf), tasks.length > 1));
  }

  #leaveLevelOf(task: number, view: RunView): void {
    const level = this.#levels?.leave(task);
    if (level === undefined) return;
    const tasks = must(this.#levels, "A level was left").tasksOf(level);
    this.#call(() =>
      this.#hooks.afterLevel?.(
        level,
        tasks.map((index) => taskReport(view.task(index))),
      ),
    );
  }

  /** A plan without tasks has one empty level, which begins and ends at once. */
  #enterEmptyLevel(): void {
    if (this.#levels === undefined || this.#levels.count > 0) return;
    this.#call(() => this.#hooks.beforeLevel?.(0, [], false));
    this.#call(() => this.#hooks.afterLevel?.(0, []));
  }

  #wantsLevels(): boolean {
    return this.#hooks.beforeLevel !== undefined || this.#hooks.afterLevel !== undefined;
  }

  #summary(): PlanSummary {
    const { planName, levels, nameOf } = this.#options;
    const steps = levels().map((tasks) => ({ tasks: tasks.map(nameOf), parallel: tasks.length > 1 }));
    return { name: planName, totalTasks: steps.reduce((sum, step) => sum + step.tasks.length, 0), steps };
  }

  #call(hook: () => void): void {
    try {
      hook();
    } catch (thrown) {
      this.#options.failed(thrown);
    }
  }
}

/** Which levels have begun and how many of their tasks have not ended. */
class LevelProgress {
  readonly #levels: LevelIndices;
  readonly #levelOf = new Map<number, number>();
  readonly #begun = new Set<number>();
  readonly #left: number[];

  constructor(levels: LevelIndices) {
    this.#levels = levels;
    this.#left = levels.map((tasks) => tasks.length);
    for (const [level, tasks] of levels.entries()) {
      for (const task of tasks) this.#levelOf.set(task, level);
    }
  }

  get count(): number {
    return this.#levels.length;
  }

  tasksOf(level: number): readonly number[] {
    return must(this.#levels[level], "Levels are numbered densely");
  }

  /** The level that begins with this task, if one does. Children of groups have no level. */
  enter(task: number): number | undefined {
    const level = this.#levelOf.get(task);
    if (level === undefined || this.#begun.has(level)) return undefined;
    this.#begun.add(level);
    return level;
  }

  /** The level that ends with this task, if one does. */
  leave(task: number): number | undefined {
    const level = this.#levelOf.get(task);
    if (level === undefined) return undefined;
    const left = must(this.#left[level], "Levels are numbered densely") - 1;
    this.#left[level] = left;
    return left === 0 && this.#begun.has(level) ? level : undefined;
  }
}

function forEachIn(ranges: readonly TaskRange[], visit: (task: number) => void): void {
  for (const [first, last] of ranges) {
    for (let task = first; task <= last; task++) visit(task);
  }
}
