import { unreachable } from "../base/assert.ts";
import { applyAdopted } from "./apply-adopted.ts";
import { applyGateEntered, applySignal, applyVoice } from "./apply-gate.ts";
import { applyGroupExpanded } from "./apply-group.ts";
import { applyHostsResolved, applyPhase, applyRunCompleted, applyRunCreated, applyStopping } from "./apply-run.ts";
import {
  applyDispatched,
  applyEvaluated,
  applyNotRun,
  applySkipped,
  applyTaskCompleted,
  applyTaskTimedOut,
} from "./apply-task.ts";
import {
  applyCancelRequested,
  applyRefused,
  applyResolved,
  applyRetry,
  applyUnitCompleted,
  applyUnitTimedOut,
  applyUnknown,
} from "./apply-unit.ts";
import { applyUndoCompleted, applyUndoStarted } from "./apply-undo.ts";
import { applyMarked, applyOperatorSkip, applyPaused, applyResumed } from "./apply-operator.ts";
import { applyReset } from "./apply-reset.ts";
import type { RunEvent } from "./events.ts";
import { isOperatorEvent } from "./operator-words.ts";
import type { RunState } from "./run-state.ts";

/**
 * Records one event in the state, which it changes in place. Total: it judges nothing, so a log is replayed by applying
 * its events in order to a fresh state. What the event makes due is added to the effects.
 */
export function apply(state: RunState, event: RunEvent): void {
  state.run.lastAtMs = event.at;
  // The two events of an ordinary task come first: strings are compared one by one.
  if (event.type === "task.completed") applyTaskCompleted(state, event);
  else if (event.type === "task.dispatched") applyDispatched(state, event);
  else applyRareEvent(state, event);
  if (isOperatorEvent(event)) state.run.controlVersion++;
}

type RareEvent = Exclude<RunEvent, { readonly type: "task.completed" | "task.dispatched" }>;

function applyRareEvent(state: RunState, event: RareEvent): void {
  switch (event.type) {
    case "unit.completed":
      return applyUnitCompleted(state, event);
    case "tasks.skipped":
      return event.cause === "operator" ? applyOperatorSkip(state, event) : applySkipped(state, event);
    case "tasks.notRun":
      return applyNotRun(state, event);
    case "task.evaluated":
      return applyEvaluated(state, event);
    case "retry.scheduled":
      return applyRetry(state, event);
    case "attempt.refused":
      return applyRefused(state, event);
    case "attempt.unknown":
      return applyUnknown(state, event);
    case "attempt.timedOut":
      return event.unit === undefined ? applyTaskTimedOut(state, event) : applyUnitTimedOut(state, event);
    case "attempt.cancelRequested":
      return applyCancelRequested(state, event);
    case "unknown.resolved":
      return applyResolved(state, event);
    case "group.expanded":
      return applyGroupExpanded(state, event);
    case "gate.entered":
      return applyGateEntered(state, event);
    case "signal.received":
      return applySignal(state, event);
    case "approval.given":
    case "approval.refused":
      return applyVoice(state, event);
    case "run.created":
      return applyRunCreated(state, event);
    case "hosts.resolved":
      return applyHostsResolved(state, event);
    case "run.stopping":
      return applyStopping(state, event);
    case "phase.entered":
      return applyPhase(state, event);
    case "undo.started":
      return applyUndoStarted(state, event);
    case "undo.completed":
      return applyUndoCompleted(state, event);
    case "run.completed":
      return applyRunCompleted(state, event);
    case "run.paused":
      return applyPaused(state, event);
    case "run.resumed":
      return applyResumed(state, event);
    case "task.marked":
      return applyMarked(state, event);
    case "tasks.adopted":
      return applyAdopted(state, event);
    case "tasks.reset":
      return applyReset(state, event);
    default:
      return unreachable(event);
  }
}
