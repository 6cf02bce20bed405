import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../../base/json.ts";
import type { Host } from "../../operation/host.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { FakeHost } from "../../testing/fake-host.ts";
import { runProvider } from "../../testing/provider-attempt.ts";
import type { SuiteHost } from "../../testing/provider-trial.ts";
import { tokenOf } from "../../testing/trial-executor.ts";
import { givePackageTools } from "../test-kit/fake-packages.ts";
import { PACKAGE_REPOSITORY } from "../test-kit/package-repository.ts";
import { testOnFakeHost, testOnThrowAwaySystem, type ProviderTable } from "../test-kit/suite-places.ts";
import { parseUpdates } from "./apt.ts";
import {
  packageEnsureProvider,
  packageGetProvider,
  packageInstallProvider,
  packageListProvider,
  packageListUpdatesProvider,
  packageRemoveProvider,
  packageUpdateProvider,
} from "./package.ts";

async function withOldSample(place: SuiteHost): Promise<void> {
  const { host } = place;
  const attempt = await runProvider(packageEnsureProvider, {
    host,
    params: { name: "sample", version: "1.0" },
    contents: memoryContentStore(),
    token: tokenOf("prepare"),
  });
  assert.equal(attempt.status, "changed", attempt.error?.error.message);
}

const TABLE: ProviderTable = [
  [
    packageEnsureProvider,
    [
      {
        name: "no such package installed",
        params: () => ({ name: "sample" }),
        hostile: (text) => ({ name: text, version: text }),
      },
      { name: "another version", prepare: withOldSample, params: () => ({ name: "sample", version: "2.0" }) },
      { name: "an old version", prepare: withOldSample, params: () => ({ name: "sample", state: "latest" }) },
      {
        name: "a version that is as wanted",
        prepare: withOldSample,
        params: () => ({ name: "sample" }),
        isUnchanged: true,
      },
    ],
  ],
  [packageInstallProvider, [{ name: "no such package installed", params: () => ({ name: "sample", version: "1.0" }) }]],
  [
    packageRemoveProvider,
    [
      { name: "a package", prepare: withOldSample, params: () => ({ name: "sample" }) },
      { name: "no package", params: () => ({ name: "sample" }), isUnchanged: true },
    ],
  ],
  [packageUpdateProvider, [{ name: "any host", params: () => ({}) }]],
  [packageGetProvider, [{ name: "a package", prepare: withOldSample, params: () => ({ name: "sample" }) }]],
  [packageListProvider, [{ name: "any host", params: () => ({}) }]],
  [packageListUpdatesProvider, [{ name: "an old version", prepare: withOldSample, params: () => ({}) }]],
];

testOnFakeHost(TABLE, givePackageTools);
testOnFakeHost(TABLE, givePackageTools, { name: "with dnf", facts: { packageManager: "dnf" } });
await testOnThrowAwaySystem(TABLE, {
  parts: { apt: "/usr/bin/apt-get" },
  setUp: PACKAGE_REPOSITORY,
  watched: { commands: [["dpkg-query", "--show", "--showformat=${Version}", "sample"]] },
  before: "dpkg --purge sample >/dev/null 2>&1 || :",
});

function ensure(host: Host, params: JsonValue) {
  return runProvider(packageEnsureProvider, { host, params, contents: memoryContentStore(), token: tokenOf("x") });
}

function fakeSystem(packageManager = "apt"): FakeHost {
  const host = new FakeHost({ facts: { packageManager } });
  givePackageTools(host);
  return host;
}

for (const manager of ["apt", "dnf"]) {
  test(`given ${manager} and a package that does not exist, when it is to be there, then the error names it`, async () => {
    const attempt = await ensure(fakeSystem(manager), { name: "nothing-like-it" });
    assert.equal(attempt.error?.error.code, "DRV_PACKAGE_UNKNOWN");
    assert.match(attempt.error.error.message, /"nothing-like-it": (apt|dnf) knows no package/);
  });

  test(`given ${manager} and another version, when the change is undone, then the version is back`, async () => {
    const host = fakeSystem(manager);
    await ensure(host, { name: "sample", version: "1.0" });
    const before = host.snapshot();
    const attempt = await ensure(host, { name: "sample", version: "2.0" });
    assert.ok(attempt.preImage !== undefined);
    const { signal } = new AbortController();
    const context = { host, signal, token: tokenOf("x"), contents: memoryContentStore(), output: () => undefined };
    for (let count = 0; count < 2; count++) {
      assert.ok((await packageEnsureProvider.undo?.(attempt.preImage, context))?.ok);
      assert.deepEqual(host.snapshot(), before);
    }
  });
}

test("given apt whose lock is held, when a package is installed, then that is a failure to retry", async () => {
  const host = fakeSystem();
  host.onExec((argv) => {
    const stderr = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 42 (apt-get)\n";
    return argv[0] === "apt-get" && argv.includes("install") ? { exitCode: 100, stderr } : undefined;
  });
  const attempt = await ensure(host, { name: "sample" });
  assert.equal(attempt.error?.error.code, "DRV_PACKAGE_LOCKED");
  assert.equal(attempt.error.errorClass, "retryable");
});

test("given a simulated upgrade, when it is read, then only upgrades are updates", () => {
  const text = "Inst libc6 [2.36-9] (2.36-10 Debian:12 [amd64])\nInst new (1.0 Debian)\nConf libc6 (2.36-10)\n";
  assert.deepEqual(parseUpdates(text), [{ name: "libc6", version: "2.36-9", newVersion: "2.36-10" }]);
});
