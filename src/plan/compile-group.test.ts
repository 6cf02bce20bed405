import assert from "node:assert/strict";
import { test } from "node:test";
import { PlanBuilder } from "../definition/builder.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import type { GroupKeysDefinition } from "../definition/task-body.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { ops } from "../operation/ops.ts";
import { compilePlan, type CompileOptions } from "./compile.ts";
import type { GroupBody } from "./compiled-plan.ts";

const catalog = builtinOperations();
const unchanged = () => ({ changed: false });
const inner: PlanDefinition = { name: "g", tasks: [{ name: "in", body: { kind: "function", run: unchanged } }] };

function groupOf(definition: PlanDefinition, options: Partial<CompileOptions> = {}): GroupBody {
  const plan = compilePlan(definition, { catalog, ...options });
  assert.ok(plan.ok, plan.ok ? "" : plan.error[0]?.message);
  const body = plan.value.tasks.at(-1)?.body;
  assert.ok(body?.kind === "group");
  return body;
}

function withKeys(keys: GroupKeysDefinition): PlanDefinition {
  return { name: "p", tasks: [{ name: "g", body: { kind: "group", plan: inner, keys } }] };
}

function messagesOf(definition: PlanDefinition): readonly string[] {
  const plan = compilePlan(definition, { catalog });
  return plan.ok ? [] : plan.error.map(({ code, message }) => `${code} ${message}`);
}

test("given a group without keys, when it is compiled, then it has one copy with the empty key", () => {
  const group = groupOf({ name: "p", tasks: [{ name: "g", body: { kind: "group", plan: inner } }] });
  assert.deepEqual(group.keys, { kind: "fixed", items: [{ key: "", value: null }] });
  assert.equal(group.plan.tasks[0]?.name, "in");
});

test("given a foreach over a list, when it is compiled, then every copy has its key, value and body", () => {
  const builder = new PlanBuilder("p");
  builder.foreach("g", [{ name: "web1" }, { name: "web2" }], (item, part) => {
    part.task("t", ops.node.hostnameGet(), item.name);
  });
  const { keys, plan } = groupOf(builder.definition());
  assert.ok(keys.kind === "fixed");
  assert.deepEqual(
    keys.items.map((item) => [item.key, item.value, item.plan?.tasks[0]?.target?.text]),
    [
      ["web1", { name: "web1" }, "web1"],
      ["web2", { name: "web2" }, "web2"],
    ],
  );
  assert.equal(keys.items[0]?.plan, plan, "the first body is compiled once");
});

test("given a foreach over parameters, when they are bound, then keys are fixed; when not, then the run asks for them", () => {
  const builder = new PlanBuilder("p", { params: { sites: { type: "array" } } });
  builder.foreach("g", { params: (params) => params.sites }, (_item, part) => part.taskFunc("in", unchanged));
  const bound = groupOf(builder.definition(), { params: { sites: ["a", "b"] } });
  assert.deepEqual(bound.keys, {
    kind: "fixed",
    items: [
      { key: "a", value: "a" },
      { key: "b", value: "b" },
    ],
  });
  const { keys } = groupOf(builder.definition());
  assert.ok(keys.kind === "function");
  assert.deepEqual(Reflect.apply(keys.list.evaluate, undefined, [{ params: { sites: [1] } }]), [1]);
});

test("given a matrix as data, when it is compiled, then keys are its combinations", () => {
  const { keys } = groupOf(withKeys({ kind: "matrix", axes: { os: ["a", "b"], cpu: [1, 2] } }));
  assert.ok(keys.kind === "fixed");
  assert.deepEqual(
    keys.items.map((item) => item.key),
    ["a,1", "a,2", "b,1", "b,2"],
  );
});

test("given an axis without values, when it is compiled, then there are no copies", () => {
  const { keys } = groupOf(withKeys({ kind: "matrix", axes: { os: [], cpu: [1] } }));
  assert.deepEqual(keys, { kind: "fixed", items: [] });
});

