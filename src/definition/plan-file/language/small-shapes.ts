import { BUILTIN_GUARD_KINDS } from "../../guard.ts";
import {
  BOOLEAN,
  choice,
  CONDITION,
  decimal,
  DURATION,
  either,
  integer,
  list,
  map,
  oneOrMore,
  PLAIN_VALUE,
  record,
  type Shape,
  TEMPLATE,
  TEXT,
  type TextShape,
  VALUE,
} from "../shape.ts";

const TASK_NAME: TextShape = { kind: "text", names: "task" };
export const FILE_NAME: TextShape = { kind: "text", names: "file", wanted: "the name of a file" };
const RETRIES_MAX = 999;
const NUMBER: Shape = { kind: "number", isInteger: false };

/** Declaration of a parameter. */
export const PARAMETER = record("parameter", {
  type: {
    shape: choice("string", "integer", "number", "boolean", "array", "object"),
    doc: "What it holds.",
    isRequired: true,
    example: "string",
  },
  description: { shape: TEXT, doc: "What it is for." },
  default: { shape: PLAIN_VALUE, doc: "Its value when none is given." },
  required: { shape: BOOLEAN, doc: "Whether a run must give it, when it has no default.", byDefault: "true" },
  secret: { shape: BOOLEAN, doc: "Its value is never shown, nor is what is derived from it.", byDefault: "false" },
  pattern: { shape: TEXT, doc: "A regular expression; write `^…$` for all of the text.", example: "^\\d+\\.\\d+$" },
  enum: { shape: list(TEXT, 1), doc: "The texts that are allowed.", example: ["staging", "production"] },
  min: { shape: NUMBER, doc: "Smallest number, or fewest characters or items." },
  max: { shape: NUMBER, doc: "Largest number, or most characters or items." },
});

export const NEEDS = oneOrMore(
  either(
    TASK_NAME,
    record("dependency", {
      task: { shape: TASK_NAME, doc: "The task to wait for.", isRequired: true, example: "install" },
      on: {
        shape: choice("success", "failure", "always"),
        doc: "Which end of it to wait for.",
        byDefault: "`success`, or `always` when a guard of the task asks for failures",
        example: "failure",
      },
    }),
  ),
);

export const TASK_NAMES = oneOrMore(TASK_NAME);

export const RETRY = either(
  integer(0, RETRIES_MAX),
  record("retry", {
    times: { shape: integer(0, RETRIES_MAX), doc: "Retries after the first attempt.", isRequired: true, example: 3 },
    backoff: { shape: DURATION, doc: "Delay before the first retry.", byDefault: "0s", example: "1s" },
    factor: { shape: decimal(1, 100), doc: "By how much the delay grows from one retry to the next.", byDefault: "2" },
    max: { shape: DURATION, doc: "Longest delay.", byDefault: "24h", example: "30s" },
    jitter: { shape: decimal(0, 1), doc: "Fraction of the delay that is taken off at random.", byDefault: "0" },
    on: {
      shape: choice("retryable", "any"),
      doc: "Which failures are retried: all but fatal ones, or any.",
      byDefault: "retryable",
    },
  }),
);

export const ON_ERROR = choice("stopAll", "continueRun");

export const TIMEOUTS = record("timeouts", {
  queue: { shape: DURATION, doc: "From ready to started.", byDefault: "none" },
  attempt: {
    shape: DURATION,
    doc: "One attempt; `timeout` is short for it.",
    byDefault: "that of the operation, 1h for scripts",
  },
  total: { shape: DURATION, doc: "All attempts with the waits between them.", byDefault: "24h" },
  heartbeat: { shape: DURATION, doc: "Longest silence of an attempt that reports progress.", byDefault: "none" },
  killGrace: { shape: DURATION, doc: "Between asking an attempt to stop and killing it.", byDefault: "10s" },
});

export const GUARDS = oneOrMore(
  either(
    choice(...BUILTIN_GUARD_KINDS),
    record("guard", {
      when: { shape: CONDITION, doc: "The condition.", isRequired: true, example: "params.env == 'prod'" },
      reason: { shape: TEXT, doc: "What people read when the task is skipped by it." },
    }),
  ),
);

export const CONDITIONS = oneOrMore(CONDITION);

