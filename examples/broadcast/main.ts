// Broadcast: one task on many hosts, and guards that look at single hosts.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { continueRun, fleetFromFile, ops, Plan } from "drover";

// Each host is a folder of this machine: what a task writes to /etc of web1 lands in hosts/web1/etc.
using folder = mkdtempDisposableSync("/tmp/drover-broadcast-");
const rootOf = (host: string): string => `${folder.path}/hosts/${host}`;
for (const host of ["web1", "web2", "db1"]) mkdirSync(rootOf(host), { recursive: true });
copyFileSync(`${import.meta.dirname}/hosts.yml`, `${folder.path}/hosts.yml`);
await using fleet = await fleetFromFile(`${folder.path}/hosts.yml`);
// On web2 somebody has put a file where a folder is needed.
writeFileSync(`${rootOf("web2")}/srv`, "in the way");

const plan = new Plan("broadcast", { fleet, onError: continueRun });
const motd = plan.task("motd", ops.file.deploy({ path: "/etc/motd", content: "{{ host.name }}\n", vars: {} }), {
  target: "_all",
});
const site = plan.task("site", ops.file.directory({ path: "/srv/site" }), { target: "role:web" }).tolerate();
plan.task("one-of-them", ops.node.hostnameGet(), { target: "_any" });
plan.task("in-europe", ops.node.hostnameGet(), { target: "group:prod.eu" });

// Guards on the hosts of a dependency.
const done = () => ({ changed: true });
plan.taskFunc("some-host-failed", done).dependsOn(site).onlyIfAnyHostFailed();
plan.taskFunc("every-host-failed", done).dependsOn(site).onlyIfAllHostsFailed();
plan.taskFunc("some-host-changed", done).dependsOn(motd).onlyIfAnyHostChanged();
plan.taskFunc("every-host-changed", done).dependsOn(motd).onlyIfAllHostsChanged();
plan.taskFunc("some-host-skipped", done).dependsOn(motd).onlyIfAnyHostSkipped();

const report = await plan.run();
for (const { name, status, reason, hostResults } of report.tasks) {
  const hosts = hostResults.map((host) => `${host.hostname} ${host.status}`).join(", ");
  console.log(`${name}: ${status} ${reason ?? hosts}`);
}

const hostsOf = (name: string) => report.result(name)?.hostResults.map((host) => `${host.hostname} ${host.status}`);
assert.deepEqual(hostsOf("motd"), ["db1 changed", "web1 changed", "web2 changed"]);
assert.equal(existsSync(`${rootOf("web1")}/etc/motd`), true);
assert.deepEqual(hostsOf("site"), ["web1 changed", "web2 failed"]);
assert.deepEqual(hostsOf("in-europe"), ["db1 unchanged", "web1 unchanged"]);
assert.equal(hostsOf("one-of-them")?.length, 1);
assert.deepEqual(
  ["some-host-failed", "every-host-failed", "some-host-changed", "every-host-changed", "some-host-skipped"].map(
    (name) => report.result(name)?.status,
  ),
  ["changed", "skipped", "changed", "changed", "skipped"],
);
