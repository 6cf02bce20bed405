import type { HostsResolved, PhaseEntered, RunCompleted, RunCreated, RunEvent, RunStopping } from "../engine/events.ts";
import { capped } from "./capped-text.ts";
import { refreshFanOut, setTaskStatus, setUnitStatus } from "./fold-status.ts";
import {
  foldDispatched,
  foldEvaluated,
  foldExpanded,
  foldGateEntered,
  foldNotRun,
  foldSkipped,
  foldTaskCompleted,
} from "./fold-task.ts";
import { foldAdopted, foldMarked, foldReset, reopenRun } from "./fold-operator.ts";
import {
  foldRefused,
  foldResolved,
  foldRetry,
  foldUndoCompleted,
  foldUndoStarted,
  foldUnitCompleted,
  foldUnknown,
} from "./fold-unit.ts";
import { noteOf } from "./timeline-note.ts";
import type { RunRecords } from "./run-records.ts";

/** The end of a run is the end: what comes after it, or comes twice, changes nothing. */
export function foldEvent(records: RunRecords, event: RunEvent): void {
  const { run } = records;
  run.eventCount += 1;
  if (run.phase === "finished" && !reopens(event)) return;
  run.lastAtMs = event.at;
  const note = noteOf(event);
  if (note !== undefined) records.note(note);
  // The two events of an ordinary task come first: strings are compared one by one.
  if (event.type === "task.completed") foldTaskCompleted(records, event);
  else if (event.type === "task.dispatched") foldDispatched(records, event);
  else foldRareEvent(records, event);
}

/** People may open a run again that has ended. */
function reopens(event: RunEvent): boolean {
  return event.type === "tasks.reset" || (event.type === "run.stopping" && event.mode === "rollback");
}

type RareEvent = Exclude<RunEvent, { readonly type: "task.completed" | "task.dispatched" }>;

function foldRareEvent(records: RunRecords, event: RareEvent): void {
  switch (event.type) {
    case "unit.completed":
      return foldUnitCompleted(records, event);
    case "tasks.skipped":
      return foldSkipped(records, event);
    case "tasks.notRun":
      return foldNotRun(records, event);
    case "task.evaluated":
      return foldEvaluated(records, event);
    case "retry.scheduled":
      return foldRetry(records, event);
    case "attempt.refused":
      return foldRefused(records, event);
    case "attempt.unknown":
      return foldUnknown(records, event);
    case "unknown.resolved":
      return foldResolved(records, event);
    case "group.expanded":
      return foldExpanded(records, event);
    case "gate.entered":
      return foldGateEntered(records, event);
    case "undo.started":
      return foldUndoStarted(records, event);
    case "undo.completed":
      return foldUndoCompleted(records, event);
    case "attempt.timedOut":
    case "attempt.cancelRequested":
    case "signal.received":
    case "approval.given":
    case "approval.refused":
    case "run.paused":
    case "run.resumed":
      // They are notes: no status changes before what they lead to is written.
      return;
    case "task.marked":
      return foldMarked(records, event);
    case "tasks.adopted":
      return foldAdopted(records, event);
    case "tasks.reset":
      return foldReset(records, event);
    case "run.created":
    case "hosts.resolved":
    case "run.stopping":
    case "phase.entered":
    case "run.completed":
      return foldRunEvent(records, event);
  }
}

function foldRunEvent(
  records: RunRecords,
  event: RunCreated | HostsResolved | RunStopping | PhaseEntered | RunCompleted,
): void {
  const { run } = records;
  switch (event.type) {
    case "run.created":
      return foldCreated(records, event);
    case "hosts.resolved":
      records.setTargets(new Map(event.targets.map(({ target, hosts }) => [target, [...new Set(hosts)]])));
      run.phase = "running";
      return;
    case "run.stopping":
      return foldStopping(records, event);
    case "phase.entered":
      run.phase = event.phase;
      return;
    case "run.completed":
      run.phase = "finished";
      run.verdict = event.verdict;
      run.finishedAtMs = event.at;
      return;
  }
}

function foldCreated(records: RunRecords, event: RunCreated): void {
  const { run } = records;
  if (run.createdAtMs !== -1) return;
  run.createdAtMs = event.at;
  run.plan = event.plan;
  run.fingerprint = event.fingerprint;
  run.isDryRun = event.isDryRun;
  run.actor = event.actor;
  run.reason = capped(event.reason);
  run.planBody = planBodyOf(event);
  const taskCount = records.plan()?.tasks.length ?? 0;
  run.taskCount = Math.max(run.taskCount, taskCount);
}

/** Runs that are not kept have no plan body. */
function planBodyOf(event: object): string | undefined {
  return "planBody" in event && typeof event.planBody === "string" ? event.planBody : undefined;
}

/** What was about to start falls back; what was to be found out by another attempt stays unknown in a cancelled run. */
function foldStopping(records: RunRecords, event: RunStopping): void {
  const { run } = records;
  reopenRun(run);
  run.phase = "stopping";
  for (const task of records.tasksIn("ready")) {
    if (task.attempts === 0) setTaskStatus(run, task, "pending");
    else if (event.mode === "cancel") setTaskStatus(run, task, "unknown");
  }
  if (event.mode !== "cancel") return;
  for (const task of records.tasksIn("running")) {
    if (task.unitCount === 0) continue;
    for (const unit of records.units(task.task)) {
      if (unit.status === "ready" && unit.attempts > 0) setUnitStatus(task, unit, "unknown");
    }
    refreshFanOut(records, task);
  }
}
