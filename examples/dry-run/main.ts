// Dry run: what would change, with diffs, without changing anything.
import assert from "node:assert/strict";
import { existsSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";

using folder = mkdtempDisposableSync("/tmp/drover-dry-run-");
await using fleet = localFleet({ hosts: [{ name: "web1", root: folder.path }] });
writeFileSync(`${folder.path}/site.conf`, "listen 80\n");

let callCount = 0;
const plan = new Plan("release", { fleet, target: "web1" });
const config = plan.task("config", ops.file.deploy({ path: "/site.conf", content: "listen 443\n" }));
const same = plan.task("same", ops.file.line({ path: "/site.conf", line: "listen 80" }));
const logs = plan.task("logs", ops.file.directory({ path: "/var/log/site" }));
// Functions are not called: what they would do is not known, and what depends on them is conditional.
const measure = plan.taskFunc("measure", () => {
  callCount += 1;
  return { changed: true };
});
const tune = plan
  .task("tune", ops.file.deploy({ path: "/tuned", content: "yes\n" }))
  .dependsOn(measure)
  .onlyIfChanged();

const report = await plan.dryRun();
for (const { name, status, conditional } of report.tasks) {
  console.log(`${name}: ${conditional ? "depends on the run" : status === "changed" ? "would change" : status}`);
}
const diff = report.result(config)?.hostResults[0]?.changes?.[0]?.diff ?? "";
console.log(diff);

assert.match(diff, /^-listen 80$/m);
assert.match(diff, /^\+listen 443$/m);
assert.equal(report.result(same)?.status, "unchanged");
assert.equal(report.result(logs)?.status, "changed");
assert.deepEqual([report.result(measure)?.conditional, report.result(tune)?.conditional], [true, true]);
assert.equal(callCount, 0);
assert.equal(readFileSync(`${folder.path}/site.conf`, "utf8"), "listen 80\n");
assert.equal(existsSync(`${folder.path}/var`), false);
