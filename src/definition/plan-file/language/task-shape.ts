import {
  BOOLEAN,
  DURATION,
  either,
  type Field,
  integer,
  list,
  map,
  oneOrMore,
  record,
  type Shape,
  TEXT,
  VALUE,
} from "../shape.ts";
import { planFields } from "./plan-fields.ts";
import {
  APPROVAL,
  BATCHES,
  CONDITIONS,
  FILE_NAME,
  FOREACH,
  GUARDS,
  MATRIX,
  MAX_FAIL,
  NEEDS,
  NOTIFY_BODY,
  ON_ERROR,
  RETRY,
  SCRIPT,
  TARGET,
  TASK_NAMES,
  TIMEOUTS,
} from "./small-shapes.ts";

/** What a task does, besides the operations: exactly one of these. */
export const BODY_NAMES = [
  "script",
  "approval",
  "delay",
  "until",
  "signal",
  "group",
  "parallel",
  "plan",
  "run",
  "copies",
  "notify",
] as const;

/** Tasks that run when something around them has ended. */
export const HOOK_NAMES = ["on_success", "on_failure", "on_abort", "always"] as const;

const TASK_NAMED: Shape = { kind: "named", name: "task", get: () => TASK };
const STEP_NAMED: Shape = { kind: "named", name: "step", get: () => STEP };

/** Tasks by name, in the order that `needs` gives. */
export const TASKS = map(TASK_NAMED, "task", 1);
/** Tasks one after the other. */
export const STEPS = list(STEP_NAMED, 1);

const HOOK = oneOrMore(STEP_NAMED);

export const PLAN_FIELDS = planFields({ tasks: TASKS, steps: STEPS, step: STEP_NAMED });

/** A plan inside a task. */
export const PLAN_BODY = record(
  "plan",
  { name: { shape: TEXT, doc: "Its name.", byDefault: "that of the task" }, ...PLAN_FIELDS },
  { oneOf: ["tasks", "steps"] },
);
const PARTS = either(map(TASK_NAMED, "task", 1), list(STEP_NAMED, 1));

const operationMember = {
  word: "operation",
  doc: "An operation of the catalog by name or alias, with its parameters; see the reference of operations.",
  accepts: (name: string): boolean => name.includes("."),
  shape: { kind: "value", wanted: "a map of parameters" } as const,
};

/** Takes a task back: an operation or a script, on the same hosts. */
const UNDO = record(
  "undo",
  { script: { shape: SCRIPT, doc: "A text for an interpreter." } },
  { open: operationMember, oneOf: ["script"] },
);

const doing = (fields: { readonly [name: string]: Field }): { readonly [name: string]: Field } =>
  inSection("What it does", fields);
const ordering = (fields: { readonly [name: string]: Field }): { readonly [name: string]: Field } =>
  inSection("When it runs", fields);
const placing = (fields: { readonly [name: string]: Field }): { readonly [name: string]: Field } =>
  inSection("Where it runs", fields);
const failing = (fields: { readonly [name: string]: Field }): { readonly [name: string]: Field } =>
  inSection("When it fails", fields);

function inSection(section: string, fields: { readonly [name: string]: Field }): { readonly [name: string]: Field } {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, section }]));
}

