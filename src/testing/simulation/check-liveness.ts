import { parseRunId } from "../../base/ids.ts";
import { nextDueMs } from "../../engine/due-times.ts";
import { stateHash } from "../../engine/state-hash.ts";
import type { RunView } from "../../engine/run-view.ts";
import { viewRun } from "../../engine/view.ts";
import { recoverRun } from "../../runner/recover-run.ts";
import type { CheckedRun, LogChecker } from "./log-checker.ts";
import type { SimController } from "./sim-controller.ts";
import type { SimStore } from "./sim-store.ts";
import { StoreReader } from "./store-reader.ts";
import type { SimWorld } from "./sim-world.ts";

/** The same while all goes well. */
const PROMPT_MS = 6_000;
/** Overdue by less than this is not late. */
const LATE_MS = 60_000;

/** Whether every run is finished or waits for somebody from outside, who will not come unless it is foretold. */
export function isAtRest(checker: LogChecker, isForetold: (runId: string) => boolean): boolean {
  for (const { model } of checker.runs.values()) {
    if (model.phase === "finished") continue;
    if (!isStuckOutside(model) || isForetold(model.runId)) return false;
  }
  return true;
}

function isStuckOutside(model: CheckedRun["model"]): boolean {
  return !isBusy(model) && model.waitsForOutside && mayStayOpen(model);
}

/** I18: a run that was cancelled ends by itself, unless somebody has paused it or its clean-up waits for somebody. */
function mayStayOpen({ wasCancelled, isPaused, cleanUpWaits }: CheckedRun["model"]): boolean {
  return !wasCancelled || isPaused || cleanUpWaits;
}

/** I20: after a crash, snapshot and later events give the same as all events. Looks at those runs that `isChosen` chooses. */
export function checkRecovery(world: SimWorld, parts: RecoveryParts, isChosen: () => boolean): void {
  const { store, checker } = parts;
  const reader = new StoreReader(store);
  for (const { model, folded, newest } of checker.runs.values()) {
    const runId = parseRunId(model.runId);
    if (runId === undefined || model.phase === "finished" || !isChosen()) continue;
    const expected = stateHash(folded);
    const record = { runId, first: 0, newest, plan: model.plan.name, isDryRun: false, createdAtMs: 0 };
    void recoverRun(reader, { lane: 0, record }, model.plan).then((told) => {
      const isSame = told.ok && stateHash(told.value.state) === expected;
      world.check(
        "I20",
        isSame,
        () => `${runId} is not recovered from snapshot and log: ${told.ok ? "" : told.error.message}`,
      );
    });
  }
}

interface RecoveryParts {
  readonly store: SimStore;
  readonly checker: LogChecker;
}

/** I14: in a world in which all goes well, what is due happens soon. */
export function checkPrompt(world: SimWorld, checker: LogChecker, controller: SimController | undefined): void {
  if (controller === undefined) return;
  const nowMs = controller.process.clock.nowMs();
  for (const { model, folded } of checker.runs.values()) {
    if (model.phase === "finished" || model.isPaused) continue;
    const dueMs = nextDueMs(folded);
    const isLate = dueMs !== undefined && dueMs < nowMs - PROMPT_MS && !isHeardOf(model) && !isBusy(model);
    world.check("I14", !isLate, () => `a timer of ${model.runId} is late by ${nowMs - (dueMs ?? 0)} ms`);
  }
}

/** Whether something runs, for whose slot what is due may have to wait. */
function isBusy({ tasks }: CheckedRun["model"]): boolean {
  return tasks.some(({ status, units }) => status === undefined && units.some((unit) => unit.status === "running"));
}

/** Whether something runs whose signs of life put its end off: they are in memory only, so the log does not tell when it is due. */
function isHeardOf({ tasks }: CheckedRun["model"]): boolean {
  return tasks.some(
    ({ task, units }) =>
      task.policy.heartbeatTimeoutMs !== undefined &&
      units.some(({ status, undo }) => status === "running" || undo === "running"),
  );
}

export interface EndOfWorld {
  /** Chooses finished runs of which memory and log are compared; the others all are. */
  readonly isChosen: () => boolean;
  readonly world: SimWorld;
  readonly checker: LogChecker;
  readonly store: SimStore;
  readonly controller: SimController | undefined;
  /** Requests nobody answered. */
  readonly unanswered: readonly string[];
}

/** What must be so once everything has gone well for long enough. */
export async function checkAtEnd(end: EndOfWorld): Promise<void> {
  const { world, checker, controller, unanswered, isChosen } = end;
  world.check("I2", controller !== undefined, () => "no process works at the end");
  for (const what of unanswered) world.violate("I2", `nobody answers: ${what}`);
  checkRecovery(world, end, () => true);
  for (const run of checker.runs.values()) checkRunAtEnd(end, run);
  if (controller?.host === undefined) return;
  const differing: { readonly run: CheckedRun; readonly newest: number }[] = [];
  for (const run of checker.runs.values()) {
    const { model, folded, newest } = run;
    const runId = parseRunId(model.runId);
    if (model.phase === "finished" && !isChosen()) continue;
    const view = runId === undefined ? undefined : controller.host.view(runId);
    void view?.then((told) => {
      // Its next timer may have struck while it was being told.
      if (run.newest !== newest) return;
      const isSame = told.ok && shown(told.value) === shown(viewRun(folded));
      if (!isSame) differing.push({ run, newest });
    });
  }
  await world.settle();
  // Memory is ahead of the log while a row is on its way there: then that row has come.
  for (const { run, newest } of differing) {
    world.check("I20", run.newest !== newest, () => `${run.model.runId} in memory differs from its log`);
  }
}

function checkRunAtEnd({ world, controller }: EndOfWorld, { model, folded }: CheckedRun): void {
  if (model.phase === "finished") return;
  const { runId } = model;
  world.check("I18", mayStayOpen(model), () => `${runId} was cancelled and does not end`);
  world.check(
    "I2",
    isStuckOutside(model),
    () => `${runId} neither ends nor waits for anybody, in phase ${model.phase}: ${openTasks(model)}`,
  );
  for (const { name, task, status, hasGate, approvers } of model.tasks) {
    if (!hasGate || status !== undefined || task.body.kind !== "gate") continue;
    const { gate } = task.body;
    const hasCome =
      (gate.kind === "signal" && model.signals.has(gate.name)) ||
      (gate.kind === "approval" && approvers.size >= gate.quorum);
    world.check("I15", !hasCome, () => `${name} of ${runId} waits for what has come`);
  }
  const dueMs = nextDueMs(folded);
  const nowMs = controller?.process.clock.nowMs() ?? 0;
  const isOverdue = !model.isPaused && dueMs !== undefined && dueMs < nowMs - LATE_MS;
  world.check("I14", !isOverdue, () => `a timer of ${runId} is overdue by ${nowMs - (dueMs ?? 0)} ms`);
}

function openTasks({ tasks }: CheckedRun["model"]): string {
  return tasks
    .filter(({ status }) => status === undefined)
    .map(({ name, units }) => `${name} ${units.map((unit) => `${unit.status}${unit.next ?? ""}`).join()}`)
    .join("; ");
}

/** What a person can see of a run. */
function shown(view: RunView): string {
  const tasks = Array.from({ length: view.taskCount }, (_, index) => view.task(index));
  return JSON.stringify([view.phase, view.verdict, view.counts, tasks]);
}
