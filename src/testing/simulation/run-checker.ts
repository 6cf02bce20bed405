import type { RunEvent } from "../../engine/events.ts";
import type { Outcome } from "../../operation/outcome.ts";
import { checkAdopted } from "./check-adopted.ts";
import { checkGate, checkGateEnd } from "./check-gates.ts";
import { checkUndo } from "./check-undo.ts";
import { checkDispatch, checkReady } from "./check-dispatch.ts";
import type { ExecutionJudge } from "./execution-judge.ts";
import type { RunModel, TaskModel, UnitModel } from "./run-model.ts";
import type { SimWorld } from "./sim-world.ts";

type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { readonly type: Type }>;

/** What the checks of one run need. */
export interface CheckContext {
  readonly world: SimWorld;
  readonly judge: ExecutionJudge;
  readonly model: RunModel;
  /** Another run. */
  readonly modelOf: (runId: string) => RunModel | undefined;
}

/**
 * Checks one more event of a run against what the log says before it, then takes it in. Written from the documents of
 * the events, not from the engine.
 */
export function checkEvent(context: CheckContext, event: RunEvent): void {
  checkPlace(context, event);
  const { model } = context;
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others say nothing that is checked here
  switch (event.type) {
    case "tasks.adopted":
      model.adopted = event;
      return;
    case "hosts.resolved":
      model.resolve(event.targets);
      if (model.adopted !== undefined) checkAdopted(context, model.adopted);
      return;
    case "task.evaluated":
      return placeTask(model, event);
    case "task.dispatched":
      return checkDispatch(context, event);
    case "unit.completed":
      return endUnit(context, model.task(event.task), { ...event, isWholeTask: false });
    case "task.completed":
      return endTask(context, event);
    case "retry.scheduled":
    case "attempt.refused":
      return checkRetry(context, event);
    case "attempt.unknown":
      return checkUnknown(context, event);
    case "unknown.resolved":
      return checkResolved(context, event);
    case "tasks.skipped":
      return endRange(context, event.ranges, { status: "skipped", cause: event.cause });
    case "tasks.notRun":
      return endRange(context, event.ranges, { status: "notRun", cause: undefined });
    case "group.expanded":
      return expandGroup(context, event);
    case "gate.entered":
      checkReady(context, model.task(event.task), event.type);
      return checkGate(context, event);
    case "signal.received":
    case "approval.given":
    case "approval.refused":
      return checkGate(context, event);
    case "undo.started":
    case "undo.completed":
      return checkUndo(context, event);
    case "run.stopping":
      return model.stop(event.mode);
    case "phase.entered":
      return void (model.phase = event.phase);
    case "run.paused":
    case "run.resumed":
      model.isPaused = event.type === "run.paused";
      return;
    case "task.marked":
      return markTask(context, event);
    case "tasks.reset":
      return resetTasks(context, event);
    case "run.completed":
      return checkEnd(context);
    default:
      return;
  }
}

/** I10, I14: an event lies behind those before it, and the end of a run is its end. */
function checkPlace({ world, model }: CheckContext, event: RunEvent): void {
  world.check("I14", event.at >= model.lastAtMs, () => `${event.type} of ${model.runId} lies before the event ahead`);
  const mayFollow = model.phase !== "finished" || opensAgain(event);
  world.check("I10", mayFollow, () => `${event.type} after the end of ${model.runId}`);
  model.lastAtMs = event.at;
}

/** A task for any host has been given one. */
function placeTask(model: RunModel, { task, host }: EventOf<"task.evaluated">): void {
  if (host !== undefined) model.task(task).units = [{ ...model.unit(task, 0), host }];
}

/** A finished run is open again when tasks begin anew, or when somebody asks for a rollback. */
function opensAgain(event: RunEvent): boolean {
  return event.type === "tasks.reset" || (event.type === "run.stopping" && event.mode === "rollback");
}

function endUnit(
  context: CheckContext,
  task: TaskModel,
  end: { readonly unit: number; readonly attempt: number; readonly outcome: Outcome; readonly isWholeTask: boolean },
): void {
  const { world, model } = context;
  const unit = model.unit(task.index, end.unit);
  const name = `${task.name}/${end.unit}`;
  world.check("I10", task.status === undefined, () => `${name} ends after its task`);
  world.check("I3", unit.status !== "ended", () => `${name} ends twice`);
  world.check(
    "I12",
    end.attempt === unit.attempt,
    () => `attempt ${end.attempt} ends ${name}, the latest is ${unit.attempt}`,
  );
  checkOutcome(context, task, { ...end, unit });
  unit.status = "ended";
  unit.outcome = end.outcome;
  unit.next = undefined;
}

/** I12: nobody says that work was done but the executor of this attempt, or a person. */
function checkOutcome(
  { world, judge, model }: CheckContext,
  task: TaskModel,
  { unit, attempt, outcome }: { readonly unit: UnitModel; readonly attempt: number; readonly outcome: Outcome },
): void {
  const { status } = outcome;
  const isOfPerson = unit.isResolved && unit.status === "unknown";
  if (attempt === 0 || isOfPerson || (status !== "changed" && status !== "unchanged")) return;
  world.check("I3", unit.status === "running", () => `${task.name} ends ${status} while it is ${unit.status}`);
  const { kind } = task.task.body;
  if (kind === "gate" || kind === "group" || model.created.isDryRun) return;
  const place = { runId: model.runId, task: task.name, host: unit.host, attempt };
  const isTrue = judge.hasEnded(place, "changed") || judge.hasEnded(place, "unchanged");
  world.check("I12", isTrue, () => `attempt ${attempt} of ${task.name} ended ${status}, but no executor said so`);
}

