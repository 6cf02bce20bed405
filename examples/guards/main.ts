// Guards: tasks that run only on a condition. They compose, and every skip says why.
import assert from "node:assert/strict";
import { continueRun, minCpu, Plan } from "drover";

const plan = new Plan("guards", { onError: continueRun, params: { channel: { type: "string", default: "beta" } } });
const config = plan.taskFunc("config", () => ({ changed: true }));
const page = plan.taskFunc("page", () => ({ changed: false }));
const probe = plan
  .taskFunc("probe", () => {
    throw new Error("503 Service Unavailable");
  })
  .tolerate();

const done = () => ({ changed: true });
// Some dependency changed; every dependency changed; some dependency failed.
plan.taskFunc("restart", done).dependsOn(config, page).onlyIfChanged();
plan.taskFunc("rebuild", done).dependsOn(config, page).onlyIfAllChanged();
plan.taskFunc("page-someone", done).dependsOn(probe).onlyIfFailed();
plan.taskFunc("all-quiet", done).dependsOn(config).onlyIfFailed();
// A condition of your own, of parameters and results. All guards must pass.
plan
  .taskFunc("publish", done)
  .dependsOn(config)
  .onlyIfChanged()
  .when(({ params }) => params.channel === "stable", "only the stable channel is published");
// A guard does not switch off a dependency: this one would run, but what it needs has failed.
plan
  .taskFunc("promote", done)
  .dependsOn(probe)
  .when(() => true);
// Facts of the host that the task is for.
plan.script("use-cores", { script: "true", target: "_any" }).whenFact(minCpu(1_000_000), "needs a million processors");

const report = await plan.run();
for (const { name, status, reason = "" } of report.tasks) console.log(`${name}: ${status} ${reason}`);

const outcome = (name: string) => [report.result(name)?.status, report.result(name)?.reason];
assert.equal(report.ok, true);
assert.deepEqual(outcome("restart"), ["changed", undefined]);
assert.deepEqual(outcome("rebuild"), ["skipped", "only-if-all-changed: not all dependencies changed"]);
assert.deepEqual(outcome("page-someone"), ["changed", undefined]);
assert.deepEqual(outcome("all-quiet"), ["skipped", "only-if-failed: no dependency failed"]);
assert.deepEqual(outcome("publish"), ["skipped", "only the stable channel is published"]);
assert.deepEqual(outcome("promote"), ["skipped", "dependency failed"]);
assert.deepEqual(outcome("use-cores"), ["skipped", "needs a million processors"]);
