import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { attemptToken } from "../../base/ids.ts";
import { sha256, type JsonObject } from "../../base/json.ts";
import { createLocalHost } from "../../host/local-host.ts";
import type { CommandResult } from "../../operation/catalog/command.ts";
import { commandExec } from "../../operation/catalog/command.ts";
import type { Provider } from "../../operation/provider.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { FakeHost } from "../../testing/fake-host.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { runProvider, type ProviderAttempt } from "../../testing/provider-attempt.ts";
import { commandExecProvider, commandShellProvider } from "./command.ts";

const TOKEN = attemptToken(sha256("command tests"));
const local = createLocalHost({ stateFolder: "/nonexistent/drover", clock: new FakeClock() });

function run(params: JsonObject, options: { readonly provider?: Provider; readonly isDryRun?: boolean } = {}) {
  const { provider = commandExecProvider, isDryRun = false } = options;
  return runProvider(provider, { host: local, params, contents: memoryContentStore(), token: TOKEN, isDryRun });
}

function resultOf(attempt: ProviderAttempt): CommandResult {
  return commandExec.result.parse(attempt.data ?? attempt.error?.data);
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "drover-command-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test("given a program, when it runs, then streams, exit code and live output come back", async () => {
  const attempt = await run({ command: "/bin/sh", args: ["-c", "echo out; echo err >&2"] });
  assert.equal(attempt.status, "changed");
  const { stdout, stderr, exitCode } = resultOf(attempt);
  assert.deepEqual([stdout, stderr, exitCode], ["out\n", "err\n", 0]);
  assert.deepEqual([...attempt.lines].sort(), ["err", "out"]);
});

test("given arguments full of shell characters, when a program runs, then it gets them as they are", async () => {
  const args = ["$(id)", "`id`", "; id", "a b", "'\"", "*", "\n", "--", "\\"];
  const attempt = await run({ command: "printf", args: ["%s\\0", ...args] });
  assert.deepEqual(resultOf(attempt).stdout.split("\0").slice(0, -1), args);
});

test("given a shell script, when it runs, then values reach it only as arguments and environment", async () => {
  const params = { script: 'printf "%s|%s|%s" "$1" "$VALUE" "$#"', args: ["$(id)"], env: { VALUE: "`id`; $HOME" } };
  const attempt = await run(params, { provider: commandShellProvider });
  assert.equal(resultOf(attempt).stdout, "$(id)|`id`; $HOME|1");
});

test("given another exit code, when a program ends, then it failed, may be retried, and its output is kept", async () => {
  const attempt = await run({ command: "/bin/sh", args: ["-c", "echo half; echo first >&2; echo why >&2; exit 3"] });
  assert.equal(attempt.error?.error.code, "DRV_COMMAND_EXIT");
  assert.equal(attempt.error.errorClass, "retryable");
  assert.equal(attempt.error.changed, true);
  assert.match(attempt.error.error.message, /: exit code 3, expected 0; it says "why"$/);
  assert.deepEqual([resultOf(attempt).exitCode, resultOf(attempt).stdout], [3, "half\n"]);
});

test("given exit codes that mean success, when a program ends with one, then it succeeded", async () => {
  assert.equal((await run({ command: "/bin/sh", args: ["-c", "exit 2"], okExitCodes: [0, 2] })).status, "changed");
});

test("given a program that does not exist, when it is run, then that is fatal and nothing was started", async () => {
  const attempt = await run({ command: "no-such-program-of-drover" });
  assert.equal(attempt.error?.error.code, "DRV_HOST_COMMAND_NOT_FOUND");
  assert.equal(attempt.error.errorClass, "fatal");
  assert.equal(attempt.error.changed, undefined);
});

test("given standard input and a folder, when a program runs, then it has both", async () => {
  await using folder = await temporaryFolder();
  const attempt = await run({ command: "/bin/sh", args: ["-c", "pwd; cat"], stdin: "a\nb", cwd: folder.path });
  assert.equal(resultOf(attempt).stdout, `${folder.path}\na\nb`);
});

test("given path guards, when they speak against it, then the command does not run", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "there"), "");
  const command = { command: "/bin/false" };
  const creates = await run({ ...command, creates: join(folder.path, "there") });
  assert.equal(creates.status, "unchanged");
  assert.match(resultOf(creates).notRunReason ?? "", /^creates: ".*there" exists$/);
  const removes = await run({ ...command, removes: join(folder.path, "gone") });
  assert.match(resultOf(removes).notRunReason ?? "", /^removes: ".*gone" does not exist$/);
  assert.equal((await run({ ...command, creates: join(folder.path, "gone") })).status, "failed");
  assert.equal((await run({ ...command, removes: join(folder.path, "there") })).status, "failed");
  assert.equal((await run({ ...command, creates: join(folder.path, "there", "below") })).status, "failed");
});

test("given command guards as text or arguments, when they speak against it, then the command does not run", async () => {
  const command = { command: "/bin/false" };
  assert.equal((await run({ ...command, unless: "exit 0" })).status, "unchanged");
  assert.equal((await run({ ...command, onlyIf: ["/bin/sh", "-c", "exit 1"] })).status, "unchanged");
  assert.equal((await run({ ...command, unless: ["/bin/false"], onlyIf: "true" })).status, "failed");
});

test("given a guard that cannot be run, when it is asked, then that is an error, not an answer", async () => {
  const attempt = await run({ command: "/bin/true", unless: ["no-such-program-of-drover"] });
  assert.equal(attempt.error?.error.code, "DRV_COMMAND_GUARD");
  assert.equal(attempt.error.error.cause?.code, "DRV_HOST_COMMAND_NOT_FOUND");
});

test("given a dry run, when a command would run, then its guards are asked and it is not started", async () => {
  await using folder = await temporaryFolder();
  const target = join(folder.path, "made");
  const attempt = await run({ command: "touch", args: [target], onlyIf: "true" }, { isDryRun: true });
  assert.deepEqual(attempt.changes, [{ property: "command", after: `touch ${target}` }]);
  await assert.rejects(rm(target));
});

test("given a user or sudo, when a command runs, then the host is asked for it", async () => {
  const asked: unknown[] = [];
  const host = new FakeHost();
  host.onExec((_argv, options) => {
    asked.push(options.sudo);
    return {};
  });
  for (const params of [{ sudo: true }, { user: "app" }, { sudo: true, user: "app" }, {}]) {
    const all = { command: "id", ...params };
    await runProvider(commandExecProvider, { host, params: all, contents: memoryContentStore(), token: TOKEN });
  }
  assert.deepEqual(asked, [true, { user: "app" }, { user: "app" }, undefined]);
});
