import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toJson } from "../base/json.ts";
import { groupKeyOf } from "./group-key.ts";
import { nameDefect } from "./task-name.ts";

test("given items, when their keys are made, then they read like the items", () => {
  assert.equal(groupKeyOf("web1"), "web1");
  assert.equal(groupKeyOf(3), "3");
  assert.equal(groupKeyOf({ name: "db", size: 1 }), "db");
  assert.equal(groupKeyOf({ id: 7, name: "db" }), "7");
  assert.equal(groupKeyOf("/etc/motd"), "%2Fetc%2Fmotd");
  assert.match(groupKeyOf({ other: 1 }), /^[0-9a-f]{12}$/);
  assert.match(groupKeyOf(""), /^[0-9a-f]{12}$/);
});

test("given any JSON, when its key is made, then it can stand in the name of a task and is always the same", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copied = toJson(value, { bytesMax: 1_000_000 });
      assert.ok(copied.ok);
      const key = groupKeyOf(copied.value);
      assert.equal(nameDefect(key), undefined);
      assert.equal(groupKeyOf(copied.value), key);
    }),
  );
});

test("given long texts that begin alike, when their keys are made, then they differ", () => {
  const start = "x".repeat(1_000);
  assert.notEqual(groupKeyOf(`${start}a`), groupKeyOf(`${start}b`));
});
