import type { CompiledPlan, CompiledTask, Guard } from "./compiled-plan.ts";

/** What a task does in the place of one that must not run: it succeeds at once. */
const NOTHING = { kind: "gate", gate: { kind: "delay", delayMs: 0 } } as const;

/** Guards that let a task run because something before it was changed. */
const FOLLOWS_CHANGE: ReadonlySet<Guard["kind"]> = new Set([
  "onlyIfChanged",
  "onlyIfAllChanged",
  "onlyIfAnyHostChanged",
  "onlyIfAllHostsChanged",
]);

/**
 * The plan that repairs what has drifted and does nothing else: operations that change only what differs stay, and tasks
 * that follow a change. In the place of everything else (commands, functions, scripts, what is left out) stands a task
 * of the same name that succeeds at once, so that order and references hold.
 *
 * @param leavesOut whether a task of the plan must not run although it could
 */
export function repairPlan(plan: CompiledPlan, leavesOut: (task: CompiledTask) => boolean = () => false): CompiledPlan {
  return { ...plan, tasks: plan.tasks.map((task) => repairTask(task, leavesOut)) };
}

function repairTask(task: CompiledTask, leavesOut: (task: CompiledTask) => boolean): CompiledTask {
  const { body } = task;
  if (body.kind === "group") {
    const keys =
      body.keys.kind === "fixed"
        ? {
            ...body.keys,
            items: body.keys.items.map((item) =>
              item.plan === undefined ? item : { ...item, plan: repairPlan(item.plan) },
            ),
          }
        : body.keys;
    return { ...task, body: { ...body, plan: repairPlan(body.plan), keys } };
  }
  const isSafe = body.kind === "operation" && body.operationClass !== "non-idempotent";
  const followsChange = task.guards.some(({ kind }) => FOLLOWS_CHANGE.has(kind));
  if ((isSafe || followsChange) && !leavesOut(task)) return task;
  const { target: _, undo: __, ...rest } = task;
  return { ...rest, body: NOTHING, guards: [] };
}
