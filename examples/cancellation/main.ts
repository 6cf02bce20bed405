// Cancellation: an AbortSignal ends a run gracefully. What runs is asked to stop, cleanup still runs, the report comes.
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { Plan } from "drover";

const controller = new AbortController();
const plan = new Plan("long");
const lock = plan.taskFunc("lock", () => ({ changed: true }));
const work = plan
  .taskFunc("work", async ({ signal }) => {
    controller.abort(new Error("the maintenance window is over")); // As if somebody pressed Ctrl-C now.
    await wait(60_000, undefined, { signal });
    return { changed: true };
  })
  .dependsOn(lock);
const publish = plan.taskFunc("publish", () => ({ changed: true })).dependsOn(work);
const unlock = plan
  .taskFunc("unlock", () => ({ changed: true }))
  .dependsOn(lock, { on: "always" })
  .after(work, { on: "always" });

const report = await plan.run({ signal: controller.signal });
for (const { name, status, reason = "" } of report.tasks) console.log(`${name}: ${status} ${reason}`);

assert.equal(report.verdict, "cancelled");
assert.equal(report.result(work)?.status, "cancelled");
assert.equal(report.result(publish)?.status, "notRun");
assert.equal(report.result(unlock)?.status, "changed");
assert(report.durationMs < 10_000);
