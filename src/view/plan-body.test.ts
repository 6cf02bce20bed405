import assert from "node:assert/strict";
import { test } from "node:test";
import { toJson } from "../base/json.ts";
import { must } from "../base/assert.ts";
import { Plan } from "../library/plan.ts";
import { ops } from "../operation/ops.ts";
import { planBodyOf } from "../plan/plan-body.ts";
import { readPlanBody, type PlanBody } from "./plan-body.ts";

function bodyOf(build: (plan: Plan) => void): PlanBody {
  const plan = new Plan("site", { target: "_all" });
  build(plan);
  const written = toJson(planBodyOf(plan.compile()), { bytesMax: 1_000_000 });
  assert.ok(written.ok);
  return readPlanBody(written.value);
}

test("given the body that a run keeps of its plan, when it is read, then every task has its name, kind and target", () => {
  const body = bodyOf((plan) => {
    plan.task("install", ops.command.exec({ command: "true" }), { title: "Install it" });
    plan.delay("wait", "1s");
  });
  assert.equal(body.name, "site");
  assert.deepEqual(body.tasks, [
    { name: "install", title: "Install it", target: "_all", kind: "operation", operation: "command.exec" },
    { name: "wait", kind: "gate" },
  ]);
});

test("given a group over fixed items, when its body is read, then its items and their tasks are known", () => {
  const body = bodyOf((plan) => {
    plan.foreach("each", ["a", "b"], (_item, inner) => {
      inner.task("copy", ops.command.exec({ command: "true" }));
    });
  });
  const group = must(body.tasks[0], "the plan has one task");
  assert.equal(group.kind, "group");
  assert.deepEqual(
    group.items?.map(({ key }) => key),
    ["a", "b"],
  );
  const tasks = group.items?.[0]?.tasks ?? group.tasks;
  assert.deepEqual(
    tasks?.map(({ name }) => name),
    ["copy"],
  );
});

test("given a document that is no body of a plan, when it is read, then what it does not say is left out", () => {
  assert.deepEqual(readPlanBody(null), { name: undefined, tasks: [] });
  assert.deepEqual(readPlanBody({ name: 7, tasks: "none" }), { name: undefined, tasks: [] });
  assert.deepEqual(
    readPlanBody({ tasks: [null, { name: "a", plan: [], keys: { kind: "fixed", items: [7] } }] }).tasks,
    [{ name: "#0" }, { name: "a" }],
  );
});
