import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseTarget } from "./target.ts";

test("given each form of a target, when it is read, then it has its kind and parts", () => {
  const read = (text: string) => {
    const parsed = parseTarget(text);
    assert.ok(parsed.ok, text);
    return parsed.value;
  };
  assert.deepEqual(read("_any"), { kind: "any", text: "_any" });
  assert.deepEqual(read("_all"), { kind: "all", text: "_all" });
  assert.deepEqual(read("web-1.example.org"), { kind: "host", text: "web-1.example.org", name: "web-1.example.org" });
  assert.deepEqual(read("group:web.dev"), { kind: "label", text: "group:web.dev", key: "group", value: "web.dev" });
  assert.deepEqual(read("docker:app"), { kind: "container", text: "docker:app", container: "app" });
  assert.deepEqual(read("docker:app@web1"), {
    kind: "container",
    text: "docker:app@web1",
    container: "app",
    host: "web1",
  });
  assert.equal(read("__proto__").kind, "host");
});

test("given what is no target, when it is read, then the error has its code and place and the value only in short", () => {
  const wrong = ["", " ", "a b", "a/b", "a:b:c", "a:", ":b", "a:b..c", "a:.b", "docker:", "docker:a@", "docker:a@b@c"];
  for (const text of [...wrong, "; rm -rf /", "a\0", "a\n", "x".repeat(10_000_000), undefined, null, 5, {}]) {
    const parsed = parseTarget(text, { at: { path: "tasks.a.target" } });
    assert.ok(!parsed.ok);
    assert.equal(parsed.error.code, "DRV_PLAN_TARGET_INVALID");
    assert.equal(parsed.error.at?.path, "tasks.a.target");
    assert.ok(parsed.error.message.length < 250);
  }
});

test("given any text, when it is read as a target, then it is refused or kept as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const parsed = parseTarget(text);
      if (parsed.ok) assert.equal(parsed.value.text, text);
      assert.equal(parsed.ok && /[\s\0;$`'"]/.test(text), false);
    }),
  );
});