test("given items whose keys cannot be used, when they are compiled, then each is a problem", () => {
  const items = [
    { value: "a" },
    { value: "a" },
    { key: "x[1]", value: 1 },
    { key: "", value: 2 },
    { key: "__proto__", value: 3 },
    { value: () => 0 },
  ];
  const messages = messagesOf(withKeys({ kind: "items", items }));
  assert.equal(messages.length, 4);
  assert.match(messages[0] ?? "", /two items have the key "a"/);
  assert.match(messages[1] ?? "", /item 3 .*reserved/);
  assert.match(messages[2] ?? "", /item 4 .*empty/);
  assert.match(messages[3] ?? "", /item 6 is not plain JSON/);
});

test("given a matrix with too many combinations, when it is compiled, then that is a problem and no waiting", () => {
  const axis = Array.from({ length: 100 }, (_, index) => index);
  const messages = messagesOf(withKeys({ kind: "matrix", axes: { a: axis, b: axis, c: axis, d: axis, e: axis } }));
  assert.match(messages[0] ?? "", /DRV_PLAN_GROUP_INVALID .*100000 combinations/);
});

test("given a list function that throws or gives no list, when parameters are bound, then that is a problem", () => {
  const failing = (list: () => unknown) => compilePlan(withKeys({ kind: "params", list }), { catalog, params: {} });
  const thrown = failing(() => {
    throw new Error("no sites");
  });
  assert.match(thrown.ok ? "" : (thrown.error[0]?.message ?? ""), /Cannot compile task "g": its list failed: no sites/);
  const noList = failing(() => "sites");
  assert.equal(noList.ok ? "" : noList.error[0]?.code, "DRV_PLAN_GROUP_INVALID");
});

test("given a list from a task, when the group does not depend on it, then that is a problem", () => {
  const definition = withKeys({ kind: "result", task: "list", path: ["a"] });
  const list = { name: "list", body: { kind: "function", run: unchanged } } as const;
  assert.match(
    messagesOf({ ...definition, tasks: [list, ...definition.tasks] })[0] ?? "",
    /on which it does not depend/,
  );
});

test("given a problem inside a group, when the plan is compiled, then its path leads through the group", () => {
  const builder = new PlanBuilder("p");
  builder.group("outer", (part) => part.group("inner", (deep) => deep.taskFunc("t", unchanged).priority(0.5)));
  const plan = compilePlan(builder.definition(), { catalog });
  assert.equal(plan.ok ? "" : plan.error[0]?.at?.path, "tasks.outer.plan.tasks.inner.plan.tasks.t.priority");
});

test("given groups as plain data nested too deep, when the plan is compiled, then that is a problem", () => {
  let plan = inner;
  for (let depth = 0; depth < 10_000; depth++)
    plan = { name: "p", tasks: [{ name: "g", body: { kind: "group", plan } }] };
  assert.match(messagesOf(plan)[0] ?? "", /DRV_PLAN_GROUP_INVALID .*deeper than 16 groups/);
});

test("given the target of a plan, when a group inside names none, then its tasks have it too", () => {
  const builder = new PlanBuilder("p", { target: "role:web" });
  builder.group("g", (part) => part.task("t", ops.node.hostnameGet()));
  assert.equal(groupOf(builder.definition()).plan.tasks[0]?.target?.text, "role:web");
});

test("given a plan with parameters used as a group, when the outermost plan lacks one, then that is a problem", () => {
  const site = new PlanBuilder("site", { params: { port: { type: "integer" }, name: { type: "string" } } });
  site.taskFunc("t", ({ params }) => ({ changed: params.port > 0 }));
  const outer = new PlanBuilder("p", { params: { port: { type: "integer" } } });
  outer.group("g", site);
  const messages = messagesOf(outer.definition());
  assert.equal(messages.length, 1);
  assert.match(messages[0] ?? "", /DRV_PLAN_GROUP_INVALID .*parameter "name", which the outermost plan does not have/);
});
