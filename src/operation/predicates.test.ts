import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionsOf } from "./conditions.ts";
import { factText, factValue } from "./fact-value.ts";
import type { Facts } from "./facts.ts";
import {
  arch,
  factEquals,
  hasCondition,
  hasLabel,
  healthy,
  matchAll,
  minCpu,
  minMemory,
  noCondition,
  os,
} from "./predicates.ts";

const GIB = 1024 ** 3;

const HEALTHY: Facts = {
  hostname: "web-1",
  fqdn: "web-1.example.org",
  os: { family: "debian", distribution: "Ubuntu", version: "24.04" },
  architecture: "x64",
  kernel: "6.8.0",
  cpuCount: 4,
  memory: { totalBytes: 8 * GIB, availableBytes: 4 * GIB },
  disks: [{ mount: "/", totalBytes: 100, usedBytes: 50, freeBytes: 50 }],
  load: { one: 1, five: 1, fifteen: 1 },
  uptimeSeconds: 60,
  interfaces: [{ name: "eth0", addresses: ["10.0.0.1"] }],
  serviceManager: "systemd",
  packageManager: "apt",
  isContainer: false,
  labels: { group: "web.dev" },
  custom: { rack: "r1", slots: 4, "a.b": true },
};

test("given facts, when predicates ask, then words compare regardless of case and labels exactly", () => {
  assert.equal(os("ubuntu")(HEALTHY), true);
  assert.equal(os("debian")(HEALTHY), false);
  assert.equal(os("")({ ...HEALTHY, os: { family: "", distribution: "", version: "" } }), false);
  assert.equal(arch("X64")(HEALTHY), true);
  assert.equal(arch("amd64")(HEALTHY), true);
  assert.equal(arch("arm64")(HEALTHY), false);
  assert.equal(hasLabel("group", "web.dev")(HEALTHY), true);
  assert.equal(hasLabel("group", "web")(HEALTHY), false);
  assert.equal(hasLabel("__proto__", "web")(HEALTHY), false);
});

test("given facts, when sizes are asked, then the limit itself is enough", () => {
  assert.equal(minMemory(8 * GIB)(HEALTHY), true);
  assert.equal(minMemory(8 * GIB + 1)(HEALTHY), false);
  assert.equal(minCpu(4)(HEALTHY), true);
  assert.equal(minCpu(5)(HEALTHY), false);
});

test("given keys in either wording, when facts are looked up, then built-in and custom ones are found", () => {
  assert.equal(factValue(HEALTHY, "os.distribution"), "Ubuntu");
  assert.equal(factValue(HEALTHY, "memory.totalBytes"), 8 * GIB);
  assert.equal(factValue(HEALTHY, "service_manager"), "systemd");
  assert.equal(factValue(HEALTHY, "kernel_version"), "6.8.0");
  assert.equal(factValue(HEALTHY, "rack"), "r1");
  assert.equal(factValue(HEALTHY, "custom.rack"), "r1");
  assert.equal(factValue(HEALTHY, "a.b"), true);
  assert.equal(factText(HEALTHY, "slots"), undefined);
  for (const key of ["", "nope", "os.nope", "__proto__", "constructor.name", "os.distribution.length"]) {
    assert.equal(factValue(HEALTHY, key), undefined, key);
  }
});

test("given a numeric fact, when it is compared with a whole number, then equal values match", () => {
  assert.equal(factEquals("slots", 4)(HEALTHY), true);
  assert.equal(factEquals("slots", 4.0)(HEALTHY), true);
  assert.equal(factEquals("slots", "4")(HEALTHY), false);
  assert.equal(factEquals("nope", null)(HEALTHY), false);
});

test("given values at and above the limits, when conditions are derived, then only above counts", () => {
  const memory = (availableBytes: number) => ({ ...HEALTHY, memory: { totalBytes: 100, availableBytes } });
  assert.deepEqual(conditionsOf(memory(10)), []);
  assert.deepEqual(conditionsOf(memory(9)), [{ type: "memoryPressure", reason: "Memory 91.0 % used, limit 90 %" }]);
  const disk = (usedBytes: number) => ({
    ...HEALTHY,
    disks: [{ mount: "/srv", totalBytes: 1_000, usedBytes, freeBytes: 1_000 - usedBytes }],
  });
  assert.deepEqual(conditionsOf(disk(900)), []);
  assert.deepEqual(conditionsOf(disk(901)), [{ type: "diskPressure", reason: "Disk used: /srv 90.1 %, limit 90 %" }]);
  const load = (one: number) => ({ ...HEALTHY, load: { one, five: 0, fifteen: 0 } });
  assert.deepEqual(conditionsOf(load(8)), []);
  assert.deepEqual(conditionsOf(load(8.01)), [{ type: "highLoad", reason: "Load 8.01, limit 8 for 4 CPUs" }]);
});

test("given unknown totals, when conditions are derived, then the host counts as healthy", () => {
  const unknown = { ...HEALTHY, cpuCount: 0, memory: { totalBytes: 0, availableBytes: 0 }, disks: [] };
  assert.deepEqual(conditionsOf(unknown), []);
});

test("given a host under load, when predicates ask for conditions, then types compare regardless of case", () => {
  const loaded = { ...HEALTHY, load: { one: 9, five: 0, fifteen: 0 } };
  assert.equal(hasCondition("HighLoad")(loaded), true);
  assert.equal(noCondition("highload")(loaded), false);
  assert.equal(noCondition("DiskPressure")(loaded), true);
  assert.equal(healthy()(loaded), false);
  assert.equal(healthy()(HEALTHY), true);
});

test("given several predicates, when all must match, then none means true", () => {
  assert.equal(matchAll()(HEALTHY), true);
  assert.equal(matchAll(os("ubuntu"), minCpu(2))(HEALTHY), true);
  assert.equal(matchAll(os("ubuntu"), minCpu(20))(HEALTHY), false);
});
