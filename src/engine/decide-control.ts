import { codedError, type CodedError } from "../base/coded-error.ts";
import type {
  ApproveCommand,
  CancelCommand,
  HeartbeatCommand,
  RejectCommand,
  ResolveUnknownCommand,
  SignalCommand,
  UndoCommand,
} from "./commands.ts";
import type { StopMode } from "./events.ts";
import { reset, wordOf } from "./decide-operator.ts";
import { isWrittenOffBehind } from "./reset-set.ts";
import { isRollbackStep } from "./rollback-steps.ts";
import type { RunState } from "./run-state.ts";
import { RUNNING, UNKNOWN, WAITING } from "./status.ts";
import { emit, type Step } from "./step.ts";
import { nameOf, taskOf } from "./task-access.ts";
import { statusOf } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";
import { unitCount, unitStatus } from "./unit-state.ts";

/** An executor is alive: remembered, not written down. */
export function decideHeartbeat({ state, now }: Step, { task, unit }: HeartbeatCommand): undefined {
  if (unitStatus(state, task, unit) === RUNNING || state.undo?.running.has(unitKey(task, unit)) === true) {
    state.queues.heartbeats.set(unitKey(task, unit), now);
  }
}

/** A signal came in; the same one twice changes nothing. */
export function decideSignal(step: Step, command: SignalCommand): undefined {
  const { name, id, payload } = command;
  if (step.state.signalIds.has(id)) return;
  const head = { type: "signal.received", v: 1, at: step.now, name, id, ...wordOf(command) } as const;
  emit(step, payload === undefined ? head : { ...head, payload });
}

/** A person approves; the same person twice counts once. */
export function decideApprove(step: Step, command: ApproveCommand): CodedError | undefined {
  const { task, actor, reason } = command;
  const problem = checkApproval(step.state, task, "approve");
  if (problem !== undefined) return problem;
  const given = step.state.gates.get(task)?.approvals ?? [];
  if (given.some((voice) => voice.actor === actor)) return undefined;
  const head = { type: "approval.given", v: 1, at: step.now, task, actor } as const;
  emit(step, reason === undefined ? head : { ...head, reason });
  return undefined;
}

/** A person refuses. */
export function decideReject(step: Step, command: RejectCommand): CodedError | undefined {
  const { task, actor, reason } = command;
  const problem = checkApproval(step.state, task, "reject");
  if (problem !== undefined) return problem;
  const head = { type: "approval.refused", v: 1, at: step.now, task, actor } as const;
  emit(step, reason === undefined ? head : { ...head, reason });
  return undefined;
}

function checkApproval(state: RunState, task: number, verb: string): CodedError | undefined {
  if (hasTask(state, task)) {
    const { body } = taskOf(state, task);
    const isApproval = body.kind === "gate" && body.gate.kind === "approval";
    if (isApproval && statusOf(state, task) === WAITING) return undefined;
    const message = `Cannot ${verb} task "${nameOf(state, task)}": it is not waiting for an approval`;
    return codedError("DRV_RUN_NOT_WAITING", message);
  }
  return unknownTask(verb, task);
}

/** A person says what became of a unit of unknown outcome. */
export function decideResolveUnknown(step: Step, command: ResolveUnknownCommand): CodedError | undefined {
  const { state } = step;
  const { task, unit, decision } = command;
  if (!hasTask(state, task)) return unknownTask("resolve", task);
  const isUnit = unit >= 0 && unit < unitCount(state, task);
  if (!isUnit || unitStatus(state, task, unit) !== UNKNOWN || !state.unknowns.has(unitKey(task, unit))) {
    const message = `Cannot resolve unit ${unit} of task "${nameOf(state, task)}": its outcome is not unknown`;
    return codedError("DRV_RUN_NOT_UNKNOWN", message);
  }
  if (!isResolvable(state, command)) {
    const message = `Cannot resolve unit ${unit} of task "${nameOf(state, task)}" as "${decision}": the run is ${state.run.phase}`;
    return codedError("DRV_RUN_PHASE_OVER", message);
  }
  const { phase } = state.run;
  if (phase === "finished" || (phase === "running" && isWrittenOffBehind(state, task))) {
    const behind = { verb: "resolveUnknown", task, tasks: [], behind: [task], keepsDecisions: true } as const;
    const refused = reset(step, command, behind);
    if (refused !== undefined) return refused;
  }
  emit(step, {
    type: "unknown.resolved",
    v: 1,
    at: step.now,
    task,
    unit,
    decision,
    ...wordOf(command),
  });
  return undefined;
}

