import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { builtinOperations } from "../operation/catalog.ts";
import { randomPlan } from "../testing/random-plan.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { compilePlan } from "./compile.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { planBodyOf, type PlanBody } from "./plan-body.ts";
import { needsCode } from "./plan-code.ts";
import { planOfBody } from "./plan-of-body.ts";

function throughJson(plan: CompiledPlan): CompiledPlan {
  const read = planOfBody(JSON.parse(JSON.stringify(planBodyOf(plan))));
  assert.ok(read.ok, read.ok ? "" : read.error.message);
  return read.value;
}

test("given any plan, when it is read from its body, then it is the same but for its code", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 30 }), (seed, size) => {
      const plan = randomPlan(new SeededRandom(seed), size);
      const read = throughJson(plan);
      assert.deepEqual(planBodyOf(read), planBodyOf(plan));
      assert.equal(needsCode(read), needsCode(plan));
      assert.equal(fingerprintOf(read), fingerprintOf(plan));
    }),
  );
});

test("given tasks that differ in their names alone, when their plan is kept, then what they share stands there once", () => {
  const body = { kind: "gate", gate: { kind: "delay", delay: "1s" } } as const;
  const tasks = Array.from({ length: 1000 }, (_, index) => ({
    name: `t${index}`,
    body,
    needs: index === 0 ? [] : [{ task: "t0", on: "success" as const }],
  }));
  const compiled = compilePlan({ name: "many", tasks }, { catalog: builtinOperations() });
  assert.ok(compiled.ok);
  const kept = planBodyOf(compiled.value);
  assert.equal(kept.shapes.length, 1);
  assert.ok(JSON.stringify(kept).length < 20 * 1000);
  assert.deepEqual(planBodyOf(throughJson(compiled.value)), kept);
});

test("given a body of the first form, when it is read, then the plan is the same, inside of groups too", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 30 }), (seed, size) => {
      const plan = randomPlan(new SeededRandom(seed), size);
      const first: unknown = JSON.parse(JSON.stringify(inFirstForm(planBodyOf(plan))));
      const read = planOfBody(first);
      assert.ok(read.ok, read.ok ? "" : read.error.message);
      assert.deepEqual(planBodyOf(read.value), planBodyOf(plan));
    }),
  );
});

/** Writes a body as version 1 did. */
function inFirstForm({ shapes, names, shapeOf, edges, ...rest }: PlanBody): object {
  let next = 0;
  const tasks = names.map((name, index) => {
    const from = next;
    next += edges.counts[index] ?? 0;
    const own = edges.sources.slice(from, next).map((source, at) => {
      return [source, typeof edges.kinds === "number" ? edges.kinds : edges.kinds[from + at]];
    });
    const shape = shapes[shapeOf[index] ?? -1];
    const inner = shape?.kind === "group" ? innerInFirstForm(shape) : {};
    return { name, ...shape, ...inner, ...(own.length === 0 ? {} : { edges: own }) };
  });
  return { ...rest, form: 1, tasks };
}

function innerInFirstForm({ plan, keys }: Extract<PlanBody["shapes"][number], { kind: "group" }>): object {
  const items =
    keys.kind === "fixed"
      ? keys.items.map((item) => (item.plan === undefined ? item : { ...item, plan: inFirstForm(item.plan) }))
      : [];
  return { plan: inFirstForm(plan), ...(keys.kind === "fixed" ? { keys: { ...keys, items } } : {}) };
}

test("given a compiled plan, when it is read from its body, then tasks start in the same order", () => {
  const body = { kind: "gate", gate: { kind: "delay", delay: "1s" } } as const;
  const compiled = compilePlan(
    {
      name: "order",
      tasks: [
        { name: "a", body, estimate: "3s" },
        { name: "b", body, needs: [{ task: "a", on: "always" }], timeouts: { total: "1h" } },
        { name: "c", body, prefer: ["b"] },
      ],
    },
    { catalog: builtinOperations() },
  );
  assert.ok(compiled.ok);
  const read = throughJson(compiled.value);
  assert.deepEqual([...read.softRank], [...compiled.value.softRank]);
  assert.deepEqual([...read.remainingMs], [...compiled.value.remainingMs]);
  assert.deepEqual(
    read.tasks.map(({ policy }) => policy),
    compiled.value.tasks.map(({ policy }) => policy),
  );
});

test("given something else, when it is read as a body, then it is refused by name", () => {
  for (const body of [
    undefined,
    null,
    1,
    "x",
    [],
    {},
    { form: 99 },
    { form: 1 },
    { form: 1, policies: [], targets: 3 },
  ]) {
    const read = planOfBody(body);
    assert.ok(!read.ok);
    assert.equal(read.error.code, "DRV_RUN_PLAN_BODY_INVALID");
  }
});