const TASK_FIELDS: { readonly [name: string]: Field } = {
  ...doing({
    title: { shape: TEXT, doc: "What people read instead of the name." },
    script: {
      shape: SCRIPT,
      doc: "Runs a text by an interpreter in a fresh process: on the hosts of `target`, or here without one.",
    },
    approval: { shape: APPROVAL, doc: "Waits until people approve.", example: "Deploy to production?" },
    delay: { shape: DURATION, doc: "Waits for a time.", example: "10m" },
    until: {
      shape: either(
        { kind: "text", wanted: "an instant such as 2026-03-29T12:00:00Z" },
        integer(0, Number.MAX_SAFE_INTEGER),
      ),
      doc: "Waits until an instant: date, time and zone.",
      example: "2026-03-29T12:00:00Z",
    },
    signal: { shape: TEXT, doc: "Waits for a signal of this name sent to the run.", example: "go" },
    group: {
      shape: PARTS,
      doc: "Several tasks as one: a map is a graph, a list runs in order. They are called `name.child`.",
    },
    parallel: { shape: PARTS, doc: "Several tasks as one, side by side." },
    plan: { shape: PLAN_BODY, doc: "A whole plan as one task, with options of its own." },
    run: { shape: FILE_NAME, doc: "The plan of another file as one task.", example: "backup.yml" },
    with: { shape: map(VALUE, "parameter"), doc: "Values of the parameters of the plan that `run` names." },
    copies: {
      shape: list(
        record("copy", {
          key: { shape: TEXT, doc: "The key in the names of its tasks." },
          value: { shape: VALUE, doc: "What its tasks find as `item`.", isRequired: true },
          plan: { shape: PLAN_BODY, doc: "What this copy does.", isRequired: true },
        }),
      ),
      doc: "One group of copies, each with a plan of its own.",
    },
    foreach: {
      shape: FOREACH,
      doc: "Makes a copy of the task for each item; `${item}` is the item. Tasks are called `name[key].child`.",
      example: ["bin", "etc"],
    },
    matrix: {
      shape: MATRIX,
      doc: "Makes a copy for each combination of values; `${item.AXIS}` is the value of an axis.",
      example: { os: ["debian", "alpine"] },
    },
    notify: { shape: NOTIFY_BODY, doc: "Sends a message to a channel." },
    outputs: {
      shape: map(VALUE, "output"),
      doc: "Named values for other tasks, made of `${result}`: there `${tasks.NAME.outputs.OUTPUT}`.",
    },
    undo: { shape: UNDO, doc: "How to take the task back when its operation cannot do that itself." },
  }),
  ...ordering({
    needs: { shape: NEEDS, doc: "Tasks that must end first.", example: ["install"] },
    prefer: { shape: TASK_NAMES, doc: "Tasks that go first when there is a choice; nothing waits for them." },
    when: {
      shape: CONDITIONS,
      doc: "Runs only when the condition holds; several must all hold.",
      example: "tasks.configure.changed",
    },
    guards: { shape: GUARDS, doc: "Runs only when all of these hold.", example: ["onlyIfChanged"] },
    priority: {
      shape: integer(-1_000_000, 1_000_000),
      doc: "Higher goes first when there is a choice.",
      byDefault: "0",
    },
    estimate: { shape: DURATION, doc: "Expected duration, for the order of ready tasks and the time left." },
    concurrencyKey: {
      shape: TEXT,
      doc: "Tasks with one key share a limit: 1, unless `concurrency` of the plan says otherwise.",
    },
    runsOn: {
      shape: { kind: "choice", values: ["rollback"] },
      doc: "`rollback` makes it a rollback step; `onRollback` of the plan is shorter.",
    },
  }),
  ...placing({
    target: {
      shape: TARGET,
      doc: "Which hosts: `_any`, `_all`, a host, a label `key:value`, `docker:container@host`.",
      example: "role:web",
    },
    batches: {
      shape: BATCHES,
      doc: "Cumulative sizes of the batches of hosts; everything is implied as the last one.",
      example: [1, "10%", "50%"],
    },
    maxFail: { shape: MAX_FAIL, doc: "Hosts that may fail before the task fails.", byDefault: "0" },
    allowEmpty: {
      shape: BOOLEAN,
      doc: "A target without hosts skips the task instead of being an error.",
      byDefault: "false",
    },
  }),
  ...failing({
    onError: {
      shape: ON_ERROR,
      doc: "`stopAll` starts nothing new; `continueRun` skips what depends on it and goes on.",
      byDefault: "stopAll",
    },
    retry: {
      shape: RETRY,
      doc: "Tries again after a failure: how many times, or all details.",
      example: { times: 3, backoff: "1s", max: "30s" },
    },
    timeout: { shape: DURATION, doc: "Time of one attempt.", example: "5m" },
    timeouts: { shape: TIMEOUTS, doc: "All time limits." },
    tolerate: { shape: BOOLEAN, doc: "A failure of this task does not make the run failed.", byDefault: "false" },
    on_success: { shape: HOOK, doc: "Runs when the task has succeeded." },
    on_failure: { shape: HOOK, doc: "Runs when the task has failed." },
    on_abort: { shape: HOOK, doc: "Runs when the task was cancelled." },
    always: { shape: HOOK, doc: "Runs when the task has ended, however." },
  }),
};

export const TASK = record("task", TASK_FIELDS, { open: operationMember, oneOf: BODY_NAMES });

export const STEP = record(
  "step",
  {
    name: { shape: TEXT, doc: "Its name.", byDefault: "made of the operation", section: "What it does" },
    ...TASK_FIELDS,
  },
  { open: operationMember, oneOf: BODY_NAMES },
);
