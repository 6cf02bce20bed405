import { assert } from "../../base/assert.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import type { Result } from "../../base/result.ts";
import { type CheckedExpression, checkExpression, type CheckOptions, checkTemplate } from "../check.ts";
import { evaluate, type Evaluated } from "../evaluate.ts";
import type { EvaluationFailure } from "../evaluation.ts";
import { parseBareExpression, parseTemplate } from "../parse-template.ts";
import type { ExpressionProblem } from "../problem.ts";
import type { TypeEnvironment } from "../type-environment.ts";
import { scopeOf } from "../value-scope.ts";
import {
  ANY,
  BOOLEAN,
  hostMapOf,
  INTEGER,
  listOf,
  mapOf,
  NULL,
  NUMBER,
  objectOf,
  secret,
  STRING,
  type ValueType,
} from "../value-type.ts";
import { unionOf } from "../type-relations.ts";

/** Names that tests of expressions use, as a plan would have them. */
const ROOTS: { readonly [name: string]: ValueType } = {
  params: objectOf({
    version: STRING,
    replicas: INTEGER,
    ratio: NUMBER,
    enabled: BOOLEAN,
    env: { kind: "string", oneOf: ["prod", "test"] },
    tags: listOf(STRING),
    ports: listOf(INTEGER),
    labels: mapOf(STRING),
    password: secret(STRING),
    pin: secret(INTEGER),
    users: listOf(objectOf({ name: STRING, key: secret(STRING) })),
    nickname: { type: STRING, isOptional: true },
    note: unionOf([STRING, NULL]),
  }),
  tasks: objectOf({
    "create-user": objectOf({ changed: BOOLEAN }),
    install: objectOf({
      changed: BOOLEAN,
      status: { kind: "string", oneOf: ["changed", "unchanged", "failed"] },
      data: objectOf({ version: STRING, size: INTEGER, detail: ANY }),
    }),
    restart: objectOf({ hosts: hostMapOf(objectOf({ changed: BOOLEAN, uptime: INTEGER })) }),
  }),
  facts: ANY,
  host: objectOf({ name: STRING }),
};

export const ENVIRONMENT: TypeEnvironment = { roots: new Map(Object.entries(ROOTS)) };

export const VALUES: JsonObject = {
  params: {
    version: "1.24",
    replicas: 2,
    ratio: 0.5,
    enabled: true,
    env: "prod",
    tags: ["web", "eu"],
    ports: [80, 443],
    labels: { role: "web", zone: "a" },
    password: "hunter22",
    pin: 48_151_623,
    users: [
      { name: "ann", key: "key-of-ann" },
      { name: "bob", key: "key-of-bob" },
    ],
    note: null,
  },
  tasks: {
    "create-user": { changed: true },
    install: {
      changed: true,
      status: "changed",
      data: { version: "1.24-1", size: 4096, detail: { arch: "x64", n: 3 } },
    },
    restart: { hosts: { "web-1": { changed: true, uptime: 10 }, "web-2": { changed: false, uptime: 20 } } },
  },
  facts: { os: { family: "debian" }, cpuCount: 4, isContainer: false, load: [0.5, 1] },
  host: { name: "web-1" },
};

export interface TextOptions extends CheckOptions {
  readonly isTemplate?: boolean;
}

/** Parses and checks a text; answers whatever problems there are. */
export function tryCheckText(
  text: string,
  { isTemplate, ...options }: TextOptions = {},
): Result<CheckedExpression, readonly ExpressionProblem[]> {
  const parsed = isTemplate === true ? parseTemplate(text) : parseBareExpression(text);
  if (!parsed.ok) return parsed;
  return parsed.value.kind === "template"
    ? checkTemplate(parsed.value, ENVIRONMENT, options)
    : checkExpression(parsed.value, ENVIRONMENT, { text, ...options });
}

/** Parses and checks a text that must be right. */
export function checkText(text: string, options: TextOptions = {}): CheckedExpression {
  const checked = tryCheckText(text, options);
  assert(checked.ok, `${text}: ${JSON.stringify(checked)}`);
  return checked.value;
}

/** Evaluates a text that must be right, over {@link VALUES}. */
export function tryEvaluateText(text: string, options: TextOptions = {}): Result<Evaluated, EvaluationFailure> {
  return evaluate(checkText(text, options).program, scopeOf(VALUES));
}

/** The value of a text that has one. */
export function evaluateText(text: string, options: TextOptions = {}): JsonValue {
  const evaluated = tryEvaluateText(text, options);
  assert(evaluated.ok, `${text}: ${JSON.stringify(evaluated)}`);
  return evaluated.value.value;
}
