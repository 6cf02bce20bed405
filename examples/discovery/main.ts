// Discovery: find hosts by their facts, then make tasks for what was found.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import {
  arch,
  discover,
  factEquals,
  groupByFact,
  hasLabel,
  localFleet,
  minCpu,
  minMemory,
  ops,
  os,
  Plan,
} from "drover";

using folder = mkdtempDisposableSync("/tmp/drover-discovery-");
// Three hosts on this machine; each may have its own /etc/os-release and facts.
const hosts = [
  { name: "web1", system: "debian", labels: { role: "web" }, customFacts: { rack: 1 } },
  { name: "web2", system: "alpine", labels: { role: "web" }, customFacts: { rack: 2 } },
  { name: "db1", system: "debian", labels: { role: "db" }, customFacts: { rack: 2 } },
].map(({ system, ...host }) => {
  const root = `${folder.path}/${host.name}`;
  mkdirSync(`${root}/etc`, { recursive: true });
  writeFileSync(`${root}/etc/os-release`, `ID=${system}\nVERSION_ID=1\n`);
  return { ...host, root };
});
await using fleet = localFleet({ hosts });

const namesOf = (found: readonly { readonly name: string }[]): readonly string[] => found.map((host) => host.name);
assert.deepEqual(namesOf(await discover(fleet)), ["db1", "web1", "web2"]);
// All predicates must hold; no host is an empty list.
const debianWeb = await discover(fleet, [os("debian"), hasLabel("role", "web"), minCpu(1), minMemory(1)]);
assert.deepEqual(namesOf(debianWeb), ["web1"]);
assert.deepEqual(namesOf(await discover(fleet, [factEquals("rack", 2)])), ["db1", "web2"]);
assert.deepEqual(namesOf(await discover(fleet, [arch("pdp11")])), []);

// One task for each kind of system, on the hosts that have it.
const plan = new Plan("packages", { fleet });
for (const [system, members] of await groupByFact(fleet, "os.distribution")) {
  for (const { name } of members) {
    plan.task(`${system}-${name}`, ops.file.deploy({ path: "/etc/packages", content: `for ${system}\n` }), {
      target: name,
    });
  }
}
const report = await plan.run();
console.log(report.tasks.map((task) => task.name).join(", "));

assert.equal(report.ok, true);
assert.deepEqual(
  report.tasks.map((task) => task.name),
  ["alpine-web2", "debian-db1", "debian-web1"],
);
