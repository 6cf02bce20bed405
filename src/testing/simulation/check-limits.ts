import type { CheckContext } from "./run-checker.ts";
import type { RunModel, TaskModel } from "./run-model.ts";

/** What runs now, counted from the log. */
interface Running {
  readonly units: number;
  readonly byKey: ReadonlyMap<string, number>;
  /** Units that change something, by host. */
  readonly writing: ReadonlyMap<string, number>;
}

/**
 * I16: the limits of a run, of its keys and of its hosts. Called after a row in which something has started: nothing leaves
 * the process before all of it is durable.
 */
export function checkLimits({ world, model }: CheckContext): void {
  const { units, byKey, writing } = countRunning(model);
  const { maxParallel, isDryRun } = model.created;
  const { keys, maxWritingPerHost } = model.plan.limits;
  world.check("I16", units <= maxParallel, () => `${units} units run in ${model.runId}, ${maxParallel} may`);
  for (const [key, count] of byKey) {
    const limit = keys.get(key) ?? 1;
    world.check("I16", count <= limit, () => `${count} units run under key "${key}", ${limit} may`);
  }
  if (isDryRun) return;
  for (const [host, count] of writing) {
    world.check("I16", count <= maxWritingPerHost, () => `${count} units write on ${host}, ${maxWritingPerHost} may`);
  }
}

function countRunning(model: RunModel): Running {
  const byKey = new Map<string, number>();
  const writing = new Map<string, number>();
  let units = 0;
  for (const task of model.busy) {
    const running = task.status === undefined ? task.units.filter(({ status }) => status === "running") : [];
    if (running.length === 0) model.busy.delete(task);
    units += running.length;
    const key = task.task.policy.concurrencyKey;
    if (key !== undefined) byKey.set(key, (byKey.get(key) ?? 0) + running.length);
    if (isWriting(task)) for (const { host } of running) writing.set(host, (writing.get(host) ?? 0) + 1);
  }
  return { units, byKey, writing };
}

function isWriting({ task }: TaskModel): boolean {
  if (task.target === undefined) return false;
  return task.body.kind !== "operation" || task.body.operationClass !== "read-only";
}
