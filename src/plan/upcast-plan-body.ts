import { PLAN_BODY_FORM, type BodyOfTask, type ItemOfBody, type PlanBody, type ShapeOfBody } from "./plan-body.ts";

/** The first form: each task by itself, with its name and its edges. */
export interface FirstPlanBody extends Omit<PlanBody, "form" | "shapes" | "names" | "shapeOf" | "edges"> {
  readonly form: 1;
  readonly tasks: readonly FirstTask[];
}

type FirstTask = ShapeOfBody & {
  readonly name: string;
  /** Incoming edges: index of the other task, and code of the kind. */
  readonly edges?: readonly (readonly [number, number])[];
};

/** Plans inside of groups had the form of their time. */
type FirstOrPresent = FirstPlanBody | PlanBody;

/** The body of a plan that was kept by an earlier version in the present form. */
export function upcastPlanBody(body: FirstOrPresent): PlanBody {
  if (body.form !== 1) return body;
  const { tasks, ...rest } = body;
  const edges = tasks.map((task) => task.edges ?? []);
  return {
    ...rest,
    form: PLAN_BODY_FORM,
    shapes: tasks.map(shapeOfFirst),
    names: tasks.map(({ name }) => name),
    shapeOf: tasks.map((_, index) => index),
    edges: {
      counts: edges.map(({ length }) => length),
      sources: edges.flat().map(([source]) => source),
      kinds: edges.flat().map(([, kind]) => kind),
    },
  };
}

function shapeOfFirst({ name: _name, edges: _edges, ...task }: FirstTask): ShapeOfBody {
  const { undo, ...rest } = task;
  const shape = { ...rest, ...innerOf(task) };
  return undo === undefined ? shape : { ...shape, undo: { ...undo, ...innerOf(undo) } };
}

/** What changes inside of a group: its own plan, and those of its items. */
function innerOf(body: BodyOfTask): object {
  if (body.kind !== "group") return {};
  const { plan, keys } = body;
  return {
    plan: upcastPlanBody(plan),
    keys: keys.kind === "fixed" ? { ...keys, items: keys.items.map(upcastItem) } : keys,
  };
}

function upcastItem(item: ItemOfBody): ItemOfBody {
  return item.plan === undefined ? item : { ...item, plan: upcastPlanBody(item.plan) };
}
