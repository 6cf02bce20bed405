import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { EdgeKind } from "../dag/edge.ts";
import type { NeedDefinition, TaskDefinition } from "../definition/definition.ts";
import type { BuiltinGuardKind } from "../definition/guard.ts";
import { BUILTIN_GUARD_KINDS } from "../definition/guard.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { compilePlan } from "./compile.ts";

const catalog = builtinOperations();

function noop(name: string, rest: Partial<TaskDefinition> = {}): TaskDefinition {
  return { name, body: { kind: "function", run: () => ({ changed: false }) }, ...rest };
}

/** The kind of the edge a → b, when b says this about its order. */
function edgeOf(rest: Partial<TaskDefinition>): EdgeKind | undefined {
  const plan = compilePlan({ name: "p", tasks: [noop("a"), noop("b", rest)] }, { catalog });
  assert.ok(plan.ok);
  return plan.value.graph.edgeKind({ source: "a", target: "b" });
}

test("given each guard, when a dependency has no condition, then only guards over failures wait for every end", () => {
  const kinds = BUILTIN_GUARD_KINDS.map((kind) => [kind, edgeOf({ needs: [{ task: "a" }], guards: [{ kind }] })]);
  const failing: ReadonlySet<BuiltinGuardKind> = new Set([
    "onlyIfFailed",
    "onlyIfAnyHostFailed",
    "onlyIfAllHostsFailed",
  ]);
  assert.deepEqual(
    kinds,
    BUILTIN_GUARD_KINDS.map((kind) => [kind, failing.has(kind) ? "always" : "success"]),
  );
});

test("given a guard over failures, when a dependency has a condition, then the condition stays", () => {
  const guards = [{ kind: "onlyIfFailed" }] as const;
  assert.equal(edgeOf({ guards, needs: [{ task: "a", on: "success" }] }), "success");
  assert.equal(edgeOf({ guards, needs: [{ task: "a", on: "failure" }] }), "failure");
});

test("given several mentions of one task, when they are merged, then conditions win over none and waiting over preferring", () => {
  const cases: [Partial<TaskDefinition>, EdgeKind][] = [
    [{ needs: [{ task: "a" }, { task: "a" }] }, "success"],
    [{ needs: [{ task: "a" }, { task: "a", on: "failure" }] }, "failure"],
    [{ needs: [{ task: "a", on: "always" }, { task: "a" }] }, "always"],
    [
      {
        needs: [
          { task: "a", on: "always" },
          { task: "a", on: "always" },
        ],
      },
      "always",
    ],
    [{ needs: [{ task: "a" }], prefer: ["a"] }, "success"],
    [{ prefer: ["a", "a"] }, "preferred"],
  ];
  for (const [rest, kind] of cases) assert.equal(edgeOf(rest), kind, JSON.stringify(rest));
});

test("given two different conditions on one task, when the plan is compiled, then that is a problem", () => {
  const needs: NeedDefinition[] = [
    { task: "a", on: "failure" },
    { task: "a", on: "always" },
  ];
  const plan = compilePlan({ name: "p", tasks: [noop("a"), noop("b", { needs })] }, { catalog });
  assert.deepEqual(plan.ok ? [] : plan.error.map((problem) => problem.code), ["DRV_PLAN_DEPENDENCY_CONFLICT"]);
});

test("given preferred edges in a loop, when the plan is compiled, then one is dropped with a warning", () => {
  const tasks = [noop("a", { prefer: ["b"] }), noop("b", { prefer: ["a"] })];
  const plan = compilePlan({ name: "p", tasks }, { catalog });
  assert.ok(plan.ok);
  assert.equal(plan.value.warnings.length, 1);
  assert.match(plan.value.warnings[0] ?? "", /DRV_GRAPH_SOFT_CYCLE/);
});

test("given preferred edges, when the plan is compiled, then the preferred task has the smaller rank", () => {
  const plan = compilePlan({ name: "p", tasks: [noop("a", { prefer: ["b"] }), noop("b")] }, { catalog });
  assert.ok(plan.ok);
  assert.deepEqual([...plan.value.softRank], [1, 0]);
});

test("given any dependencies on earlier tasks, when the plan is compiled, then the graph has exactly these edges", () => {
  const order = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), { minLength: 1, maxLength: 31 });
  fc.assert(
    fc.property(order, (lists) => {
      const needs = lists.map((list, index) => (index === 0 ? [] : list.map((number) => number % index)));
      const tasks = needs.map((list, index) =>
        noop(`t${index}`, { needs: list.map((number) => ({ task: `t${number}` })) }),
      );
      const plan = compilePlan({ name: "p", tasks }, { catalog });
      assert.ok(plan.ok);
      const wanted = needs.flatMap((list, index) => [...new Set(list)].map((number) => `t${number} t${index}`));
      const found = plan.value.graph.edges().map(({ source, target }) => `${source} ${target}`);
      assert.deepEqual(new Set(found), new Set(wanted));
      assert.equal(found.length, wanted.length);
    }),
    { numRuns: 200 },
  );
});
