// Rollback: what a failed run changed is taken back, in reverse order. Files restore themselves; the rest says how.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempDisposableSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";

using folder = mkdtempDisposableSync("/tmp/drover-rollback-");
await using fleet = localFleet({ hosts: [{ name: "web1", root: folder.path }] });
const file = `${folder.path}/site.conf`;
writeFileSync(file, "old\n");
chmodSync(file, 0o640);

const journal: string[] = [];
const plan = new Plan("release", { fleet, target: "web1", rollback: "onFailure" });
// Undone from a pre-image: content, mode, owner, absence.
const config = plan.task("config", ops.file.deploy({ path: "/site.conf", content: "new\n", mode: "0600" }));
const cache = plan.task("cache", ops.file.directory({ path: "/var/cache/site" })).dependsOn(config);
// A command knows nothing about going back, so the plan says it; without this, the run would be refused at the start.
const enable = plan
  .task("enable", ops.command.exec({ command: "touch", args: ["enabled"] }))
  .dependsOn(cache)
  .undo(ops.command.exec({ command: "rm", args: ["enabled"] }));
// The same for a function.
const register = plan
  .taskFunc("register", () => {
    journal.push("registered");
    return { changed: true };
  })
  .dependsOn(enable)
  .undo(() => {
    journal.push("deregistered");
    return { changed: true };
  });
plan
  .taskFunc("check", () => {
    assert.deepEqual([readFileSync(file, "utf8"), existsSync(`${folder.path}/enabled`)], ["new\n", true]);
    throw new Error("the new release does not answer");
  })
  .dependsOn(register);

const report = await plan.run();
for (const { name, status, rolledBack } of report.tasks)
  console.log(`${name}: ${status}${rolledBack ? ", rolled back" : ""}`);

assert.equal(report.verdict, "rolledBack");
assert.deepEqual([readFileSync(file, "utf8"), statSync(file).mode & 0o777], ["old\n", 0o640]);
assert.equal(existsSync(`${folder.path}/var/cache`), false);
assert.equal(existsSync(`${folder.path}/enabled`), false);
assert.deepEqual(journal, ["registered", "deregistered"]);
