import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../base/json.ts";
import { groupKeyOf } from "../plan/group-key.ts";
import type { GroupItem, GroupKeys } from "../plan/compiled-plan.ts";
import { planFixture, VALUE_FUNCTION_FIXTURE } from "../testing/plan-fixture.ts";
import { givenRun, type RunSpecification } from "../testing/run-specification.ts";

const RESULT: GroupKeys = { kind: "result", task: "list", path: [] };

/** A group over the data of a task, which has returned `items`. */
function expanded(items: JsonValue): RunSpecification {
  const plan = planFixture({ list: {}, each: { after: ["list"], group: { keys: RESULT, tasks: { a: {} } } } });
  return givenRun(plan).succeeds("list", items);
}

for (const [kind, item] of [
  ["a text", "web"],
  ["a number", 7],
  ["a truth value", true],
  ["an object with a name", { name: "web", port: 80 }],
  ["an object with a key and a name", { name: "web", key: "k1" }],
  ["an object without a name", { port: 80 }],
  ["a list", [1, 2]],
  ["nothing", null],
  ["a text that is part of a path", "a/b[c]"],
  ["a text with a line break", "a\nb; rm -rf"],
  ["an empty text", ""],
  ["a very long text", "k".repeat(10_000)],
  ["__proto__", "__proto__"],
] as const) {
  test(`given ${kind} in a result, when the group starts, then its key is the one that a list in the plan gives it`, () => {
    assert.deepEqual(expanded([item]).running, [`each[${groupKeyOf(item)}].a`]);
  });
}

test("given items in another order, when the group starts, then each has the same key as before", () => {
  const items = [{ port: 80 }, { port: 81 }];
  assert.deepEqual(expanded(items).running.toSorted(), expanded(items.toReversed()).running.toSorted());
});

for (const [kind, items] of [
  ["two equal texts", ["a", "a"]],
  ["two equal objects", [{ port: 80 }, { port: 80 }]],
  ["a text and a number that read the same", ["7", 7]],
] as const) {
  test(`given ${kind} in a result, when the group starts, then it fails and names the key`, () => {
    const { error } = expanded(items).task("each");
    assert.equal(error?.code, "DRV_TASK_GROUP_KEYS_INVALID");
    assert.match(error?.message ?? "", /two items have the key "/);
  });
}

for (const [kind, key] of [
  ["an empty key", ""],
  ["a key with a bracket", "a]"],
  ["a key with a line break", "a\nb"],
  ["a key that is not in normal form C", "e\u0301"],
  ["a key that is too long", "k".repeat(201)],
] as const) {
  test(`given ${kind} from outside, when the group starts, then it fails: it could not be part of a name`, () => {
    const group = { keys: { kind: "function", list: VALUE_FUNCTION_FIXTURE }, tasks: { a: {} } } as const;
    const keys: GroupItem[] = [key, "other"].map((one) => ({ key: one, value: one }));
    const run = givenRun(planFixture({ each: { group } })).evaluates("each", { keys });
    assert.equal(run.task("each").error?.code, "DRV_TASK_GROUP_KEYS_INVALID");
  });
}
