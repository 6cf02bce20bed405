// Commands cannot be compared with what they would change, so they say themselves when they need not run.
import assert from "node:assert/strict";
import { existsSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";

using folder = mkdtempDisposableSync("/tmp/drover-commands-");
await using fleet = localFleet({ hosts: [{ name: "web1", root: folder.path }] });

const plan = new Plan("commands", { fleet, target: "web1" });
// Only when the file is not there yet. Arguments reach the program as they are: no shell reads them.
const unpack = plan.task(
  "unpack",
  ops.command.exec({ command: "tee", args: ["app; rm -rf ~"], stdin: "v1\n", creates: "/app; rm -rf ~" }),
);
// Only while the file is there.
const migrate = plan
  .task("migrate", ops.command.exec({ command: "rm", args: ["pending"], removes: "/pending" }))
  .dependsOn(unpack);
// Only when another command says so.
plan
  .task("enable", ops.command.shell({ script: 'touch "$1"', args: ["enabled"], unless: ["test", "-e", "enabled"] }))
  .dependsOn(migrate);
plan
  .task("tune", ops.command.exec({ command: "touch", args: ["tuned"], onlyIf: "test -e enabled" }))
  .dependsOn("enable");
// Exit codes besides 0 that mean success: grep answers 1 for "no such line".
plan
  .task("search", ops.command.exec({ command: "grep", args: ["-c", "debug", "tuned"], okExitCodes: [0, 1] }))
  .dependsOn("tune");

writeFileSync(`${folder.path}/pending`, "");
const statuses = async () => (await plan.run()).tasks.map((task) => task.hostResults[0]?.status ?? task.status);
const first = await statuses();
const second = await statuses();
console.log(`first:  ${first.join(", ")}\nsecond: ${second.join(", ")}`);

assert.deepEqual(first, ["changed", "changed", "changed", "changed", "changed"]);
// `tune` has no condition that its own work ends, and a command that ran counts as a change.
assert.deepEqual(second, ["unchanged", "unchanged", "unchanged", "changed", "changed"]);
assert.equal(existsSync(`${folder.path}/app; rm -rf ~`), true);
