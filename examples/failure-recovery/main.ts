// Failure recovery: a branch that runs only when something failed, and cleanup that runs however it ends.
import assert from "node:assert/strict";
import { Plan } from "drover";

/** A release that works or does not, with a plan B and a cleanup. */
async function release(isBroken: boolean) {
  const plan = new Plan("release");
  const maintenance = plan.taskFunc("maintenance-on", () => ({ changed: true }));
  const migrate = plan
    .taskFunc("migrate", () => {
      if (isBroken) throw new Error("column exists");
      return { changed: true };
    })
    .dependsOn(maintenance);
  plan.taskFunc("announce", () => ({ changed: true })).dependsOn(migrate);
  // The failure branch: this edge is satisfied by a failure only. It runs although the strategy is to stop.
  const restore = plan.taskFunc("restore-backup", () => ({ changed: true })).dependsOn(migrate, { on: "failure" });
  plan.taskFunc("tell-on-call", () => ({ changed: true })).dependsOn(restore);
  // Cleanup: runs after the migration whatever became of it.
  plan.taskFunc("maintenance-off", () => ({ changed: true })).dependsOn(migrate, { on: "always" });
  const report = await plan.run();
  console.log(`${report.verdict}: ${report.tasks.map((task) => `${task.name} ${task.status}`).join(", ")}`);
  return (name: string) => report.result(name)?.status;
}

const good = await release(false);
assert.deepEqual(["announce", "restore-backup", "tell-on-call", "maintenance-off"].map(good), [
  "changed",
  "skipped",
  "skipped",
  "changed",
]);

const bad = await release(true);
assert.deepEqual(["announce", "restore-backup", "tell-on-call", "maintenance-off"].map(bad), [
  "notRun",
  "changed",
  "changed",
  "changed",
]);
