// Batches: a rollout that starts with one host, and stops when too many fail.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";

using folder = mkdtempDisposableSync("/tmp/drover-batches-");
const names = ["web1", "web2", "web3", "web4", "web5", "web6", "web7", "web8"];
for (const name of names) mkdirSync(`${folder.path}/${name}`);
await using fleet = localFleet({ hosts: names.map((name) => ({ name, root: `${folder.path}/${name}` })) });

/** Makes `/srv` on every host: first one, then half of them, then all. */
async function rollout(maxFail: number) {
  const plan = new Plan("rollout", { fleet });
  const deploy = plan
    .task("deploy", ops.file.directory({ path: "/srv/app" }), { target: "_all" })
    .batches([1, "50%"])
    .maxFail(maxFail);
  const report = await plan.run();
  const hosts = report.result(deploy)?.hostResults ?? [];
  console.log(
    `at most ${maxFail} may fail: ${report.verdict}, ${hosts.map((host) => `${host.hostname} ${host.status}`).join(", ")}`,
  );
  return { report, statusOf: (name: string) => hosts.find((host) => host.hostname === name)?.status };
}

// Something is in the way on two hosts of the second batch.
for (const name of ["web2", "web4"]) writeFileSync(`${folder.path}/${name}/srv`, "");

const strict = await rollout(1);
assert.equal(strict.report.ok, false);
assert.equal(strict.statusOf("web1"), "changed");
// The last batch was never started.
for (const name of ["web5", "web6", "web7", "web8"]) assert.equal(strict.statusOf(name), "cancelled");

const lenient = await rollout(2);
assert.equal(lenient.report.ok, true);
assert.deepEqual(["web1", "web2", "web8"].map(lenient.statusOf), ["unchanged", "failed", "changed"]);
