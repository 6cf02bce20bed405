import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { BUILTIN_OPERATIONS } from "./catalog.ts";
import { describeOperation, operationMarkdown, operationText, paramsJsonSchema } from "./describe.ts";
import { defineOperation, type OperationSpec } from "./spec.ts";

const SPECS: readonly OperationSpec[] = BUILTIN_OPERATIONS;

const sample = defineOperation({
  name: "sample.ensure",
  aliases: ["sample"],
  category: "sample",
  summary: "Makes a sample exist",
  params: z.strictObject({
    name: z.string().describe("Name | label"),
    kind: z.enum(["raw", "fine"]).default("raw").describe("Kind"),
    token: z.string().optional().describe("Token"),
  }),
  result: z.strictObject({ path: z.string().describe("Where it is"), size: z.int().optional() }),
  operationClass: "idempotent",
  reversibility: "full",
  osFamilies: ["debian", "redhat"],
  attemptTimeoutMs: 60_000,
  unknownPolicy: "rerun",
  secretParams: ["token"],
  example: { name: "one" },
});

test("given a declaration, when it is described as text, then everything an author needs is there", () => {
  assert.equal(
    operationText(describeOperation(sample)),
    [
      "sample.ensure  Makes a sample exist",
      "also: sample",
      "",
      "  Class               idempotent",
      "  Undo                restores everything it changed",
      "  Hosts               debian, redhat",
      "  Privileges          none",
      "  Time of an attempt  1m00s",
      "",
      "Parameters",
      "  name   text            required       Name | label",
      '  kind   "raw" | "fine"  default "raw"  Kind',
      "  token  text                           Token (secret)",
      "",
      "Result",
      "  path  text          Where it is",
      "  size  whole number  (not always)",
      "",
      "Example",
      "  {",
      '    "name": "one"',
      "  }",
      "",
    ].join("\n"),
  );
});

test("given a declaration, when it is described as Markdown, then table cells are escaped", () => {
  const page = operationMarkdown(describeOperation(sample));
  assert.match(page, /^## sample\.ensure\n\nMakes a sample exist\.\n/);
  assert.match(page, /\| `name` \| text \| required \| Name \\\| label \|/);
  assert.match(page, /```json\n\{\n {2}"name": "one"\n\}\n```\n$/);
});

test("given every built-in operation, when it is described, then each parameter has a type and a description", () => {
  for (const spec of SPECS) {
    const description = describeOperation(spec);
    for (const field of description.params) {
      assert.notEqual(field.description, "", `${spec.name} ${field.name}`);
      assert.notEqual(field.type, "any", `${spec.name} ${field.name}`);
    }
    assert.ok(!spec.summary.endsWith("."), spec.name);
    assert.ok(operationText(description).includes(spec.name));
    assert.ok(operationMarkdown(description).includes(spec.name));
  }
});

test("given durations, when an operation is described, then they are called durations", () => {
  const commandExec = SPECS.find((spec) => spec.name === "command.exec");
  assert.ok(commandExec !== undefined);
  const timeout = describeOperation(commandExec).params.find((field) => field.name === "timeout");
  assert.equal(timeout?.type, "duration");
});

test("given every built-in operation, when its JSON Schema is made, then it refuses unknown parameters", () => {
  for (const spec of SPECS) {
    const schema = paramsJsonSchema(spec);
    assert.equal(schema["type"], "object", spec.name);
    assert.equal(schema["additionalProperties"], false, spec.name);
  }
});
