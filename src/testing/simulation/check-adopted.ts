import type { TasksAdopted } from "../../engine/operator-events.ts";
import type { CheckContext } from "./run-checker.ts";
import { newUnit, type TaskModel } from "./run-model.ts";

/**
 * A fork takes over only what the other run has said, and of that only what follows from nothing that is to run again. What
 * is taken over has not started: neither is it dispatched nor undone (I10, I19).
 */
export function checkAdopted({ world, model, modelOf }: CheckContext, event: TasksAdopted): void {
  const other = modelOf(event.from);
  world.check("fork", other !== undefined, () => `${model.runId} is a fork of ${event.from}, which is not in the log`);
  for (const { task: index, status, skipCause, hosts } of event.tasks) {
    const task = model.task(index);
    const known = other?.tasks.find(({ name }) => name === task.name);
    world.check("fork", known?.ends.has(status) === true, () => `${task.name} never ended ${status} in ${event.from}`);
    world.check("fork", workOf(known) === workOf(task), () => `${task.name} does something else in ${event.from}`);
    world.check("I10", task.status === undefined, () => `${task.name} is adopted, and has ended ${task.status}`);
    for (const { task: before } of task.dependencies) {
      const { name, status: end } = model.task(before);
      world.check("fork", end !== undefined, () => `${task.name} is adopted, and ${name} before it is not`);
    }
    task.status = status;
    task.ends.add(status);
    task.cause = skipCause;
    if (hosts === undefined) continue;
    task.units = hosts.map(({ host, outcome }) => ({ ...newUnit(host), status: "ended" as const, outcome }));
  }
}

/** What a task does and where; code leaves no trace in it. */
function workOf(model: TaskModel | undefined): string {
  const { body, target } = model?.task ?? {};
  return JSON.stringify([body?.kind === "group" ? "group" : body, target]);
}
