import type { CheckContext } from "./run-checker.ts";
import type { RunModel, TaskModel } from "./run-model.ts";

/** I16: the limits of a run, of its keys and of its hosts, counted from the log. Called after something has started. */
export function checkLimits({ world, model }: CheckContext, started: TaskModel): void {
  const running = countRunning(model, () => true);
  const { maxParallel } = model.created;
  world.check("I16", running <= maxParallel, () => `${running} units run in ${model.runId}, ${maxParallel} may`);
  const key = started.task.policy.concurrencyKey;
  if (key !== undefined) {
    const limit = model.plan.limits.keys.get(key) ?? 1;
    const count = countRunning(model, ({ task }) => task.policy.concurrencyKey === key);
    world.check("I16", count <= limit, () => `${count} units run under key "${key}", ${limit} may`);
  }
  if (model.created.isDryRun || !isWriting(started)) return;
  for (const { host } of started.units) {
    const count = countRunning(model, isWriting, host);
    const limit = model.plan.limits.maxWritingPerHost;
    world.check("I16", count <= limit, () => `${count} units write on ${host}, ${limit} may`);
  }
}

function countRunning(model: RunModel, counts: (task: TaskModel) => boolean, host?: string): number {
  let count = 0;
  for (const task of model.busy) {
    const running = task.status === undefined ? task.units.filter(({ status }) => status === "running") : [];
    if (running.length === 0) model.busy.delete(task);
    else if (counts(task)) count += running.filter((unit) => host === undefined || unit.host === host).length;
  }
  return count;
}

function isWriting({ task }: TaskModel): boolean {
  if (task.target === undefined) return false;
  return task.body.kind !== "operation" || task.body.operationClass !== "read-only";
}
