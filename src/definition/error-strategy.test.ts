import assert from "node:assert/strict";
import { test } from "node:test";
import { continueRun, exponentialBackoff, retry, stopAll } from "./error-strategy.ts";

test("given retries, when another strategy is appended, then both halves are kept", () => {
  const strategy = retry(3, { initial: "1s", max: "30s" }).then(continueRun);
  assert.deepEqual(strategy, { retry: { times: 3, initial: "1s", max: "30s" }, afterFailure: "continueRun" });
  assert.deepEqual(retry(1).then(stopAll).afterFailure, "stopAll");
});

test("given a duration or a helper as back-off, when retries are made, then it is the first delay", () => {
  assert.deepEqual(retry(2, "500ms").retry, { times: 2, initial: "500ms" });
  assert.deepEqual(retry(2, exponentialBackoff()).retry, { times: 2, initial: "1s", max: "30s" });
});

test("given retries returned from an async function, when they are awaited, then the strategy comes out and nothing hangs", async () => {
  const strategy = await Promise.resolve<unknown>(retry(4));
  assert.deepEqual(strategy, { retry: { times: 4 } });
});

test("given something else than a strategy, when it is appended to retries, then the retries stay alone", () => {
  const strategy = retry(1);
  assert.deepEqual(strategy.then({}), { retry: { times: 1 } });
});
