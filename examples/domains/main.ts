// One task of each domain that host-setup does not show: looked at on this machine, and nothing of it changed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync, readdirSync } from "node:fs";
import { continueRun, localFleet, ops, Plan } from "drover";

await using fleet = localFleet();
using work = mkdtempDisposableSync("/tmp/drover-domains-");
const repository = `${work.path}/origin`;
const git = (...words: readonly string[]) => execFileSync("git", words, { stdio: "ignore" });
git("init", repository);
git(
  "-C",
  repository,
  "-c",
  "user.name=me",
  "-c",
  "user.email=me@example.org",
  "commit",
  "--allow-empty",
  "-m",
  "first",
);
git("-C", repository, "tag", "v1");

const plan = new Plan("a host of every kind", { fleet, target: "_any", onError: continueRun });

const team = plan.task("group", ops.group.ensure({ name: "drover-team" }));
const user = plan.task("user", ops.user.ensure({ name: "drover-deploy", shell: "/bin/sh" })).dependsOn(team);
plan
  .task(
    "ssh key",
    ops.sshKey.ensure({
      user: "root",
      key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJvdGF0ZSBtZSBvZnRlbiwgSSBhbSBhbiBleGFtcGxl deploy",
    }),
  )
  .dependsOn(user);
plan.task("package", ops.package.ensure({ name: "nginx" }));
plan.task("firewall", ops.firewall.rule({ name: "web", action: "accept", protocol: "tcp", ports: [80, 443] }));
plan.task(
  "checkout",
  ops.git.checkout({ repository: `file://${repository}`, path: `${work.path}/app`, revision: "v1" }),
);
plan.task("script", ops.script.run({ script: "echo migrated", creates: `${work.path}/migrated` }));
plan.task("container", ops.docker.ensure({ name: "web", image: "nginx:1.27" }));
plan.task("restart", ops.power.reboot({ confirm: true }));
plan.task("processes", ops.process.list());

const looked = await plan.dryRun();
for (let index = 0; index < looked.view.taskCount; index++) {
  const { name, status, reason, error } = looked.view.task(index);
  console.log(`${name.padEnd(10)} ${status.padEnd(10)} ${reason ?? error?.message ?? ""}`);
}
assert.ok(looked.view.isDryRun);
assert.deepEqual(readdirSync(work.path), ["origin"]);
