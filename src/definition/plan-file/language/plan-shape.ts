import { type Field, integer, type OpenMembers, record, TEXT } from "../shape.ts";
import { PLAN_FIELDS } from "./task-shape.ts";

/** Version of the language that this program reads. */
export const PLAN_FILE_VERSION = 1;

const VERSION: Field = {
  shape: integer(PLAN_FILE_VERSION, PLAN_FILE_VERSION),
  doc: "Version of the language; 1 is the only one.",
  isRequired: true,
  example: 1,
};

const EXTENSIONS: OpenMembers = {
  word: "extension",
  doc: "Members that begin with `x-` are for you: anchors, for example.",
  accepts: (name) => name.startsWith("x-"),
  shape: { kind: "value", isPlain: true },
};

/** A plan file. */
export const PLAN_FILE = record(
  "plan file",
  {
    version: VERSION,
    name: {
      shape: TEXT,
      doc: "Name of the plan: 1 to 200 characters, none of `/ [ ]`.",
      isRequired: true,
      example: "deploy-web",
    },
    ...PLAN_FIELDS,
  },
  { oneOf: ["tasks", "steps"], open: EXTENSIONS },
);

const PART_NAMES = ["description", "params", "include", "tasks", "steps", "onRollback"];

/** A file that other plans include. */
export const PLAN_PART = record(
  "plan part",
  {
    version: VERSION,
    ...Object.fromEntries(Object.entries(PLAN_FIELDS).filter(([name]) => PART_NAMES.includes(name))),
  },
  { oneOf: ["tasks", "steps"], open: EXTENSIONS },
);