function endTask(context: CheckContext, event: EventOf<"task.completed">): void {
  const { world, model } = context;
  const task = model.task(event.task);
  world.check("I10", task.status === undefined, () => `${task.name} ends twice`);
  const isRunning = task.units.some(({ status }) => status === "running");
  if (task.task.target === undefined && task.task.body.kind !== "gate" && task.task.body.kind !== "group") {
    endUnit(context, task, { ...event, unit: 0, isWholeTask: true });
  } else if (task.task.body.kind === "gate") {
    checkGateEnd(context, task, event);
  } else {
    world.check("I3", !isRunning, () => `${task.name} ends while units of it run`);
  }
  // A group around something unknown is unknown itself, which is no end.
  if (event.outcome.status === "unknown") {
    for (const unit of task.units) unit.status = "unknown";
    return;
  }
  endsAs(task, event.outcome.status, event.outcome.status === "skipped" ? "unsupported" : undefined);
}

function checkRetry(context: CheckContext, event: EventOf<"retry.scheduled"> | EventOf<"attempt.refused">): void {
  const { world, model } = context;
  const { name } = model.task(event.task);
  const unit = model.undoUnit(event.task, event.unit);
  world.check("I14", event.dueMs >= event.at, () => `the retry of ${name} is due before its attempt failed`);
  if (unit.undo === "running") {
    unit.undo = "waiting";
    unit.dueMs = event.dueMs;
    return;
  }
  world.check("I12", unit.attempt === event.attempt, () => `${event.type} of attempt ${event.attempt} of ${name}`);
  world.check("I3", unit.status === "running", () => `${event.type} of ${name}, which is ${unit.status}`);
  unit.status = "waiting";
  unit.dueMs = event.dueMs;
  unit.isResolved = false;
}

function checkUnknown({ world, model }: CheckContext, event: EventOf<"attempt.unknown">): void {
  const unit = model.unit(event.task, event.unit);
  const { name } = model.task(event.task);
  world.check(
    "I12",
    unit.attempt === event.attempt,
    () => `attempt ${event.attempt} of ${name} is unknown, not the latest`,
  );
  world.check("I3", unit.status === "running", () => `${name} is unknown, and was ${unit.status}`);
  unit.status = "unknown";
  unit.next = event.next;
  unit.isResolved = false;
}

function checkResolved({ world, model }: CheckContext, event: EventOf<"unknown.resolved">): void {
  const unit = model.unit(event.task, event.unit);
  world.check(
    "I3",
    unit.status === "unknown",
    () => `${model.task(event.task).name} is decided, and was ${unit.status}`,
  );
  unit.isResolved = true;
  unit.next = undefined;
}

function endRange(
  { world, model }: CheckContext,
  ranges: readonly (readonly [number, number])[],
  end: { readonly status: "skipped" | "notRun"; readonly cause: string | undefined },
): void {
  for (const [first, last] of ranges) {
    for (let index = first; index <= last; index++) {
      const task = model.task(index);
      world.check(
        "I10",
        task.status === undefined,
        () => `${task.name} is ${end.status}, and had ended ${task.status}`,
      );
      const isRunning = task.units.some(({ status }) => status === "running");
      world.check("I10", !isRunning, () => `${task.name} is ${end.status} while it runs`);
      endsAs(task, end.status, end.cause);
    }
  }
}

function expandGroup(context: CheckContext, event: EventOf<"group.expanded">): void {
  const { world, model } = context;
  const group = model.task(event.task);
  checkReady(context, group, event.type);
  const { body } = group.task;
  world.check("I11", event.first <= model.tasks.length, () => `${group.name} expands at ${event.first}`);
  const fixed = body.kind === "group" && body.keys.kind === "fixed" ? body.keys.items : [];
  model.expand(event.task, event.first, event.items ?? fixed);
}

/** A person says that a task is done, which neither runs nor has ended. */
function markTask({ world, model }: CheckContext, event: EventOf<"task.marked">): void {
  const task = model.task(event.task);
  world.check("I10", task.status === undefined, () => `${task.name} is marked, and had ended ${task.status}`);
  const isRunning = task.units.some(({ status }) => status === "running");
  world.check("I10", !isRunning, () => `${task.name} is marked while it runs`);
  endsAs(task, event.outcome.status, undefined);
}

function endsAs(task: TaskModel, status: NonNullable<TaskModel["status"]>, cause: string | undefined): void {
  task.status = status;
  task.cause = cause;
  task.ends.add(status);
}

/** I10: what has ended begins anew only in a generation of its own, and nothing of it runs. */
function resetTasks({ world, model }: CheckContext, event: EventOf<"tasks.reset">): void {
  const tasks: number[] = [];
  for (const [first, last] of event.ranges) for (let task = first; task <= last; task++) tasks.push(task);
  for (const index of tasks) {
    const { name, units } = model.task(index);
    const isRunning = units.some(({ status }) => status === "running");
    world.check("I10", !isRunning, () => `${name} begins anew while it runs`);
  }
  world.check(
    "I10",
    event.generation > model.generation,
    () => `generation ${event.generation} after ${model.generation}`,
  );
  model.reset(tasks);
}

/** I17: nothing is left over at the end. */
function checkEnd({ world, model }: CheckContext): void {
  for (const task of model.tasks) {
    const isSettled = task.status !== undefined || task.units.some(({ status }) => status === "unknown");
    world.check("I2", isSettled, () => `${model.runId} is completed, and ${task.name} has not ended`);
    const isBusy = task.units.some(
      ({ status, undo }) => status === "running" || undo === "running" || undo === "waiting",
    );
    world.check("I17", !isBusy, () => `${model.runId} is completed, and ${task.name} still has a slot`);
  }
  model.phase = "finished";
}
