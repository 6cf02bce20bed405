import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../../operation/host.ts";
import { FakeHost } from "../../testing/fake-host.ts";
import { runProvider } from "../../testing/provider-attempt.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { tokenOf } from "../../testing/trial-executor.ts";
import type { JsonValue } from "../../base/json.ts";
import { giveSystemd } from "../test-kit/fake-systemd.ts";
import { testOnFakeHost, testOnThrowAwaySystem, type ProviderTable } from "../test-kit/suite-places.ts";
import type { SuiteHost } from "../../testing/provider-trial.ts";
import { serviceEnsureProvider } from "./service.ts";
import {
  serviceDeleteProvider,
  serviceDisableProvider,
  serviceEnableProvider,
  serviceGetProvider,
  serviceListProvider,
  serviceRestartProvider,
  serviceStartProvider,
  serviceStopProvider,
} from "./service-verbs.ts";

/** A service that runs until it is stopped, and can be enabled. */
function unitText(command = "/bin/sleep infinity"): string {
  return `[Unit]\nDescription=A unit\nDefaultDependencies=no\n\n[Service]\nExecStart=${command}\n\n[Install]\nWantedBy=trial.target\n`;
}

function withUnit(...verbs: readonly string[]) {
  return async ({ host }: SuiteHost): Promise<void> => {
    const path = "/etc/systemd/system/sample.service";
    assert.ok((await host.writeFile(path, new TextEncoder().encode(unitText()), { mode: 0o644 })).ok);
    for (const argv of [["daemon-reload"], ...verbs.map((verb) => [verb, "--", "sample.service"])]) {
      const ran = await host.exec(["systemctl", ...argv]);
      assert.ok(ran.ok && ran.value.exitCode === 0, `systemctl ${argv.join(" ")}`);
    }
  };
}

const TABLE: ProviderTable = [
  [
    serviceEnsureProvider,
    [
      {
        name: "no such unit",
        params: () => ({ name: "sample", unit: unitText(), isRunning: true, isEnabled: true }),
        hostile: (text) => ({ name: text, unit: unitText() }),
      },
      {
        name: "a running unit with another file",
        prepare: withUnit("start", "enable"),
        params: () => ({ name: "sample", unit: unitText("/bin/sleep 86400"), isEnabled: false }),
      },
    ],
  ],
  [
    serviceDeleteProvider,
    [{ name: "a running unit", prepare: withUnit("start", "enable"), params: () => ({ name: "sample" }) }],
  ],
  [serviceStartProvider, [{ name: "a stopped unit", prepare: withUnit(), params: () => ({ name: "sample" }) }]],
  [serviceStopProvider, [{ name: "a running unit", prepare: withUnit("start"), params: () => ({ name: "sample" }) }]],
  [serviceEnableProvider, [{ name: "a disabled unit", prepare: withUnit(), params: () => ({ name: "sample" }) }]],
  [
    serviceDisableProvider,
    [{ name: "an enabled unit", prepare: withUnit("enable"), params: () => ({ name: "sample" }) }],
  ],
  [
    serviceRestartProvider,
    [{ name: "a running unit", prepare: withUnit("start"), params: () => ({ name: "sample" }) }],
  ],
  [
    serviceGetProvider,
    [{ name: "a unit", prepare: withUnit(), params: () => ({ name: "sample" }), hostile: (text) => ({ name: text }) }],
  ],
  [serviceListProvider, [{ name: "any host", params: () => ({}) }]],
];

const SHOW = ["systemctl", "show", "--property=ActiveState,UnitFileState,LoadState", "--", "sample.service"];

testOnFakeHost(TABLE, giveSystemd);
await testOnThrowAwaySystem(TABLE, {
  parts: { systemd: "/lib/systemd/systemd" },
  isBooted: true,
  watched: { paths: ["/etc/systemd/system"], commands: [SHOW] },
  before: "systemctl stop sample.service 2>/dev/null || :",
  reset: "systemctl daemon-reload; systemctl reset-failed",
});

function run(host: Host, params: JsonValue) {
  return runProvider(serviceEnsureProvider, { host, params, contents: memoryContentStore(), token: tokenOf("x") });
}

function fakeSystem(): FakeHost {
  const host = new FakeHost();
  giveSystemd(host);
  return host;
}

test("given a unit that does not exist, when it is to run, then the error names it and nothing is tried", async () => {
  const host = fakeSystem();
  const attempt = await run(host, { name: "nothing", isRunning: true });
  assert.equal(attempt.error?.error.code, "DRV_SERVICE_UNKNOWN");
  assert.match(attempt.error.error.message, /"nothing\.service"/);
});

test("given a malformed unit, when it is to be written, then what was there stays", async () => {
  const host = fakeSystem();
  const before = host.snapshot();
  const attempt = await run(host, { name: "sample", unit: "[Service]\nMalformed\n" });
  assert.equal(attempt.error?.error.code, "DRV_TOOL_FAILED");
  assert.match(attempt.error.error.message, /Missing '='/);
  const files = [...host.snapshot()].filter(([path]) => !path.startsWith(host.stateFolder));
  assert.deepEqual(files, [...before]);
});

test("given a service that fails, when it is started, then the error holds the end of its log", async () => {
  const attempt = await run(fakeSystem(), { name: "sample", unit: unitText("/bin/false"), isRunning: true });
  assert.equal(attempt.error?.error.code, "DRV_SERVICE_FAILED");
  assert.match(attempt.error.error.message, /failed .*its log ends with "the log of the unit"/);
  assert.equal(attempt.error.errorClass, "retryable");
});
