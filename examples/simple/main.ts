// The first program: two operations and a function, run twice. The second run changes nothing.
import assert from "node:assert/strict";
import { mkdtempDisposableSync } from "node:fs";
import { localFleet, ops, Plan, retry } from "drover";

using folder = mkdtempDisposableSync("/tmp/drover-simple-");
await using fleet = localFleet({ hosts: [{ name: "web1", root: folder.path }] });

const plan = new Plan("hello", { fleet, target: "_any", rollback: "onFailure" });
const site = plan.task("site", ops.file.directory({ path: "/srv/site" }));
const content = "Hello from {{ facts.hostname }}\n";
const page = plan
  .task("page", ops.file.deploy({ path: "/srv/site/index.html", content, contentType: "template" }))
  .dependsOn(site);
plan
  .taskFunc("announce", ({ results }) => ({ changed: true, data: { page: results.get(page)?.sha256 ?? null } }))
  .dependsOn(page)
  .onlyIfChanged()
  .onError(retry(3, "1s"));

const first = await plan.run();
console.log(first.summary());
const second = await plan.run();
console.log(second.summary());

assert.deepEqual([first.ok, first.view.counts.changed], [true, 3]);
assert.deepEqual([second.ok, second.view.counts.unchanged, second.view.counts.skipped], [true, 2, 1]);
