import type { TasksAdopted } from "../../engine/operator-events.ts";
import type { CheckContext } from "./run-checker.ts";
import { newUnit } from "./run-model.ts";

/**
 * A fork takes over only what the other run has said, and of that only what follows from nothing that is to run again. What
 * is taken over has not started: neither is it dispatched nor undone (I10, I19).
 */
export function checkAdopted({ world, model, modelOf }: CheckContext, event: TasksAdopted): void {
  const other = modelOf(event.from);
  world.check("fork", other !== undefined, () => `${model.runId} is a fork of ${event.from}, which is not in the log`);
  for (const { task: index, status, skipCause, hosts } of event.tasks) {
    const task = model.task(index);
    const ends = other?.tasks.find(({ name }) => name === task.name)?.ends;
    world.check("fork", ends?.has(status) === true, () => `${task.name} never ended ${status} in ${event.from}`);
    world.check("I10", task.status === undefined, () => `${task.name} is adopted, and has ended ${task.status}`);
    for (const { task: before } of task.dependencies) {
      const { name, status: known } = model.task(before);
      world.check("fork", known !== undefined, () => `${task.name} is adopted, and ${name} before it is not`);
    }
    task.status = status;
    task.ends.add(status);
    task.cause = skipCause;
    if (hosts === undefined) continue;
    task.units = hosts.map(({ host, outcome }) => ({ ...newUnit(host), status: "ended" as const, outcome }));
  }
}