const BATCH_SIZE = either(integer(1, 1_000_000), {
  kind: "text",
  pattern: /^\d{1,3}(?:\.\d{1,3})?%$/,
  wanted: 'a percentage such as "10%"',
});

export const BATCHES = list(BATCH_SIZE, 1);

export const MAX_FAIL = either(integer(0, 1_000_000), {
  kind: "text",
  pattern: /^\d{1,3}(?:\.\d{1,3})?%$/,
  wanted: 'a percentage such as "10%"',
});

/** Which hosts: a text, or a condition over hosts. */
export const TARGET = either(
  { kind: "text", wanted: "a host, a label or a container" },
  record("target", {
    where: {
      shape: CONDITION,
      doc: "A condition over `host.name` and `host.labels`; a host without a label it asks for is not meant.",
      isRequired: true,
      example: "host.labels.role == 'web'",
    },
  }),
);

const UNKNOWN_POLICY = choice("rerun", "probe", "hold");

export const SCRIPT = either(
  { kind: "text", wanted: "text for sh" },
  record("script", {
    run: { shape: TEXT, doc: "The text that the interpreter runs, exactly as it stands.", example: 'echo "$1"' },
    file: { shape: FILE_NAME, doc: "A file with that text, beside this one.", example: "scripts/backup.sh" },
    interpreter: {
      shape: either(choice("bash", "node", "nu", "python", "sh"), list(TEXT, 1)),
      doc: "What runs the text: one of these, or a program with its arguments.",
      byDefault: "sh",
    },
    args: {
      shape: list(TEMPLATE),
      doc: "Arguments; values belong here and never into the text.",
      example: ["${params.env}"],
    },
    env: { shape: map(TEMPLATE, "name"), doc: "Environment variables.", example: { TARGET: "${params.env}" } },
    cwd: { shape: TEMPLATE, doc: "Folder to run in." },
    input: { shape: VALUE, doc: "Given on standard input as JSON." },
    unknownPolicy: { shape: UNKNOWN_POLICY, doc: "What happens when nobody saw how it ended.", byDefault: "hold" },
  }),
);

export const APPROVAL = either(
  { kind: "text", wanted: "a message", isTemplate: true },
  record("approval", {
    message: { shape: TEMPLATE, doc: "What is asked.", example: "Deploy to production?" },
    quorum: { shape: integer(1, 1_000), doc: "How many people must approve.", byDefault: "1" },
  }),
);

export const FOREACH = either(
  list(VALUE),
  { kind: "text", wanted: "a list, or an expression such as ${params.sites}", isTemplate: true },
  record("foreach", {
    from: { shape: TASK_NAME, doc: "A task in whose data the list is.", example: "discover" },
    path: { shape: oneOrMore(TEXT), doc: "Where in the data.", byDefault: "the data itself", example: ["sites"] },
    items: {
      shape: list(
        record("item", {
          key: { shape: TEXT, doc: "The key in the names of its tasks." },
          value: { shape: VALUE, doc: "What its tasks find as `item`.", isRequired: true },
        }),
      ),
      doc: "Items with keys of their own.",
    },
  }),
);

export const MATRIX = map(list(VALUE, 1), "axis", 1);

export const LOCKS = list(
  record("lock", {
    resource: { shape: TEMPLATE, doc: "What is locked.", isRequired: true, example: "web-${params.env}" },
    wait: { shape: DURATION, doc: "How long to wait for it.", byDefault: "0s", example: "5m" },
    reason: { shape: TEMPLATE, doc: "What others read who wait." },
  }),
);

const MESSAGE = record("notification", {
  channel: { shape: TEXT, doc: "A channel that is configured.", isRequired: true, example: "ops" },
  message: { shape: TEMPLATE, doc: "What is sent.", isRequired: true, example: "deployed ${params.version}" },
});

export const NOTIFY_BODY = MESSAGE;

export const NOTIFY = record("notify", {
  on_success: { shape: oneOrMore(MESSAGE), doc: "Sent when the run succeeded." },
  on_failure: { shape: oneOrMore(MESSAGE), doc: "Sent when it failed." },
  on_abort: { shape: oneOrMore(MESSAGE), doc: "Sent when it was cancelled." },
  always: { shape: oneOrMore(MESSAGE), doc: "Sent however it ended." },
});
