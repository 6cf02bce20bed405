// Groups: sub-plans that look like one task from outside, also one for each item of a list or each combination of values.
import assert from "node:assert/strict";
import { Plan } from "drover";

const plan = new Plan("groups");

// A group is one node; its tasks are named `group.task`.
const build = plan.group("build", (part) => {
  const compile = part.taskFunc("compile", () => ({ changed: true }));
  part.taskFunc("package", () => ({ changed: true })).dependsOn(compile);
});

// One copy for each combination: test[debian,1] test[debian,2] test[alpine,1] test[alpine,2]
const test = plan
  .matrix("test", { system: ["debian", "alpine"], version: [1, 2] }, ({ system, version }, part) => {
    part.taskFunc("unit", () => ({ changed: false, data: `${system} ${version}` }));
  })
  .dependsOn(build);

// A list that only the run knows: the items are in the data of another task.
const find = plan
  .taskFunc("find-sites", () => ({ changed: false, data: { sites: ["berlin", "lisbon"] } }))
  .dependsOn(test);
plan.foreach<string>("publish", { from: find, path: "sites" }, (site, part) => {
  const upload = part.taskFunc("upload", (context) => ({ changed: true, data: `to ${site.of(context)}` }));
  // Inside a copy, results are those of the same copy.
  part
    .taskFunc("warm", ({ results }) => ({ changed: true, data: { uploaded: results.get(upload) ?? null } }))
    .dependsOn(upload);
});
plan.taskFunc("announce", ({ results }) => ({ changed: results.changed("publish") })).dependsOn("publish");

const report = await plan.run();
const statuses = new Map(report.tasks.map((task) => [task.name, task.status]));
for (const [name, status] of statuses) console.log(`${name}: ${status}`);

assert.equal(report.ok, true);
assert.equal(statuses.get("build.package"), "changed");
assert.equal(report.result("test[alpine,2].unit")?.data, "alpine 2");
assert.equal(statuses.get("test"), "unchanged");
assert.equal(report.result("publish[lisbon].upload")?.data, "to lisbon");
assert.deepEqual(report.result("publish[berlin].warm")?.data, { uploaded: "to berlin" });
assert.equal(statuses.get("announce"), "changed");
