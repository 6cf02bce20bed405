import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { isAssignable } from "./type-relations.ts";
import { typeFromJsonSchema, typeOfValue } from "./type-from-json-schema.ts";
import { typeText } from "./type-text.ts";
import { INTEGER, NUMBER, STRING } from "./value-type.ts";
import type { JsonValue } from "../base/json.ts";

const ROWS: readonly (readonly [schema: JsonValue, text: string])[] = [
  [true, "any JSON"],
  [false, "nothing"],
  [{}, "any JSON"],
  [{ type: "string" }, "string"],
  [{ type: "integer" }, "integer"],
  [{ type: ["number", "null"] }, "number or null"],
  [{ type: "boolean", nullable: true }, "boolean or null"],
  [{ enum: ["a", "b", null] }, '"a" or "b" or null'],
  [{ const: 5 }, "integer"],
  [{ type: "array", items: { type: "string" } }, "list<string>"],
  [{ prefixItems: [{ type: "string" }, { type: "integer" }], items: false }, "list<string or integer>"],
  [{ type: "object" }, "map<string, any JSON>"],
  [{ type: "object", additionalProperties: { type: "integer" } }, "map<string, integer>"],
  [{ type: "object", additionalProperties: false }, "{}"],
  [{ properties: { a: { type: "string" }, b: { type: "integer" } }, required: ["a"] }, '{"a": string, "b"?: integer}'],
  [{ anyOf: [{ type: "string" }, { type: "integer" }] }, "string or integer"],
  [
    { allOf: [{ properties: { a: true }, required: ["a"] }, { properties: { b: false } }] },
    '{"a": any JSON, "b"?: nothing}',
  ],
  [{ $ref: "#/$defs/x", $defs: { x: { type: "string" } } }, "string"],
  [{ $ref: "other.json" }, "any JSON"],
  [{ type: "string", format: "password" }, "secret string"],
  [{ type: "integer", writeOnly: true }, "secret integer"],
  [{ type: "weird" }, "any JSON"],
];

test("given schemas, when read, then each gives the narrowest type that holds all its values", () => {
  for (const [schema, text] of ROWS) {
    assert.equal(typeText(typeFromJsonSchema(schema), { isComplete: true }), text, JSON.stringify(schema));
  }
});

test("given a schema of zod that contains itself, when read, then the type ends in any JSON", () => {
  const tree = z.object({
    name: z.string(),
    get children(): z.ZodArray<z.ZodType> {
      return z.array(tree);
    },
  });
  const schema = JSON.parse(JSON.stringify(z.toJSONSchema(tree))) as JsonValue;
  assert.match(typeText(typeFromJsonSchema(schema), { isComplete: true }), /any JSON/);
});

test("given paths of secrets, when a schema is read, then these parts are secret, in lists and any case as well", () => {
  const schema = {
    properties: {
      Headers: { additionalProperties: { type: "string" } },
      users: { type: "array", items: { properties: { key: { type: "string" }, name: { type: "string" } } } },
    },
  };
  const type = typeFromJsonSchema({ ...schema, type: "object" }, { secretPaths: ["headers", "users.key"] });
  const text = typeText(type, { isComplete: true });
  assert.match(text, /"Headers"\?: secret /);
  assert.match(text, /"key"\?: secret string, "name"\?: string/);
});

test("given types, when one stands for the other, then only wider ones take narrower ones", () => {
  assert.ok(isAssignable(INTEGER, NUMBER) && !isAssignable(NUMBER, INTEGER));
  assert.ok(
    isAssignable({ kind: "string", oneOf: ["a"] }, STRING) && !isAssignable(STRING, { kind: "string", oneOf: ["a"] }),
  );
  const given = typeOfValue({ a: [1, "x"], b: null });
  assert.ok(isAssignable(given, typeFromJsonSchema({ properties: { a: { type: "array" }, b: true, c: true } })));
  assert.ok(!isAssignable(given, typeFromJsonSchema({ properties: { a: { type: "array" } } })));
  assert.ok(!isAssignable(given, typeFromJsonSchema({ properties: { a: true, b: true, c: true }, required: ["c"] })));
});
