import assert from "node:assert/strict";
import { test } from "node:test";
import { DroverError } from "../base/coded-error.ts";
import { memoryContentStore } from "../operation/memory-content-store.ts";
import { builtinProviders } from "../providers/registry.ts";
import { systemClock, systemRandom } from "../runner/system.ts";
import { createLocalFleet, type LocalFleetOptions } from "./local-fleet.ts";

function fleetOf(hosts: NonNullable<LocalFleetOptions["hosts"]>) {
  return createLocalFleet({
    hosts,
    providers: builtinProviders(),
    contents: memoryContentStore(),
    clock: systemClock,
    random: systemRandom,
  });
}

test("given hosts in any order, when a fleet is made, then it lists them by name with their labels", async () => {
  await using fleet = fleetOf([{ name: "web2" }, { name: "db1", labels: { role: "db" } }]);
  assert.deepEqual(fleet.hosts(), [
    { name: "db1", labels: { role: "db" } },
    { name: "web2", labels: {} },
  ]);
});

test("given names and labels no target can name, and a name twice, when a fleet is made, then all are reported together", () => {
  const hosts = [
    { name: "web 1" },
    { name: "web2" },
    { name: "web2" },
    { name: "web3", labels: { "a/b": "c", role: "$(id)" } },
  ];
  assert.throws(
    () => fleetOf(hosts),
    (thrown) => {
      assert.ok(thrown instanceof DroverError);
      assert.deepEqual(
        thrown.errors.map((error) => error.code),
        Array.from({ length: 4 }, () => "DRV_FLEET_HOST_INVALID"),
      );
      return true;
    },
  );
});

test("given a fleet, when facts of a host that is not in it are asked for, then the error names it", async () => {
  await using fleet = fleetOf([{ name: "web1" }]);
  const facts = await fleet.facts("web9");
  assert.ok(!facts.ok);
  assert.equal(facts.error.code, "DRV_FLEET_UNKNOWN_HOST");
});
