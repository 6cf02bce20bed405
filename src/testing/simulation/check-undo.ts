import type { RunEvent } from "../../engine/events.ts";
import type { CheckContext } from "./run-checker.ts";
import type { RunModel, TaskModel } from "./run-model.ts";

type UndoEvent = Extract<RunEvent, { readonly type: "undo.started" | "undo.completed" }>;

/** I19: only what started is undone, after everything that depends on it, and with one success at most. */
export function checkUndo(context: CheckContext, event: UndoEvent): void {
  const { world, model } = context;
  const task = model.task(event.task);
  const unit = model.undoUnit(event.task, event.unit);
  const name = `${task.name}/${event.unit}`;
  if (event.type === "undo.started") {
    world.check("I19", unit.attempt > 0 || task.hasEverStarted, () => `${name} is undone and never started`);
    world.check(
      "I19",
      unit.undo === "none" || unit.undo === "waiting",
      () => `${name} is undone while it is ${unit.undo}`,
    );
    world.check("I14", unit.undo !== "waiting" || unit.dueMs <= event.at, () => `${name} is undone before it is due`);
    world.check(
      "I12",
      event.attempt > Math.max(unit.attempt, unit.undoAttempt),
      () => `undo ${event.attempt} of ${name}`,
    );
    if (unit.undo === "none") checkOrder(context, task);
    unit.undo = "running";
    unit.undoAttempt = event.attempt;
    return;
  }
  world.check("I3", event.attempt === unit.undoAttempt, () => `undo ${event.attempt} of ${name} ends, not the latest`);
  world.check("I19", unit.undo === "running" || unit.undo === "waiting", () => `${name} is undone twice`);
  const isSuccess = event.outcome.status !== "failed" && event.outcome.status !== "unknown";
  if (isSuccess) unit.undoSuccesses += 1;
  world.check("I19", unit.undoSuccesses <= 1, () => `${name} is undone ${unit.undoSuccesses} times`);
  unit.undo = "ended";
}

/** Nothing that a task depends on has been undone before it. */
function checkOrder({ world, model }: CheckContext, task: TaskModel): void {
  for (const before of ancestorsOf(model, task)) {
    const isUndone = before.units.some(({ undo }) => undo !== "none") && before.earlier.size === 0;
    world.check("I19", !isUndone, () => `${before.name} is undone before ${task.name}, which depends on it`);
  }
}

function ancestorsOf(model: RunModel, task: TaskModel): ReadonlySet<TaskModel> {
  const found = new Set<TaskModel>();
  const open = [task];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const before = one.dependencies.map((dependency) => dependency.task);
    if (one.group !== undefined)
      before.push(...model.task(one.group).dependencies.map((dependency) => dependency.task));
    for (const index of before) {
      const dependency = model.task(index);
      if (found.has(dependency)) continue;
      found.add(dependency);
      open.push(dependency);
    }
  }
  return found;
}
