// Gates: tasks that wait, for time, for people, or for a signal from outside.
import assert from "node:assert/strict";
import { Plan } from "drover";

const plan = new Plan("release");
const build = plan.taskFunc("build", () => ({ changed: true }));
const settle = plan.delay("settle", "20ms").dependsOn(build);
const allowed = plan.approval("allow", { message: "Release to production?", quorum: 2 }).dependsOn(settle);
const window = plan.signal("window-open").dependsOn(settle);
plan.taskFunc("deploy", () => ({ changed: true })).dependsOn(allowed, window);

/** Runs the plan; `answer` is called once, when both gates wait. */
async function release(answer: (handle: ReturnType<typeof plan.start>) => void) {
  let hasAnswered = false;
  const handle = plan.start({
    observer: {
      onEvents: (_events, view) => {
        const isWaiting = (name: string) => view.task(view.indexOf(name) ?? 0).status === "waiting";
        if (hasAnswered || !isWaiting("allow") || !isWaiting("window-open")) return;
        hasAnswered = true;
        // After the event: a run is never changed from inside one of its observers.
        queueMicrotask(() => answer(handle));
      },
    },
  });
  const report = await handle.report;
  console.log(`${report.verdict}: ${report.tasks.map((task) => `${task.name} ${task.status}`).join(", ")}`);
  return report;
}

const approved = await release((handle) => {
  handle.approve(allowed, { actor: "ada" });
  handle.approve(allowed, { actor: "grace", reason: "tests are green" });
  handle.signal("window-open", { payload: { until: "18:00" } });
});
assert.equal(approved.result("deploy")?.status, "changed");

const refused = await release((handle) => handle.reject(allowed, { actor: "ada", reason: "not on a Friday" }));
assert.equal(refused.verdict, "failed");
assert.match(refused.result(allowed)?.error?.message ?? "", /not on a Friday/);
assert.equal(refused.result("deploy")?.status, "notRun");
