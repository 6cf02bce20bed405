import assert from "node:assert/strict";
import { test } from "node:test";
import { codedError } from "../../base/coded-error.ts";
import { attemptToken } from "../../base/ids.ts";
import { sha256 } from "../../base/json.ts";
import type { Provider } from "../../operation/provider.ts";
import { FakeHost } from "../../testing/fake-host.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { runProvider } from "../../testing/provider-attempt.ts";
import {
  nodeDiskProvider,
  nodeHostnameProvider,
  nodeLoadProvider,
  nodeMemoryProvider,
  nodeOsProvider,
  nodeStatusProvider,
  nodeUptimeProvider,
} from "./node.ts";

const TOKEN = attemptToken(sha256("node tests"));
const host = new FakeHost({
  name: "web-1",
  facts: {
    labels: { group: "web" },
    uptimeSeconds: 90_061,
    memory: { totalBytes: 100, availableBytes: 5 },
    load: { one: 1.5, five: 1, fifteen: 0.5 },
  },
});

async function read(provider: Provider, from = host): Promise<unknown> {
  const attempt = await runProvider(provider, { host: from, params: {}, contents: memoryContentStore(), token: TOKEN });
  assert.equal(attempt.status, "unchanged");
  provider.spec.result.parse(attempt.data);
  return attempt.data;
}

test("given facts, when single values are read, then each has its shape", async () => {
  assert.deepEqual(await read(nodeHostnameProvider), { hostname: "web-1", fqdn: "web-1", labels: { group: "web" } });
  assert.deepEqual(await read(nodeMemoryProvider), { totalBytes: 100, availableBytes: 5, usedBytes: 95 });
  assert.deepEqual(await read(nodeUptimeProvider), { uptimeSeconds: 90_061, text: "1 day, 1 hour, 1 minute" });
  assert.deepEqual(await read(nodeLoadProvider), { one: 1.5, five: 1, fifteen: 0.5, cpuCount: 2 });
  assert.deepEqual(await read(nodeOsProvider), {
    family: "debian",
    distribution: "debian",
    version: "12",
    kernel: "6.1.0",
    architecture: "x64",
  });
  assert.deepEqual(await read(nodeDiskProvider), {
    disks: [{ mount: "/", totalBytes: 10_737_418_240, usedBytes: 5_368_709_120, freeBytes: 5_368_709_120 }],
  });
});

test("given a host under pressure, when its status is read, then the conditions are named", async () => {
  const status = await read(nodeStatusProvider);
  assert.ok(typeof status === "object" && status !== null && "conditions" in status);
  assert.deepEqual(status.conditions, [{ type: "memoryPressure", reason: "Memory 95.0 % used, limit 90 %" }]);
});

test("given a host that cannot be reached, when it is read, then that is told as such", async () => {
  const lost = new FakeHost();
  lost.failNext("facts", codedError("DRV_HOST_UNREACHABLE", "Cannot reach host"));
  const attempt = await runProvider(nodeOsProvider, {
    host: lost,
    params: {},
    contents: memoryContentStore(),
    token: TOKEN,
  });
  assert.equal(attempt.error?.failure, "unreachable");
  assert.equal(attempt.error.errorClass, "retryable");
});
