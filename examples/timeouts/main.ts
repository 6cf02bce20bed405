// Timeouts: for one attempt, for all of them together, for the wait in the queue, and for silence.
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { continueRun, Plan } from "drover";

const plan = new Plan("timeouts", { onError: continueRun, concurrency: { licence: 1 } });

// One attempt. Its signal is aborted; time running out may be retried like any other failure.
plan
  .taskFunc("attempt", async ({ attempt, signal }) => {
    if (attempt === 1) await wait(60_000, undefined, { signal });
    return { changed: true };
  })
  .timeout("30ms")
  .retry(1);
// All attempts with the waits between them.
plan
  .taskFunc("total", () => {
    throw new Error("busy");
  })
  .retry(900, "10ms")
  .timeouts({ total: "60ms" });
// Silence: `progress` is the sign of life.
plan
  .taskFunc("heartbeat", async ({ progress, signal }) => {
    progress(10);
    await wait(60_000, undefined, { signal });
    return { changed: true };
  })
  .timeouts({ heartbeat: "30ms" });
// From ready to started: there is one licence, and somebody else has it.
plan
  .taskFunc("holder", async () => {
    await wait(150);
    return { changed: true };
  })
  .concurrencyKey("licence")
  .priority(1);
plan
  .taskFunc("queue", () => ({ changed: true }))
  .concurrencyKey("licence")
  .timeouts({ queue: "30ms" });

const report = await plan.run();
for (const { name, status, attempts, error } of report.tasks)
  console.log(`${name}: ${status}, ${attempts} attempts ${error?.code ?? ""}`);

assert.deepEqual([report.result("attempt")?.status, report.result("attempt")?.attempts], ["changed", 2]);
assert.equal(report.result("total")?.error?.code, "DRV_TASK_TOTAL_TIMEOUT");
assert.equal(report.result("heartbeat")?.error?.code, "DRV_TASK_HEARTBEAT_TIMEOUT");
assert.equal(report.result("holder")?.status, "changed");
assert.equal(report.result("queue")?.error?.code, "DRV_TASK_QUEUE_TIMEOUT");
