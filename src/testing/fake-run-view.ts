import type { CodedError } from "../base/coded-error.ts";
import { must } from "../base/assert.ts";
import { parseRunId } from "../base/ids.ts";
import type { RunPhase, RunView, TaskStatus, TaskView, Verdict } from "../engine/run-view.ts";

/** A task of a {@link fakeRunView}: what is not given has a plain default. */
export interface FakeTask extends Partial<Omit<TaskView, "index" | "name" | "status">> {
  readonly name: string;
  readonly status: TaskStatus;
  /** Names of the tasks it depends on. */
  readonly after?: readonly string[];
}

export interface FakeRun {
  readonly planName?: string;
  readonly phase?: RunPhase;
  readonly verdict?: Verdict;
  readonly isDryRun?: boolean;
  readonly createdAtMs?: number;
  readonly finishedAtMs?: number;
  readonly error?: CodedError;
  readonly tasks: readonly FakeTask[];
}

const RUN_ID = must(parseRunId("run_01890000-0000-7000-8000-000000000001"), "The fixed run id is one");
const NO_COUNTS: Readonly<Record<TaskStatus, number>> = {
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

/**
 * A run view with fixed content, for tests of everything that shows runs.
 * The verdict is `failed` when a task failed, else `succeeded`, unless given; the run started at 0 and ended at 12,300 ms.
 */
export function fakeRunView(run: FakeRun): RunView {
  const names = run.tasks.map((task) => task.name);
  const counts = { ...NO_COUNTS };
  for (const task of run.tasks) counts[task.status] += 1;
  const failed = run.tasks.find((task) => task.status === "failed");
  const error = run.error ?? failed?.error;
  const phase = run.phase ?? "finished";
  return {
    runId: RUN_ID,
    planName: run.planName ?? "webserver",
    phase,
    ...(phase === "finished" && { verdict: run.verdict ?? (failed ? "failed" : "succeeded") }),
    isDryRun: run.isDryRun ?? false,
    taskCount: run.tasks.length,
    createdAtMs: run.createdAtMs ?? 0,
    ...(phase === "finished" && { finishedAtMs: run.finishedAtMs ?? 12_300 }),
    counts,
    ...(error !== undefined && { error }),
    task: (index) => taskView(index, must(run.tasks[index], `Task ${index} is not in the fake run`)),
    indexOf: (name) => indexOrNothing(names.indexOf(name)),
    statusOf: (index) => must(run.tasks[index], `Task ${index} is not in the fake run`).status,
    dependenciesOf: (index) =>
      (run.tasks[index]?.after ?? []).map((name) => must(indexOrNothing(names.indexOf(name)), `No task ${name}`)),
  };
}

function taskView(index: number, { after: _after, ...task }: FakeTask): TaskView {
  return {
    index,
    kind: "function",
    isChanged: task.status === "changed",
    hostResults: [],
    attempts: wasStarted(task.status) ? 1 : 0,
    generation: 0,
    durationMs: 0,
    isRolledBack: false,
    isConditional: false,
    ...task,
  };
}

function wasStarted(status: TaskStatus): boolean {
  return status === "changed" || status === "unchanged" || status === "failed" || status === "running";
}

function indexOrNothing(index: number): number | undefined {
  return index === -1 ? undefined : index;
}
