import { unreachable } from "../base/assert.ts";
import { codedError, type CodedError } from "../base/coded-error.ts";
import { advanceRun } from "./advance-run.ts";
import type { Command } from "./commands.ts";
import {
  decideApprove,
  decideCancel,
  decideHeartbeat,
  decideReject,
  decideResolveUnknown,
  decideSignal,
  decideUndo,
} from "./decide-control.ts";
import { decideEvaluated } from "./decide-evaluated.ts";
import {
  decideMarkSucceeded,
  decidePause,
  decideResume,
  decideRetryFailed,
  decideRetryFrom,
  decideSkip,
} from "./decide-operator.ts";
import { decideNotStarted, decideResult, decideResults } from "./decide-result.ts";
import { decideStart } from "./decide-start.ts";
import { decideUndoFinished } from "./decide-undo.ts";
import type { Decision } from "./decision.ts";
import { isReopening } from "./operator-words.ts";
import type { RunState } from "./run-state.ts";
import { openStep, type Step } from "./step.ts";

/**
 * Judges a command and writes down what follows from it. The events it returns are already applied to `state`; at most
 * `EVENTS_PER_STEP_MAX` (512) of them, and when there is more to decide `hasMore` asks for `advance`.
 *
 * Pure with respect to the world: same state, command and time give the same events, byte for byte. User code is never
 * called here; see `EvaluateEffect`. A command that cannot be followed is rejected with a coded error (`DRV_RUN_…`) and
 * leaves the state untouched.
 *
 * @param nowMs milliseconds since 1970; taken as the time of the latest event when it lies before that
 *
 * @example
 * const state = createState(plan);
 * const decision = decide(state, { type: "start", runId, params: {}, hosts: [], options: {} }, clock.nowMs());
 * if (decision.ok) await log.append(decision.events);
 * for (const effect of takeEffects(state)) perform(effect);
 */
export function decide(state: RunState, command: Command, nowMs: number): Decision {
  const misplaced = checkPhase(state, command);
  if (misplaced !== undefined) return { ok: false, rejection: misplaced };
  const step = openStep(state, nowMs);
  const rejection = follow(step, command);
  if (rejection !== undefined) return { ok: false, rejection };
  const hasMore = advanceRun(step);
  return { ok: true, events: step.events, hasMore, staleCount: step.staleCount };
}

function checkPhase(state: RunState, command: Command): CodedError | undefined {
  const { phase } = state.run;
  if (command.type === "start") {
    if (phase === "created" && state.run.runId === undefined) return undefined;
    return codedError(
      "DRV_RUN_ALREADY_STARTED",
      `Cannot start run of plan "${state.plan.name}": it was started before`,
    );
  }
  if (state.run.runId === undefined) {
    return codedError(
      "DRV_RUN_NOT_STARTED",
      `Cannot ${command.type} run of plan "${state.plan.name}": it is not started`,
    );
  }
  if (phase !== "finished" || isReopening(command)) return checkVersion(state, command);
  return codedError("DRV_RUN_FINISHED", `Cannot ${command.type} run "${state.run.runId}": it has ended`);
}

/** Two people who look at the same run must not talk at cross purposes. */
function checkVersion({ run }: RunState, command: Command): CodedError | undefined {
  if (!("expectedVersion" in command) || command.expectedVersion === undefined) return undefined;
  const { expectedVersion } = command;
  if (expectedVersion === run.controlVersion) return undefined;
  const found = `its control version is ${run.controlVersion}, and ${expectedVersion} was expected`;
  return codedError("DRV_RUN_VERSION_CONFLICT", `Cannot ${command.type} run "${run.runId}": ${found}`, {
    details: { controlVersion: run.controlVersion, expectedVersion },
  });
}

function follow(step: Step, command: Command): CodedError | undefined {
  switch (command.type) {
    case "attemptsFinished":
      return decideResults(step, command);
    case "attemptFinished":
      return decideResult(step, command);
    case "advance":
    case "tick":
      return undefined;
    case "start":
      return decideStart(step, command);
    case "attemptNotStarted":
      return decideNotStarted(step, command);
    case "evaluated":
      return decideEvaluated(step, command);
    case "undoFinished":
      return decideUndoFinished(step, command);
    case "heartbeat":
      return decideHeartbeat(step, command);
    case "signal":
      return decideSignal(step, command);
    case "approve":
      return decideApprove(step, command);
    case "reject":
      return decideReject(step, command);
    case "resolveUnknown":
      return decideResolveUnknown(step, command);
    case "cancel":
      return decideCancel(step, command);
    case "undo":
      return decideUndo(step, command);
    case "pause":
      return decidePause(step, command);
    case "resume":
      return decideResume(step, command);
    case "skip":
      return decideSkip(step, command);
    case "markSucceeded":
      return decideMarkSucceeded(step, command);
    case "retryFailed":
      return decideRetryFailed(step, command);
    case "retryFrom":
    case "rewind":
      return decideRetryFrom(step, command);
    default:
      return unreachable(command);
  }
}
