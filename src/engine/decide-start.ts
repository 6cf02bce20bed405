import { codedError, type CodedError } from "../base/coded-error.ts";
import type { CompiledTask } from "../plan/compiled-plan.ts";
import { plansOfGroup } from "../plan/group-plans.ts";
import type { RunOptions, StartCommand } from "./commands.ts";
import type { RunCreated } from "./events.ts";
import { originOf } from "./run-origin.ts";
import type { RunState } from "./run-state.ts";
import { emit, type Step } from "./step.ts";
import { dependenciesOf } from "./task-access.ts";
import { isWriting } from "./traits.ts";

/** Freezes the inputs of the run, unless they are incomplete. */
export function decideStart(step: Step, command: StartCommand): CodedError | undefined {
  const { state } = step;
  const problem =
    checkOptions(command.options) ??
    checkAdopted(state, command) ??
    checkHosts(state, command) ??
    checkReversible(state, command.options);
  if (problem !== undefined) return problem;
  emit(step, runCreated(step, command));
  const { from } = command;
  if (from !== undefined)
    emit(step, { type: "tasks.adopted", v: 1, at: step.now, from: from.runId, tasks: from.tasks });
  emit(step, { type: "hosts.resolved", v: 1, at: step.now, targets: command.hosts });
  return undefined;
}

function runCreated({ state, now }: Step, command: StartCommand): RunCreated {
  const { options } = command;
  return {
    type: "run.created",
    v: 1,
    at: now,
    runId: command.runId,
    plan: state.plan.name,
    params: command.params,
    maxParallel: options.maxParallel ?? state.plan.limits.maxParallel,
    isDryRun: options.isDryRun ?? false,
    rollback: options.rollback ?? state.plan.rollback,
    onUnknownHeld: options.onUnknownHeld ?? "finish",
    ...originOf(command),
    ...(options.estimates === undefined ? {} : { estimates: options.estimates }),
  };
}

function checkOptions({ maxParallel, estimates }: RunOptions): CodedError | undefined {
  if (maxParallel !== undefined && (!Number.isSafeInteger(maxParallel) || maxParallel < 1)) {
    return invalidOption(`maxParallel is ${maxParallel}, and a whole number from 1 is needed`);
  }
  const wrong = estimates?.find(({ estimateMs }) => !Number.isFinite(estimateMs) || estimateMs < 0);
  if (wrong === undefined) return undefined;
  return invalidOption(`the estimate of task ${wrong.task} is ${wrong.estimateMs}, and milliseconds from 0 are needed`);
}

/** A task can be adopted only with everything it depends on, and only once. */
function checkAdopted(state: RunState, { from }: StartCommand): CodedError | undefined {
  const adopted = new Set<number>();
  for (const { task } of from?.tasks ?? []) {
    const found = state.plan.tasks[task];
    const isOpen = found !== undefined && found.body.kind !== "group" && found.isRollbackStep !== true;
    if (!isOpen || adopted.has(task)) return invalidOption(`task ${task} cannot be adopted from another run`);
    if (!dependenciesOf(state, task).every((dependency) => adopted.has(dependency))) {
      return invalidOption(`task "${found.name}" is adopted from another run without what it depends on`);
    }
    adopted.add(task);
  }
  return undefined;
}

function invalidOption(problem: string): CodedError {
  return codedError("DRV_RUN_OPTION_INVALID", `Cannot start the run: ${problem}`);
}

/** Every target has to be resolved, also those of tasks that exist only once a group has expanded. */
function checkHosts(state: RunState, { hosts }: StartCommand): CodedError | undefined {
  const known = new Set(hosts.map(({ target }) => target));
  const missing = new Set<string>();
  visitTasks(state.plan.tasks, ({ target }) => {
    if (target !== undefined && target.kind !== "any" && !known.has(target.text)) missing.add(target.text);
  });
  if (missing.size === 0) return undefined;
  const names = [...missing].map((target) => JSON.stringify(target)).join(", ");
  return codedError("DRV_RUN_HOSTS_MISSING", `Cannot start the run: targets ${names} are not resolved to hosts`);
}

/** A rollback that cannot restore everything is refused before anything has happened. */
function checkReversible(state: RunState, options: RunOptions): CodedError | undefined {
  const rollback = options.rollback ?? state.plan.rollback;
  if (rollback !== "onFailure" || options.allowIrreversible === true || options.isDryRun === true) return undefined;
  // Rollback steps run after the undo: nothing takes them back.
  const undone = state.plan.tasks.filter((task) => task.isRollbackStep !== true);
  // The copies of a group may have bodies of their own, with tasks of one name.
  const found = new Set<string>();
  visitTasks(undone, (task) => {
    if (isIrreversible(task)) found.add(JSON.stringify(task.name));
  });
  if (found.size === 0) return undefined;
  const names = [...found];
  return codedError(
    "DRV_RUN_IRREVERSIBLE",
    `Cannot start the run: rollback is "onFailure", and tasks ${names.slice(0, 10).join(", ")} cannot be undone`,
    { hint: "Declare an undo for these tasks, or start with allowIrreversible", details: { taskCount: names.length } },
  );
}

/** Functions and scripts are not judged: nobody knows what they change. Operations without a target change no host. */
function isIrreversible({ body, undo, target }: CompiledTask): boolean {
  return (
    body.kind === "operation" && target !== undefined && isWriting(body) && !body.isReversible && undo === undefined
  );
}

function visitTasks(tasks: readonly CompiledTask[], visit: (task: CompiledTask) => void): void {
  for (const task of tasks) {
    visit(task);
    if (task.body.kind === "group") for (const inner of plansOfGroup(task.body)) visitTasks(inner.tasks, visit);
  }
}
