import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failed, Outcome } from "../operation/outcome.ts";
import { outcomeOfReturned, outcomeOfThrown } from "./function-outcome.ts";

function failedWith(outcome: Outcome, code: string): Failed {
  assert.equal(outcome.status, "failed");
  assert.ok(outcome.status === "failed");
  assert.equal(outcome.error.code, code);
  return outcome;
}

test("given a function that returns { changed }, when it is read, then the outcome says so", () => {
  assert.equal(outcomeOfReturned({ changed: true }).status, "changed");
  assert.equal(outcomeOfReturned({ changed: false }).status, "unchanged");
});

test("given a function that returns nothing, when it is read, then the task fails for good with the reason", () => {
  const failure = failedWith(outcomeOfReturned(undefined), "DRV_TASK_RESULT_INVALID");
  assert.match(failure.error.message, /it is nothing/);
  assert.equal(failure.errorClass, "fatal");
});

test("given a function that returns something without changed, when it is read, then it is no result", () => {
  for (const returned of [null, 1, "done", true, [], {}, { changed: "yes" }]) {
    failedWith(outcomeOfReturned(returned), "DRV_TASK_RESULT_INVALID");
  }
});

test("given cyclic data, when it is read, then the path of the cycle is named", () => {
  const data: Record<string, unknown> = { list: [] };
  data["list"] = [data];
  const failure = failedWith(outcomeOfReturned({ changed: true, data }), "DRV_TASK_RESULT_INVALID");
  assert.match(failure.error.message, /\$\.list\[0\]/);
});

test("given 50 MB of data, when it is read, then it is refused as too large", () => {
  failedWith(outcomeOfReturned({ changed: true, data: "x".repeat(50 * 1024 * 1024) }), "DRV_TASK_RESULT_TOO_LARGE");
});

test("given data that JSON cannot hold, when it is read, then it fails instead of losing it silently", () => {
  for (const data of [
    () => 1,
    10n,
    Symbol("s"),
    Number.NaN,
    new Map([[1, 2]]),
    { deep: { at: Number.POSITIVE_INFINITY } },
  ]) {
    failedWith(outcomeOfReturned({ changed: true, data }), "DRV_TASK_RESULT_INVALID");
  }
});

test("given data with a __proto__ member, when it is read, then it is an ordinary member and no prototype changes", () => {
  const data: unknown = JSON.parse('{"__proto__": {"polluted": true}}');
  const outcome = outcomeOfReturned({ changed: true, data });
  assert.ok(outcome.status === "changed");
  assert.equal(JSON.stringify(outcome.data), '{"__proto__":{"polluted":true}}');
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
});

test("given the status failed, when it is read, then the task failed and its data is kept", () => {
  const failure = failedWith(
    outcomeOfReturned({ changed: true, status: "failed", data: { code: 3 } }),
    "DRV_TASK_FUNCTION_FAILED",
  );
  assert.deepEqual(failure.data, { code: 3 });
  assert.equal(failure.changed, true);
});

test("given host results with a failed host, when they are read, then the task failed and keeps all of them", () => {
  const hostResults = [
    { hostname: "web1", status: "changed", changed: true },
    { hostname: "web2", changed: false, error: { code: "E1", message: "no" } },
  ];
  const failure = failedWith(outcomeOfReturned({ changed: true, hostResults }), "DRV_TASK_FUNCTION_FAILED");
  assert.deepEqual(
    failure.hostResults?.map((host) => [host.hostname, host.status]),
    [
      ["web1", "changed"],
      ["web2", "failed"],
    ],
  );
});

test("given a function that skips itself, when it is read, then the reason is kept", () => {
  assert.deepEqual(outcomeOfReturned({ changed: false, status: "skipped", reason: "nothing to do" }), {
    status: "skipped",
    reason: "nothing to do",
  });
});

test("given something thrown that is no error, when it is read, then its text is the message", () => {
  for (const [thrown, text] of [
    ["boom", "boom"],
    [undefined, "undefined"],
    [{ a: 1 }, '{"a":1}'],
    [null, "null"],
  ] as const) {
    const failure = outcomeOfThrown(thrown);
    assert.equal(failure.error.code, "DRV_TASK_FUNCTION_FAILED");
    assert.ok(failure.error.message.endsWith(text), failure.error.message);
  }
});

test("given an error that carries a class and a delay, when it is read, then the retry policy gets both", () => {
  const failure = outcomeOfThrown(Object.assign(new Error("busy"), { retryAfterMs: 500 }));
  assert.equal(failure.errorClass, "retryable");
  assert.equal(failure.retryAfterMs, 500);
  assert.equal(outcomeOfThrown(Object.assign(new Error("bad"), { errorClass: "fatal" })).errorClass, "fatal");
});

test("given data whose toJSON or getter throws, when it is read, then the task fails instead of the program", () => {
  const thrower = {
    toJSON() {
      throw new Error("not today");
    },
  };
  const getter = {
    get secret() {
      throw new Error("not today");
    },
  };
  for (const data of [thrower, getter, { deep: [getter] }]) {
    const failure = failedWith(outcomeOfReturned({ changed: true, data }), "DRV_TASK_RESULT_INVALID");
    assert.match(failure.error.message, /not today/);
  }
});

test("given a result whose changed cannot be read, when it is read, then the task fails instead of the program", () => {
  const returned = {
    get changed() {
      throw new Error("not today");
    },
  };
  failedWith(outcomeOfReturned(returned), "DRV_TASK_RESULT_INVALID");
});
