// Hooks: watching a run. They are called one at a time, in the order of the events, and change nothing.
import assert from "node:assert/strict";
import { type Hooks, Plan } from "drover";

const lines: string[] = [];
const hooks: Hooks = {
  beforePlan: ({ name, totalTasks }) => lines.push(`plan ${name}: ${totalTasks} tasks`),
  beforeLevel: (level, tasks) => lines.push(`level ${level}: ${tasks.join(", ")}`),
  beforeTask: ({ name }) => lines.push(`start ${name}`),
  afterTask: ({ name }, { status }) => lines.push(`end ${name}: ${status}`),
  onRetry: ({ name }, attempt, error) => lines.push(`retry ${name} after attempt ${attempt}: ${error.message}`),
  onSkip: ({ name }, reason) => lines.push(`skip ${name}: ${reason}`),
  afterLevel: (level, results) => lines.push(`level ${level} ended: ${results.length} tasks`),
  afterPlan: (report) => lines.push(`plan ended: ${report.verdict}`),
};

// Without barriers the levels of a plan may overlap; with them the calls come strictly level by level.
const plan = new Plan("release", { hooks, levelBarriers: true });
const build = plan.taskFunc("build", () => ({ changed: true }));
const upload = plan
  .taskFunc("upload", ({ attempt }) => {
    if (attempt === 1) throw new Error("connection reset");
    return { changed: false };
  })
  .dependsOn(build)
  .retry(2);
plan
  .taskFunc("notify", () => ({ changed: true }))
  .dependsOn(upload)
  .onlyIfChanged();

const handle = plan.start({
  hooks: {
    // A hook that throws does not disturb the run; the handle keeps what it threw.
    afterPlan: () => {
      throw new Error("the dashboard is down");
    },
  },
});
const report = await handle.report;

console.log(lines.join("\n"));
assert.equal(report.ok, true);
assert.deepEqual(lines, [
  "plan release: 3 tasks",
  "level 0: build",
  "start build",
  "end build: changed",
  "level 0 ended: 1 tasks",
  "level 1: upload",
  "start upload",
  "retry upload after attempt 1: Cannot finish task function: connection reset",
  "end upload: unchanged",
  "level 1 ended: 1 tasks",
  "level 2: notify",
  "skip notify: no dependencies changed",
  "end notify: skipped",
  "level 2 ended: 1 tasks",
  "plan ended: succeeded",
]);
assert.equal(handle.hookErrors.length, 1);
