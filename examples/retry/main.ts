// Retry: how often, with which delays, for which failures, and what happens once the attempts are spent.
import assert from "node:assert/strict";
import { continueRun, Plan, retry } from "drover";

const plan = new Plan("retries");

// Fails twice, then works. The delays are 10 ms and 20 ms; `max` and `jitter` could bound and spread them.
plan
  .taskFunc("flaky", ({ attempt }) => {
    if (attempt < 3) throw new Error(`attempt ${attempt} found nobody`);
    return { changed: true, data: { attempt } };
  })
  .onError(retry(5, { initial: "10ms", factor: 2 }));

// Never works. Retry and "go on without it" compose.
plan
  .taskFunc("hopeless", () => {
    throw new Error("nobody there");
  })
  .onError(retry(1).then(continueRun));

// What a function returns cannot become right by asking again: such failures are not retried.
plan.taskFunc("wrong", () => ({ changed: true, data: { size: 10n } })).onError(retry(5).then(continueRun));

const report = await plan.run();
for (const { name, status, attempts, error } of report.tasks) {
  console.log(`${name}: ${status} after ${attempts} attempts${error === undefined ? "" : `, ${error.code}`}`);
}

assert.equal(report.result("flaky")?.status, "changed");
assert.deepEqual(
  report.tasks.map((task) => task.attempts),
  [3, 2, 1],
);
