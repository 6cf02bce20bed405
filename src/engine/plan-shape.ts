import { sha256 } from "../base/json.ts";
import type { CompiledPlan, TaskBody } from "../plan/compiled-plan.ts";
import { plansOfGroup } from "../plan/group-plans.ts";

const KINDS: readonly TaskBody["kind"][] = ["operation", "function", "script", "gate", "group"];

const shapes = new WeakMap<CompiledPlan, string>();

/**
 * A digest of what the indices of a plan mean: names and kinds of its tasks, its edges, and the same of the plans of its
 * groups. Much cheaper than the fingerprint, and enough to tell that a state belongs to another plan. Remembered with the plan.
 */
export function shapeOf(plan: CompiledPlan): string {
  const known = shapes.get(plan);
  if (known !== undefined) return known;
  const { tasks, graph } = plan;
  const { offsets, targets, kinds } = graph.outgoing;
  const inner: string[] = [];
  for (const { body } of tasks)
    if (body.kind === "group") for (const one of plansOfGroup(body)) inner.push(shapeOf(one));
  const taskKinds = Uint8Array.from(tasks, ({ body }) => KINDS.indexOf(body.kind));
  const names = graph.ids.join("\n");
  const columns = [taskKinds, offsets, targets, kinds].map((column) =>
    sha256(new Uint8Array(column.buffer, column.byteOffset, column.byteLength)),
  );
  const shape = sha256([sha256(plan.name), sha256(names), ...columns, ...inner].join("\n"));
  shapes.set(plan, shape);
  return shape;
}
