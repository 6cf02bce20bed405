import { BOOLEAN, choice, DURATION, type Field, integer, map, oneOrMore, record, type Shape, TEXT } from "../shape.ts";
import { FILE_NAME, LOCKS, NOTIFY, ON_ERROR, PARAMETER, RETRY, TIMEOUTS } from "./small-shapes.ts";

const PARALLEL = integer(1, 1_000_000);

/** Shapes that contain plans, and that plans contain. */
export interface PlanParts {
  readonly tasks: Shape;
  readonly steps: Shape;
  readonly step: Shape;
}

const DEFAULTS = record("defaults", {
  target: {
    shape: { kind: "text", wanted: "a host, a label or a container" },
    doc: "Hosts of operations that name none.",
    example: "role:web",
  },
  onError: { shape: ON_ERROR, doc: "For tasks that say nothing.", byDefault: "stopAll" },
  retry: { shape: RETRY, doc: "For tasks that say nothing." },
  timeout: { shape: DURATION, doc: "Time of one attempt, for tasks that say nothing." },
  timeouts: { shape: TIMEOUTS, doc: "For tasks that say nothing." },
});

/** What files and plans inside tasks have in common. */
export function planFields({ tasks, steps, step }: PlanParts): { readonly [name: string]: Field } {
  const hook = oneOrMore(step);
  return {
    title: { shape: TEXT, doc: "What people read instead of the name." },
    description: { shape: TEXT, doc: "What the plan is for." },
    params: {
      shape: map(PARAMETER, "parameter"),
      doc: "What the plan asks for when a run starts.",
      example: { env: { type: "string" } },
    },
    defaults: { shape: DEFAULTS, doc: "For all tasks that say nothing.", example: { target: "role:web" } },
    include: {
      shape: oneOrMore(FILE_NAME),
      doc: "Files whose tasks and parameters become part of this plan.",
      example: ["common.yml"],
    },
    tasks: { shape: tasks, doc: "A graph: tasks by name, ordered by `needs`." },
    steps: { shape: steps, doc: "Tasks one after the other." },
    rollback: {
      shape: choice("off", "onFailure", "manual"),
      doc: "`onFailure` takes back what a failed run changed; `manual` keeps what that needs.",
      byDefault: "off",
    },
    onRollback: {
      shape: { kind: "either", options: [tasks, steps] },
      doc: "Tasks that run only when the run is rolled back, after everything has been undone: a map is a graph, a list runs in order.",
    },
    maxParallel: { shape: PARALLEL, doc: "Units of work at once.", byDefault: "16" },
    maxWritingPerHost: { shape: PARALLEL, doc: "Writing tasks at once on one host.", byDefault: "1" },
    concurrency: { shape: map(PARALLEL, "key"), doc: "Units at once by concurrency key.", example: { database: 2 } },
    levelBarriers: {
      shape: BOOLEAN,
      doc: "No task starts before every task of the level before has ended.",
      byDefault: "false",
    },
    on_success: { shape: hook, doc: "Runs when all tasks have ended and none has failed." },
    on_failure: { shape: hook, doc: "Runs when a task has failed." },
    on_abort: { shape: hook, doc: "Runs when the run was cancelled." },
    always: { shape: hook, doc: "Runs when all tasks have ended, however." },
    locks: {
      shape: LOCKS,
      doc: "Named resources that only one run may hold. Runs cannot hold locks yet: such a plan is checked and not run.",
    },
    notify: {
      shape: NOTIFY,
      doc: "Messages about the end of the run. There are no channels yet: such a plan is checked and not run.",
    },
  };
}
