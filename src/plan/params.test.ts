import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import type { ParameterRecord, ParametersDefinition } from "../definition/parameters.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { compilePlan } from "./compile.ts";
import { bindParams, paramsSchema } from "./params.ts";

const record: ParameterRecord = {
  version: { type: "string", pattern: "^\\d+\\.\\d+$" },
  replicas: { type: "integer", default: 2, min: 1, max: 9 },
  ratio: { type: "number", required: false },
  live: { type: "boolean", default: false },
  stage: { type: "string", enum: ["test", "live"], default: "test" },
  hosts: { type: "array", default: [], max: 2 },
  labels: { type: "object", default: {} },
};

function codesOf(parameters: ParametersDefinition | undefined, given: unknown): readonly string[] {
  const bound = bindParams(parameters, given);
  return bound.ok ? [] : bound.error.map(({ code, at }) => `${code} ${at?.path}`);
}

test("given a record of parameters, when values are bound, then defaults are filled in", () => {
  assert.deepEqual(bindParams(record, { version: "1.2" }), {
    ok: true,
    value: { version: "1.2", replicas: 2, live: false, stage: "test", hosts: [], labels: {} },
  });
});

test("given a zod object, when values are bound, then its own rules apply", () => {
  const schema = z.object({ port: z.int().default(80), at: z.string().optional() });
  assert.deepEqual(bindParams(schema, {}), { ok: true, value: { port: 80 } });
  assert.deepEqual(codesOf(schema, { port: "x", prot: 1 }), [
    "DRV_PARAM_UNKNOWN params.prot",
    "DRV_PARAM_INVALID params.port",
  ]);
  assert.deepEqual(codesOf(z.strictObject({}), { a: 1 }), ["DRV_PARAM_UNKNOWN params.a"]);
  assert.deepEqual(codesOf(z.looseObject({}), { a: 1 }), []);
});

test("given unknown, missing and wrong values, when they are bound, then all are reported together", () => {
  assert.deepEqual(codesOf(record, { verison: "1.2", replicas: 0, stage: "none", hosts: [1, 2, 3], live: "true" }), [
    "DRV_PARAM_UNKNOWN params.verison",
    "DRV_PARAM_MISSING params.version",
    "DRV_PARAM_INVALID params.replicas",
    "DRV_PARAM_INVALID params.live",
    "DRV_PARAM_INVALID params.stage",
    "DRV_PARAM_INVALID params.hosts",
  ]);
  const bound = bindParams(record, { verison: "1.2", version: "1.2" });
  assert.equal(bound.ok ? "" : bound.error[0]?.hint, 'Did you mean "version"?');
});

test("given a plan without parameters, when some are given, then each is unknown", () => {
  assert.deepEqual(bindParams(undefined, undefined), { ok: true, value: {} });
  assert.deepEqual(codesOf(undefined, { a: 1 }), ["DRV_PARAM_UNKNOWN params.a"]);
});

test("given values that are no object of plain JSON, when they are bound, then that is a problem", () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  for (const given of ["x", 5, [], { a: () => 0 }, { a: cyclic }]) {
    assert.deepEqual(codesOf(record, given), ["DRV_PARAM_INVALID params"]);
  }
});

test("given texts from a command line, when they are bound, then they are read as the declared types", () => {
  const given = { version: "1.2", replicas: "3", ratio: "0.5", live: "true", hosts: '["a"]', labels: '{"a":1}' };
  assert.deepEqual(bindParams(record, given, { readsText: true }), {
    ok: true,
    value: { version: "1.2", replicas: 3, ratio: 0.5, live: true, stage: "test", hosts: ["a"], labels: { a: 1 } },
  });
  const wrong = { version: "1.2", replicas: "three", live: "yes", hosts: "[a" };
  const bound = bindParams(record, wrong, { readsText: true });
  assert.deepEqual(bound.ok ? [] : bound.error.map(({ at }) => at?.path), [
    "params.replicas",
    "params.live",
    "params.hosts",
  ]);
  const zod = bindParams(z.object({ n: z.int().default(1), s: z.string() }), { n: "7", s: "7" }, { readsText: true });
  assert.deepEqual(zod, { ok: true, value: { n: 7, s: "7" } });
});

test("given a secret parameter, when its value is wrong, then no error shows it", () => {
  const bound = bindParams({ token: { type: "string", secret: true, pattern: "^[a-z]+$" } }, { token: "S3CR3T-VALUE" });
  assert.ok(!bound.ok);
  assert.equal(JSON.stringify(bound.error).includes("S3CR3T"), false);
});

test("given declarations that contradict themselves, when the plan is compiled, then each is a problem", () => {
  const params: Record<string, unknown> = {
    pattern: { type: "string", pattern: "(" },
    bounds: { type: "integer", min: 5, max: 1 },
    fallback: { type: "string", default: 5 },
    type: { type: "text" },
    nothing: null,
    choice: { type: "string", enum: [] },
    "no name": { type: "string" },
  };
  Object.defineProperty(params, "__proto__", { value: { type: "string" }, enumerable: true });
  const plan = compilePlan(
    { name: "p", tasks: [], params: params as ParameterRecord },
    { catalog: builtinOperations() },
  );
  assert.ok(!plan.ok);
  assert.deepEqual(new Set(plan.error.map((problem) => problem.code)), new Set(["DRV_PARAM_DEFINITION_INVALID"]));
  assert.equal(plan.error.length, 8);
  assert.equal(Object.getPrototypeOf({}), Object.prototype);
});

test("given parameters, when the plan is compiled, then it carries them and their schema can be shown", () => {
  const plan = compilePlan({ name: "p", tasks: [], params: record }, { catalog: builtinOperations() });
  assert.ok(plan.ok && plan.value.parameters !== undefined);
  const schema = paramsSchema(plan.value.parameters);
  assert.deepEqual(schema["required"], ["version"]);
});

test("given anything at all, when it is bound, then nothing throws", () => {
  const given = fc.oneof(
    fc.anything(),
    fc.dictionary(fc.constantFrom(...Object.keys(record), "__proto__"), fc.anything()),
  );
  fc.assert(
    fc.property(given, fc.boolean(), (values, readsText) => {
      const bound = bindParams(record, values, { readsText });
      if (bound.ok) assert.deepEqual(bindParams(record, bound.value), bound);
    }),
  );
});
