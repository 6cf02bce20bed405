import { must } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { OperatorWord, RunView, TaskDecision, TaskReset, TaskView } from "../engine/run-view.ts";
import type { HostResult } from "../operation/outcome.ts";

/**
 * A run as a small JSON value: enough to explain it later in another process. Holds states, reasons, errors and names;
 * never data, parameters, diffs or values of changes, which may be large or secret.
 */
export interface RunSnapshot extends Pick<
  RunView,
  | "runId"
  | "planName"
  | "controlVersion"
  | "phase"
  | "verdict"
  | "isDryRun"
  | "taskCount"
  | "createdAtMs"
  | "finishedAtMs"
  | "counts"
> {
  readonly version: 1;
  /** Set while the run is paused. */
  readonly pause?: OperatorWord;
  readonly error?: ErrorSnapshot;
  readonly tasks: readonly TaskSnapshot[];
}

/** Tasks kept in full; of larger runs the tasks that went well are left out unless one that did not depends on them. */
const TASKS_MAX = 20_000;
const MESSAGE_LENGTH_MAX = 4_096;

/** The parts of a task that a snapshot keeps as they are. */
type KeptTask = Pick<
  TaskView,
  | "index"
  | "name"
  | "kind"
  | "operation"
  | "target"
  | "status"
  | "isChanged"
  | "skipCause"
  | "reason"
  | "attempts"
  | "startedAtMs"
  | "finishedAtMs"
  | "durationMs"
  | "isRolledBack"
  | "isConditional"
  | "isRollbackStep"
  | "isTolerated"
  | "group"
>;

export interface TaskSnapshot extends KeptTask {
  /** Absent in the first generation, and in what older programs kept. */
  readonly generation?: number;
  readonly decision?: TaskDecision;
  readonly reset?: TaskReset;
  readonly error?: ErrorSnapshot;
  readonly undoError?: ErrorSnapshot;
  readonly hosts: readonly HostSnapshot[];
  /** Indexes of the tasks it depends on. */
  readonly after: readonly number[];
}

export type ErrorSnapshot = Pick<CodedError, "code" | "message" | "hint">;

export interface HostSnapshot extends Pick<
  HostResult,
  "hostname" | "status" | "changed" | "durationMs" | "failure" | "reason"
> {
  readonly error?: ErrorSnapshot;
}

/** Takes what explains a run out of its view. */
export function snapshotOf(view: RunView): RunSnapshot {
  return {
    version: 1,
    runId: view.runId,
    planName: view.planName,
    ...(view.controlVersion !== undefined && { controlVersion: view.controlVersion }),
    ...(view.pause !== undefined && { pause: wordSnapshot(view.pause) }),
    phase: view.phase,
    ...(view.verdict !== undefined && { verdict: view.verdict }),
    isDryRun: view.isDryRun,
    taskCount: view.taskCount,
    createdAtMs: view.createdAtMs,
    ...(view.finishedAtMs !== undefined && { finishedAtMs: view.finishedAtMs }),
    counts: { ...view.counts },
    ...(view.error !== undefined && { error: errorSnapshot(view.error) }),
    tasks: keptTasks(view).map((index) => taskSnapshot(view, index)),
  };
}

/** The view of a run from its snapshot. Tasks that were left out are not found by name. */
export function viewOfSnapshot(snapshot: RunSnapshot): RunView {
  const { tasks, version: _version, ...run } = snapshot;
  const position = new Map(tasks.map((task, at) => [task.index, at]));
  const byName = new Map(tasks.map((task, at) => [task.name, at]));
  const at = (index: number) => must(tasks[index], `The snapshot has no task ${index}`);
  const indexIn = (index: number) => position.get(index);
  return {
    ...run,
    // The tasks that were kept are the run, as far as a snapshot can tell.
    taskCount: tasks.length,
    task: (index) => taskView(at(index), index, indexIn),
    indexOf: (name) => byName.get(name),
    statusOf: (index) => at(index).status,
    dependenciesOf: (index) => at(index).after.flatMap((dependency) => indexIn(dependency) ?? []),
  };
}

function keptTasks(view: RunView): readonly number[] {
  const all = Array.from({ length: view.taskCount }, (_, index) => index);
  if (view.taskCount <= TASKS_MAX) return all;
  const kept = new Set<number>();
  for (const index of all) {
    const status = view.statusOf(index);
    if (status === "changed" || status === "unchanged") continue;
    if (kept.size >= TASKS_MAX) break;
    kept.add(index);
    for (const dependency of view.dependenciesOf(index)) kept.add(dependency);
  }
  return [...kept].sort((one, other) => one - other);
}

function taskSnapshot(view: RunView, index: number): TaskSnapshot {
  const task = view.task(index);
  return {
    index,
    name: task.name,
    kind: task.kind,
    ...(task.operation !== undefined && { operation: task.operation }),
    ...(task.target !== undefined && { target: task.target }),
    status: task.status,
    isChanged: task.isChanged,
    ...(task.skipCause !== undefined && { skipCause: task.skipCause }),
    ...(task.reason !== undefined && { reason: task.reason.slice(0, MESSAGE_LENGTH_MAX) }),
    ...(task.error !== undefined && { error: errorSnapshot(task.error) }),
    ...(task.undoError !== undefined && { undoError: errorSnapshot(task.undoError) }),
    hosts: task.hostResults.map(hostSnapshot),
    attempts: task.attempts,
    ...(task.startedAtMs !== undefined && { startedAtMs: task.startedAtMs }),
    ...(task.finishedAtMs !== undefined && { finishedAtMs: task.finishedAtMs }),
    durationMs: task.durationMs,
    isRolledBack: task.isRolledBack,
    isConditional: task.isConditional,
    ...(task.isRollbackStep !== undefined && { isRollbackStep: task.isRollbackStep }),
    ...(task.isTolerated !== undefined && { isTolerated: task.isTolerated }),
    ...(task.generation !== 1 && { generation: task.generation }),
    ...(task.decision !== undefined && { decision: wordSnapshot(task.decision) }),
    ...(task.reset !== undefined && { reset: wordSnapshot(task.reset) }),
    ...(task.group !== undefined && { group: task.group }),
    after: [...view.dependenciesOf(index)],
  };
}

function hostSnapshot(result: HostResult): HostSnapshot {
  return {
    hostname: result.hostname,
    status: result.status,
    changed: result.changed,
    durationMs: result.durationMs,
    ...(result.error !== undefined && { error: errorSnapshot(result.error) }),
    ...(result.failure !== undefined && { failure: result.failure }),
    ...(result.reason !== undefined && { reason: result.reason.slice(0, MESSAGE_LENGTH_MAX) }),
  };
}

/** What people write may be as long as they like. */
function wordSnapshot<Word extends OperatorWord>(word: Word): Word {
  return word.reason === undefined ? word : { ...word, reason: word.reason.slice(0, MESSAGE_LENGTH_MAX) };
}

function errorSnapshot({ code, message, hint }: CodedError): ErrorSnapshot {
  return { code, message: message.slice(0, MESSAGE_LENGTH_MAX), ...(hint !== undefined && { hint }) };
}

function taskView(
  { hosts, after: _after, group, generation = 1, ...task }: TaskSnapshot,
  index: number,
  indexIn: (index: number) => number | undefined,
): TaskView {
  const groupIndex = group === undefined ? undefined : indexIn(group);
  return {
    ...task,
    index,
    generation,
    hostResults: hosts,
    ...(groupIndex !== undefined && { group: groupIndex }),
  };
}
