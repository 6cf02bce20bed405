import { codedError, type CodedError } from "../base/coded-error.ts";
import type {
  MarkSucceededCommand,
  OperatorCommand,
  PauseCommand,
  ResumeCommand,
  RetryFailedCommand,
  RetryFromCommand,
  RewindCommand,
  SkipCommand,
} from "./commands.ts";
import type { ResetVerb } from "./operator-events.ts";
import { isWrittenOffBehind, type ResetOrigin, resetSetOf, unsuccessfulTasks } from "./reset-set.ts";
import type { RunState } from "./run-state.ts";
import { rangesOf } from "./skip-cascade.ts";
import {
  CAUSE_DEPENDENCY_FAILED,
  CAUSE_NOT_TRIGGERED,
  CHANGED,
  DROPPED,
  EXPANDED,
  isTerminal,
  RUNNING,
  SKIPPED,
  UNCHANGED,
} from "./status.ts";
import { emit, type Step } from "./step.ts";
import { nameOf } from "./task-access.ts";
import { statusOf } from "./task-status.ts";

/** A person does not want anything new to start. */
export function decidePause(step: Step, command: PauseCommand): CodedError | undefined {
  const { run } = step.state;
  if (run.pause !== undefined) {
    return codedError("DRV_RUN_PAUSED", `Cannot pause run "${run.runId}": it is paused already`);
  }
  emit(step, { type: "run.paused", v: 1, at: step.now, ...wordOf(command) });
  return undefined;
}

/** A person lets the run go on. */
export function decideResume(step: Step, command: ResumeCommand): CodedError | undefined {
  const { run } = step.state;
  if (run.pause === undefined) {
    return codedError("DRV_RUN_NOT_PAUSED", `Cannot resume run "${run.runId}": it is not paused`);
  }
  emit(step, { type: "run.resumed", v: 1, at: step.now, ...wordOf(command) });
  return undefined;
}

/** A person passes over a task. */
export function decideSkip(step: Step, command: SkipCommand): CodedError | undefined {
  const { task, actor, reason } = command;
  const problem = openForDecision(step, command, "skip");
  if (problem !== undefined) return problem;
  const by = actor === undefined ? {} : { actor };
  const why = { cause: "operator", reason: reason ?? "skipped by an operator", ...by } as const;
  emit(step, { type: "tasks.skipped", v: 1, at: step.now, ranges: [[task, task]], ...why });
  return undefined;
}

/** A person has done the task by other means. */
export function decideMarkSucceeded(step: Step, command: MarkSucceededCommand): CodedError | undefined {
  const { task, status = "changed", data } = command;
  const problem = openForDecision(step, command, "markSucceeded");
  if (problem !== undefined) return problem;
  const outcome = data === undefined ? { status } : { status, data };
  emit(step, { type: "task.marked", v: 1, at: step.now, task, outcome, ...wordOf(command) });
  return undefined;
}

/** Makes a task one that can be decided about: it has not started, or only waits. One that has ended begins anew. */
function openForDecision(
  step: Step,
  command: SkipCommand | MarkSucceededCommand,
  verb: "skip" | "markSucceeded",
): CodedError | undefined {
  const { state } = step;
  const { task } = command;
  const what = verb === "skip" ? "skip" : "mark";
  const missing = checkTask(state, task, what);
  if (missing !== undefined) return missing;
  const status = statusOf(state, task);
  const name = JSON.stringify(nameOf(state, task));
  if (isDone(state, task)) {
    return codedError("DRV_RUN_TASK_DONE", `Cannot ${what} task ${name}: it has succeeded or was passed over`);
  }
  if (status === RUNNING || status === EXPANDED) {
    return codedError("DRV_RUN_TASK_RUNNING", `Cannot ${what} task ${name}: it is running`);
  }
  const { phase } = state.run;
  const isWrittenOff = phase === "running" && isWrittenOffBehind(state, task);
  const isAnew = isTerminal(status) || phase === "finished" || isWrittenOff;
  if (phase === "stopping" || phase === "undoing" || (isAnew && phase !== "running" && phase !== "finished")) {
    return phaseOver(state, what, name);
  }
  return isAnew ? reset(step, command, { verb, task, tasks: [task], keepsDecisions: true }) : undefined;
}

