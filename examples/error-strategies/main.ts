// Error strategies: stop everything (the default), go on without what depends on the failure, or tolerate it.
import assert from "node:assert/strict";
import { continueRun, type ErrorStrategyDefinition, Plan, stopAll } from "drover";

/** Two branches; the first one fails at once. */
function branches(onError: ErrorStrategyDefinition): Plan {
  const plan = new Plan("branches", { onError });
  const download = plan.taskFunc("download", () => {
    throw new Error("404 Not Found");
  });
  plan.taskFunc("unpack", () => ({ changed: true })).dependsOn(download);
  const prepare = plan.delay("prepare", "20ms");
  plan.taskFunc("tidy", () => ({ changed: true })).dependsOn(prepare);
  return plan;
}

const stopped = await branches(stopAll).run();
const continued = await branches(continueRun).run();
const tolerant = branches(continueRun);
tolerant.tasks.find((task) => task.name === "download")?.tolerate();
const tolerated = await tolerant.run();

for (const [strategy, report] of Object.entries({ stopped, continued, tolerated })) {
  console.log(
    `${strategy}: ${report.verdict}, ${report.tasks.map((task) => `${task.name} ${task.status}`).join(", ")}`,
  );
}

// Stop: the other branch does not get to its second task, and the report says so.
assert.equal(stopped.verdict, "failed");
assert.equal(stopped.result("tidy")?.status, "notRun");
// Continue: only what depends on the failure is left out.
assert.equal(continued.verdict, "failed");
assert.equal(continued.result("unpack")?.reason, "dependency failed");
assert.equal(continued.result("tidy")?.status, "changed");
// Tolerate: the same, and the run counts as succeeded.
assert.equal(tolerated.ok, true);
