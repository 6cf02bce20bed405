import assert from "node:assert/strict";
import { test } from "node:test";
import { codedError, formatCodedError, fromThrown } from "./coded-error.ts";
import { ERROR_CODES } from "./error-codes.ts";

test("given no hint, when an error is made, then the remedy of its code is the hint", () => {
  const { remedy } = ERROR_CODES.DRV_TASK_FUNCTION_FAILED;
  assert.equal(codedError("DRV_TASK_FUNCTION_FAILED", "Cannot do it: why").hint, remedy);
  assert.equal(fromThrown("DRV_TASK_FUNCTION_FAILED", new Error("why"), "Cannot do it").hint, remedy);
});

test("given a hint, when an error is made, then it stands in place of the remedy", () => {
  assert.equal(codedError("DRV_INTERNAL", "Cannot do it: why", { hint: "Do this" }).hint, "Do this");
});

test("given a code that is not registered, when an error is made without types, then it has no hint", () => {
  for (const code of ["DRV_MY_OWN", "__proto__", "constructor"]) {
    const error: unknown = Reflect.apply(codedError, undefined, [code, "Cannot do it: why"]);
    assert.deepEqual(error, { code, message: "Cannot do it: why" });
  }
});

test("given a place that repeats a hostile name, when an error is written, then no control character is in it", () => {
  const at = { file: "a\u001b[2Jb.yml", line: 3, path: "tasks.x\n\u009b" };
  const text = formatCodedError(codedError("DRV_INTERNAL", "Cannot do it: why", { at, hint: "Do this" }));
  assert.equal(
    text,
    String.raw`a\u001b[2Jb.yml:3 tasks.x\u000a\u009b: ` + "Cannot do it: why [DRV_INTERNAL]\n  Do this",
  );
});
