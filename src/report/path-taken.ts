import type { RunView, TaskView } from "../engine/run-view.ts";

export interface TimedTask {
  readonly task: string;
  readonly durationMs: number;
}

/**
 * The chain of tasks that decided when the run ended: from the task that ended last, each step goes to the dependency
 * that ended last. First task first; empty when nothing ran.
 */
export function pathTaken(view: RunView): readonly TimedTask[] {
  const path: TimedTask[] = [];
  let task = lastOf(view, everyIndex(view.taskCount));
  while (task !== undefined) {
    path.push({ task: task.name, durationMs: task.durationMs });
    task = lastOf(view, view.dependenciesOf(task.index));
  }
  return path.reverse();
}

/** The task that ran and ended last among `indexes`. */
function lastOf(view: RunView, indexes: Iterable<number>): TaskView | undefined {
  let last: TaskView | undefined;
  for (const index of indexes) {
    if (!hasRun(view, index)) continue;
    const task = view.task(index);
    if (task.finishedAtMs === undefined || task.startedAtMs === undefined || task.kind === "group") continue;
    if (last?.finishedAtMs === undefined || task.finishedAtMs > last.finishedAtMs) last = task;
  }
  return last;
}

function hasRun(view: RunView, index: number): boolean {
  const status = view.statusOf(index);
  return status === "changed" || status === "unchanged" || status === "failed" || status === "cancelled";
}

function* everyIndex(count: number): Generator<number, void, undefined> {
  for (let index = 0; index < count; index++) yield index;
}
