import type { TaskDispatched } from "../../engine/events.ts";
import type { CheckContext } from "./run-checker.ts";
import type { TaskModel, UnitModel } from "./run-model.ts";

/** Skips that do not keep others from starting. */
const PASSED_OVER: ReadonlySet<string | undefined> = new Set(["guard", "unsupported", "operator"]);

/** I11: everything a task waits for has ended, and its edges accept that. */
export function checkReady({ world, model }: CheckContext, task: TaskModel, what: string): void {
  for (const { task: before, kind } of task.dependencies) {
    const dependency = model.task(before);
    world.check(
      "I11",
      dependency.status !== undefined,
      () => `${what}: ${task.name} before ${dependency.name} has ended`,
    );
    const accepts =
      kind === "always" ||
      (kind === "failure"
        ? dependency.status === "failed"
        : dependency.status === "changed" ||
          dependency.status === "unchanged" ||
          (dependency.status === "skipped" && PASSED_OVER.has(dependency.cause)));
    const found = `${dependency.status} (${dependency.cause})`;
    world.check("I11", accepts, () => `${what}: ${task.name} although ${dependency.name} is ${found}, on ${kind}`);
  }
  world.check("I10", task.status === undefined, () => `${what}: ${task.name}, which has ended`);
  task.isStarted = true;
}

export function checkDispatch(context: CheckContext, event: TaskDispatched): void {
  const { world, model } = context;
  const task = model.task(event.task);
  checkReady(context, task, event.type);
  world.check("pause", !model.isPaused, () => `${task.name} starts while the run is paused`);
  task.hasEverStarted = true;
  model.busy.add(task);
  for (const index of event.units ?? [0]) {
    const unit = model.unit(event.task, index);
    const name = `${task.name}/${index}`;
    world.check(
      "I12",
      event.attempt === unit.attempt + 1,
      () => `attempt ${event.attempt} of ${name} after ${unit.attempt}`,
    );
    world.check("I3", unit.status !== "running", () => `${name} starts while it runs`);
    world.check("I10", unit.status !== "ended", () => `${name} starts after its end`);
    world.check("I13", isFreeToRun(task, unit), () => `${name} starts although its outcome is unknown and held`);
    world.check("I14", unit.status !== "waiting" || unit.dueMs <= event.at, () => `${name} starts before it is due`);
    const isSettling = unit.status === "unknown";
    world.check("stop", model.phase !== "stopping" || isSettling, () => `${name} starts while the run stops`);
    unit.attempt = event.attempt;
    unit.status = "running";
  }
}

/** I13: what may have happened and must not happen twice waits for a person. */
function isFreeToRun({ task }: TaskModel, unit: UnitModel): boolean {
  if (unit.status !== "unknown" || unit.isResolved) return true;
  const isDeclared = "unknownPolicy" in task.body && task.body.unknownPolicy !== "hold";
  return isDeclared && unit.next !== "hold";
}
