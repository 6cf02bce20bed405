import { z } from "zod";
import { must } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import { parseRunId } from "../base/ids.ts";
import type { RunView, TaskStatus, TaskView } from "../engine/run-view.ts";
import type { HostResult } from "../operation/outcome.ts";

/**
 * A run as a small JSON value: enough to explain it later in another process. Holds states, reasons, errors and names;
 * never data, parameters, diffs or values of changes, which may be large or secret.
 */
export interface RunSnapshot extends z.infer<typeof SNAPSHOT> {}

/** Tasks kept in full; of larger runs the tasks that went well are left out unless one that did not depends on them. */
const TASKS_MAX = 20_000;
const MESSAGE_LENGTH_MAX = 4_096;

const ERROR = z.object({ code: z.string(), message: z.string(), hint: z.string().exactOptional() });
const OUTCOME = z.enum(["changed", "unchanged", "skipped", "failed", "cancelled", "unknown"]);
const STATUS = z.enum([
  ...OUTCOME.options,
  "pending",
  "ready",
  "waiting",
  "running",
  "notRun",
] as const satisfies readonly TaskStatus[]);

const HOST = z.object({
  hostname: z.string(),
  status: OUTCOME,
  changed: z.boolean(),
  durationMs: z.number(),
  error: ERROR.exactOptional(),
  failure: z.literal("unreachable").exactOptional(),
  reason: z.string().exactOptional(),
});

const TASK = z.object({
  index: z.int().min(0),
  name: z.string(),
  kind: z.enum(["operation", "function", "script", "gate", "group"]),
  operation: z.string().exactOptional(),
  target: z.string().exactOptional(),
  status: STATUS,
  isChanged: z.boolean(),
  skipCause: z.enum(["guard", "notTriggered", "dependencyFailed", "unsupported", "operator"]).exactOptional(),
  reason: z.string().exactOptional(),
  error: ERROR.exactOptional(),
  undoError: ERROR.exactOptional(),
  hosts: z.array(HOST),
  attempts: z.int(),
  startedAtMs: z.number().exactOptional(),
  finishedAtMs: z.number().exactOptional(),
  durationMs: z.number(),
  isRolledBack: z.boolean(),
  isConditional: z.boolean(),
  group: z.int().exactOptional(),
  /** Indexes of the tasks it depends on. */
  after: z.array(z.int()),
});

const SNAPSHOT = z.object({
  version: z.literal(1),
  runId: z.string().refine((text) => parseRunId(text) !== undefined),
  planName: z.string(),
  phase: z.enum(["created", "running", "stopping", "failureBranches", "undoing", "finished"]),
  verdict: z.enum(["succeeded", "failed", "cancelled", "rolledBack", "needsDecision"]).exactOptional(),
  isDryRun: z.boolean(),
  taskCount: z.int(),
  createdAtMs: z.number(),
  finishedAtMs: z.number().exactOptional(),
  counts: z.record(STATUS, z.int()),
  error: ERROR.exactOptional(),
  tasks: z.array(TASK),
});

type TaskSnapshot = RunSnapshot["tasks"][number];
type ErrorSnapshot = NonNullable<TaskSnapshot["error"]>;

/** Takes what explains a run out of its view. */
export function snapshotOf(view: RunView): RunSnapshot {
  return {
    version: 1,
    runId: view.runId,
    planName: view.planName,
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

/** Reads what {@link snapshotOf} made and JSON carried; `undefined` when it is anything else. */
export function parseSnapshot(value: unknown): RunSnapshot | undefined {
  const parsed = SNAPSHOT.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** The view of a run from its snapshot. Tasks that were left out are not found by name. */
export function viewOfSnapshot(snapshot: RunSnapshot): RunView {
  const { tasks, runId, ...run } = snapshot;
  const position = new Map(tasks.map((task, at) => [task.index, at]));
  const byName = new Map(tasks.map((task, at) => [task.name, at]));
  const at = (index: number) => must(tasks[index], `The snapshot has no task ${index}`);
  const indexIn = (index: number) => position.get(index);
  return {
    ...run,
    runId: must(parseRunId(runId), "The schema accepts run ids only"),
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
    ...(task.group !== undefined && { group: task.group }),
    after: [...view.dependenciesOf(index)],
  };
}

function hostSnapshot(result: HostResult): TaskSnapshot["hosts"][number] {
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

function errorSnapshot({ code, message, hint }: CodedError): ErrorSnapshot {
  return { code, message: message.slice(0, MESSAGE_LENGTH_MAX), ...(hint !== undefined && { hint }) };
}

function taskView(
  { hosts, after: _after, group, ...task }: TaskSnapshot,
  index: number,
  indexIn: (index: number) => number | undefined,
): TaskView {
  const groupIndex = group === undefined ? undefined : indexIn(group);
  return {
    ...task,
    index,
    generation: 0,
    hostResults: hosts,
    ...(groupIndex !== undefined && { group: groupIndex }),
  };
}