/** A rollback has passed over what was unknown when it began, so only the outcomes of its own steps can be settled in it. */
function isResolvable(state: RunState, { task, decision }: ResolveUnknownCommand): boolean {
  const { phase } = state.run;
  if (phase === "undoing" || (phase === "rollbackSteps" && !isRollbackStep(state, task))) return false;
  if (phase === "finished") return !isRollbackStep(state, task);
  return decision !== "rerun" || phase === "running";
}

/** A person wants the run to end. */
export function decideCancel(step: Step, command: CancelCommand): CodedError | undefined {
  const { run } = step.state;
  if (isRollingBack(step.state)) return phaseOver("cancel", step.state, "it is being rolled back");
  if (run.stopMode === "cancel") {
    return codedError("DRV_RUN_ALREADY_STOPPING", `Cannot cancel run "${run.runId}": it is being cancelled already`);
  }
  stop(step, "cancel", { ...command, reason: command.reason ?? "the run was cancelled" });
  return undefined;
}

/** A person wants everything undone. */
export function decideUndo(step: Step, command: UndoCommand): CodedError | undefined {
  const { run } = step.state;
  if (run.rollback === "off" || run.isDryRun) {
    const message = `Cannot undo run "${run.runId}": it keeps nothing to restore from`;
    return codedError("DRV_RUN_ROLLBACK_OFF", message, { hint: 'Start the run with rollback "manual" or "onFailure"' });
  }
  if (isRollingBack(step.state)) return phaseOver("undo", step.state, "it is being rolled back");
  if (run.phase === "finished") return undoFinished(step, command);
  if (run.stopMode === "rollback" || run.stopMode === "cancel") {
    return codedError("DRV_RUN_ALREADY_STOPPING", `Cannot undo run "${run.runId}": it is stopping already`);
  }
  stop(step, "rollback", { ...command, reason: command.reason ?? "a rollback was requested" });
  return undefined;
}

/** A run that has ended is rolled back like one that has not, unless that has been done. */
function undoFinished(step: Step, command: UndoCommand): CodedError | undefined {
  const { state } = step;
  if (state.undo !== undefined) return phaseOver("undo", state, "it has been rolled back");
  const refused =
    state.rollbackSteps.size === 0
      ? undefined
      : reset(step, command, { verb: "undo", tasks: [], keepsDecisions: true });
  if (refused !== undefined) return refused;
  stop(step, "rollback", { ...command, reason: command.reason ?? "a rollback was requested" });
  return undefined;
}

function isRollingBack({ run }: RunState): boolean {
  return run.phase === "undoing" || run.phase === "rollbackSteps";
}

function stop(step: Step, mode: StopMode, by: { readonly actor?: string; readonly reason: string }): void {
  const head = { type: "run.stopping", v: 1, at: step.now, mode, reason: by.reason } as const;
  emit(step, by.actor === undefined ? head : { ...head, actor: by.actor });
}

function phaseOver(verb: string, { run }: RunState, found: string): CodedError {
  return codedError("DRV_RUN_PHASE_OVER", `Cannot ${verb} run "${run.runId}": ${found}`);
}

function hasTask(state: RunState, task: number): boolean {
  return Number.isSafeInteger(task) && task >= 0 && task < state.tasks.count;
}

function unknownTask(verb: string, task: number): CodedError {
  return codedError("DRV_RUN_TASK_UNKNOWN", `Cannot ${verb} task ${task}: the run has no task of this number`);
}
