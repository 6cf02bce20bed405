import { codedError, type CodedError } from "../base/coded-error.ts";
import type { EvaluatedCommand, Evaluation } from "./commands.ts";
import type { TaskEvaluated } from "./events.ts";
import { evaluationNeeds, guardReason, judgeGuards } from "./guards.ts";
import { EVALUATING } from "./status.ts";
import { emit, type Step } from "./step.ts";
import { nameOf, taskOf } from "./task-access.ts";
import { statusOf } from "./task-status.ts";

/** User code has answered about a task that is about to start. */
export function decideEvaluated(step: Step, command: EvaluatedCommand): CodedError | undefined {
  const { state } = step;
  const { task, evaluation } = command;
  if (statusOf(state, task) !== EVALUATING || state.tasks.generation[task] !== command.generation) {
    return codedError(
      "DRV_RUN_EVALUATION_STALE",
      `Cannot take the evaluation of task ${task}: it is not waiting for one`,
    );
  }
  const judgement = judgeGuards(state, task);
  if (evaluation.error !== undefined) {
    fail(step, task, evaluation.error);
  } else if (evaluation.failedGuard !== undefined) {
    const { guard, reason } = evaluation.failedGuard;
    skip(step, task, reason ?? guardReason(taskOf(state, task).guards[guard]));
  } else if (judgement.failedAt !== -1) {
    skip(step, task, guardReason(taskOf(state, task).guards[judgement.failedAt]));
  } else if (evaluationNeeds(state, task, judgement)?.placement === true && evaluation.host === undefined) {
    const message = `Cannot place task "${nameOf(state, task)}": no host was chosen for target "_any"`;
    fail(step, task, codedError("DRV_TASK_NO_HOST", message));
  } else {
    emit(step, evaluated(step, task, evaluation));
  }
  return undefined;
}

function fail(step: Step, task: number, error: CodedError): void {
  const outcome = { status: "failed", error, errorClass: "fatal" } as const;
  emit(step, { type: "task.completed", v: 1, at: step.now, task, attempt: 0, outcome });
}

function skip(step: Step, task: number, reason: string): void {
  emit(step, { type: "tasks.skipped", v: 1, at: step.now, ranges: [[task, task]], cause: "guard", reason });
}

function evaluated({ now }: Step, task: number, { params, host, keys }: Evaluation): TaskEvaluated {
  return {
    type: "task.evaluated",
    v: 1,
    at: now,
    task,
    ...(params === undefined ? {} : { params }),
    ...(host === undefined ? {} : { host }),
    ...(keys === undefined ? {} : { keys }),
  };
}