/** Whether nothing is left to decide about a task: what depends on it goes on. */
function isDone(state: RunState, task: number): boolean {
  const status = statusOf(state, task);
  if (status === CHANGED || status === UNCHANGED) return true;
  const cause = state.tasks.skipCause[task];
  return status === SKIPPED && cause !== CAUSE_NOT_TRIGGERED && cause !== CAUSE_DEPENDENCY_FAILED;
}

/** A person wants what did not succeed to be done again. */
export function decideRetryFailed(step: Step, command: RetryFailedCommand): CodedError | undefined {
  const { state } = step;
  if (!mayReset(state)) return phaseOver(state, "retry", "what failed");
  const tasks = unsuccessfulTasks(state);
  if (tasks.length === 0) {
    const message = `Cannot retry run "${state.run.runId}": nothing in it failed, was cancelled or is unknown`;
    return codedError("DRV_RUN_NOTHING_TO_RETRY", message);
  }
  return reset(step, command, { verb: "retryFailed", tasks, keepsDecisions: true });
}

/** A person wants a task, and all that depends on it, to be done again. */
export function decideRetryFrom(step: Step, command: RetryFromCommand | RewindCommand): CodedError | undefined {
  const { state } = step;
  const { type: verb, task } = command;
  const what = verb === "rewind" ? "rewind to" : "retry from";
  const problem = checkTask(state, task, what);
  if (problem !== undefined) return problem;
  if (!mayReset(state)) return phaseOver(state, what, JSON.stringify(nameOf(state, task)));
  const refused = reset(step, command, { verb, task, tasks: [task], keepsDecisions: false });
  if (refused !== undefined || verb === "retryFrom" || state.run.pause !== undefined) return refused;
  emit(step, { type: "run.paused", v: 1, at: step.now, ...wordOf(command) });
  return undefined;
}

/** Writes that tasks begin anew. */
export function reset(
  step: Step,
  command: OperatorCommand,
  origin: ResetOrigin & { readonly verb: ResetVerb; readonly task?: number },
): CodedError | undefined {
  const { state } = step;
  const tasks = resetSetOf(state, origin);
  if (!tasks.ok) return tasks.error;
  emit(step, {
    type: "tasks.reset",
    v: 1,
    at: step.now,
    ranges: rangesOf(tasks.value),
    generation: state.run.generation + 1,
    verb: origin.verb,
    ...(origin.task === undefined ? {} : { task: origin.task }),
    ...wordOf(command),
  });
  return undefined;
}

/** Only while a run goes forward, or when it has ended. */
function mayReset({ run }: RunState): boolean {
  return run.phase === "running" || run.phase === "finished";
}

function checkTask(state: RunState, task: number, what: string): CodedError | undefined {
  const isTask = Number.isSafeInteger(task) && task >= 0 && task < state.tasks.count;
  if (isTask && statusOf(state, task) !== DROPPED) return undefined;
  const found = isTask ? "its group begins anew without it" : "the run has no task of this number";
  return codedError("DRV_RUN_TASK_UNKNOWN", `Cannot ${what} task ${task}: ${found}`);
}

function phaseOver({ run }: RunState, what: string, name: string): CodedError {
  return codedError("DRV_RUN_PHASE_OVER", `Cannot ${what} ${name}: the run is in phase "${run.phase}"`);
}

/** Who asked, and why, as events carry it. */
export function wordOf({ actor, reason }: OperatorCommand): { readonly actor?: string; readonly reason?: string } {
  return { ...(actor === undefined ? {} : { actor }), ...(reason === undefined ? {} : { reason }) };
}
