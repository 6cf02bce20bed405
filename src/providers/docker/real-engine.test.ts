import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { after, before, suite, test, type TestContext } from "node:test";
import { z } from "zod";
import { attemptToken } from "../../base/ids.ts";
import { sha256, type JsonObject } from "../../base/json.ts";
import { createLocalHost } from "../../host/local-host.ts";
import { startPrivateDocker, WAITING, type PrivateDocker } from "../../host/test-kit/private-docker.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import type { WriteProvider } from "../../operation/provider.ts";
import { systemClock } from "../../runner/system.ts";
import { runProvider, type ProviderAttempt, type ProviderAttemptOptions } from "../../testing/provider-attempt.ts";
import { builtinProviders } from "../registry.ts";
import { startRegistry } from "../../host/test-kit/docker-registry.ts";

const TOKEN = attemptToken(sha256("docker tests"));
const host = createLocalHost({ stateFolder: "/nonexistent/drover", clock: systemClock });
const providers = builtinProviders();

let docker: PrivateDocker | undefined;
let missing = "";

/** The engine of this file; the test is skipped without one. */
function engineOf(context: TestContext): PrivateDocker | undefined {
  if (docker === undefined) context.skip(missing);
  return docker;
}

async function run(
  operation: string,
  params: JsonObject,
  options: Partial<ProviderAttemptOptions> = {},
): Promise<ProviderAttempt> {
  const provider = providers.find(operation);
  assert.ok(provider !== undefined && docker !== undefined);
  const all = { socketPath: docker.socketPath, ...params };
  return await runProvider(provider, { host, params: all, contents: memoryContentStore(), token: TOKEN, ...options });
}

async function undo(operation: string, attempt: ProviderAttempt): Promise<void> {
  const provider = providers.find(operation) as WriteProvider;
  assert.ok(attempt.preImage !== undefined);
  const { signal } = new AbortController();
  const context = { host, signal, token: TOKEN, contents: memoryContentStore(), output: () => undefined };
  const undone = await provider.undo?.(attempt.preImage, context);
  assert.ok(undone?.ok === true, JSON.stringify(undone));
}

/** The members of results that are looked at here; their shapes as a whole are the contract suite's. */
const members = z.object({
  id: z.string().optional(),
  state: z.string().default(""),
  isRunning: z.boolean().optional(),
  isReplaced: z.boolean().optional(),
  image: z.string().optional(),
  imageId: z.string().optional(),
  restart: z.string().optional(),
  command: z.array(z.string()).default([]),
  env: z.array(z.string()).default([]),
  labels: z.record(z.string(), z.string()).default({}),
  mounts: z.array(z.object({ path: z.string(), isReadOnly: z.boolean() })).default([]),
  containers: z.array(z.object({ name: z.string(), labels: z.record(z.string(), z.string()) })).default([]),
  images: z.array(z.object({ image: z.string() })).default([]),
  lines: z.array(z.object({ stream: z.string(), text: z.string() })).default([]),
  stdout: z.string().default(""),
  stderr: z.string().default(""),
  exitCode: z.int().optional(),
  droppedBytes: z.int().default(0),
  notRunReason: z.string().default(""),
});

function dataOf(attempt: ProviderAttempt): z.output<typeof members> {
  assert.equal(attempt.error, undefined, JSON.stringify(attempt.error));
  return members.parse(attempt.data);
}

function codeOf(attempt: ProviderAttempt): string | undefined {
  return attempt.error?.error.code;
}

const BOX = { image: "box:1", command: [...WAITING], network: "none" };

void suite("docker operations on a real engine", { concurrency: 4 }, () => {
  before(async () => {
    const started = await startPrivateDocker();
    if ("missing" in started) missing = started.missing;
    else docker = started;
  });
  after(async () => await docker?.[Symbol.asyncDispose]());

  void test("given a container to be made, when it goes through its life, then each step is changed once and unchanged after", async (context) => {
    if (engineOf(context) === undefined) return;
    const create = { name: "life", ...BOX, env: { MODE: 'it\'s "a" $test\n' }, labels: { app: "life" } };
    assert.equal((await run("docker.create", create)).status, "changed");
    assert.equal((await run("docker.create", create)).status, "unchanged");
    assert.equal((await run("docker.start", { container: "life" })).status, "unchanged");
    const listed = dataOf(await run("docker.list", { labels: { app: "life" } }));
    assert.deepEqual(
      [listed.containers.length, listed.containers[0]?.name, listed.containers[0]?.labels],
      [1, "life", { app: "life" }],
    );
    const inspected = dataOf(await run("docker.inspect", { container: "life" }));
    assert.deepEqual([inspected.isRunning, inspected.image, inspected.command], [true, "box:1", [...WAITING]]);
    assert.ok(inspected.env.includes('MODE=it\'s "a" $test\n'));
    assert.equal(codeOf(await run("docker.remove", { container: "life" })), "DRV_DOCKER_IN_USE");
    const stopped = await run("docker.stop", { container: "life", timeout: "5s" });
    assert.equal(dataOf(stopped).state, "exited");
    assert.equal((await run("docker.stop", { container: "life" })).status, "unchanged");
    await undo("docker.stop", stopped);
    assert.equal(dataOf(await run("docker.inspect", { container: "life" })).isRunning, true);
    assert.equal((await run("docker.remove", { container: "life", force: true })).status, "changed");
    assert.equal((await run("docker.remove", { container: "life" })).status, "unchanged");
    assert.equal(codeOf(await run("docker.start", { container: "life" })), "DRV_DOCKER_NO_CONTAINER");
  });

  void test("given a container of the name that differs, when one is to be made, then it is an error and that one stays", async (context) => {
    if (engineOf(context) === undefined) return;
    await run("docker.create", { name: "taken", ...BOX, env: { A: "1" } });
    const other = await run("docker.create", { name: "taken", ...BOX, env: { A: "2" } });
    assert.equal(codeOf(other), "DRV_DOCKER_NAME_TAKEN");
    assert.match(other.error?.error.message ?? "", /differs in env\.A$/);
    assert.equal(codeOf(await run("docker.create", { name: "no-image", image: "box:none" })), "DRV_DOCKER_NO_IMAGE");
  });

  void test("given a program in a container, when it runs, then both streams, exit code, environment and user are its own", async (context) => {
    const engine = engineOf(context);
    if (engine === undefined) return;
    await engine.run("exec-box");
    const hostile = ["$(id)", "; rm -rf /", "'\"", "--help", "a\nb"];
    const script = 'printf "%s|" "$@"; echo "$A" >&2; id -u; pwd; exit 3';
    const attempt = await run("docker.exec", {
      container: "exec-box",
      command: ["sh", "-c", script, "sh", ...hostile],
      env: { A: "it's" },
      user: "65534",
      workingDir: "/tmp",
      okExitCodes: [3],
    });
    const { stdout, stderr, exitCode } = dataOf(attempt);
    assert.deepEqual([stdout, stderr, exitCode], [`${hostile.join("|")}|65534\n/tmp\n`, "it's\n", 3]);
    const failed = await run("docker.exec", { container: "exec-box", command: ["false"] });
    assert.deepEqual([codeOf(failed), failed.error?.changed], ["DRV_DOCKER_EXIT", true]);
    assert.equal(
      codeOf(await run("docker.exec", { container: "exec-box", command: ["/nope"] })),
      "DRV_DOCKER_COMMAND_NOT_FOUND",
    );
    assert.equal(
      codeOf(await run("docker.exec", { container: "nobody", command: ["true"] })),
      "DRV_DOCKER_NO_CONTAINER",
    );
    const large = dataOf(
      await run("docker.exec", { container: "exec-box", command: ["head", "-c", "5000000", "/dev/zero"] }),
    );
    assert.ok(large.droppedBytes > 3_000_000);
  });

  void test("given guards, when they speak against it, then the program does not run in the container", async (context) => {
    const engine = engineOf(context);
    if (engine === undefined) return;
    await engine.run("guard-box");
    const base = { container: "guard-box", command: ["touch", "/tmp/ran"] };
    for (const guard of [
      { creates: "/bin/sh" },
      { removes: "/no/such" },
      { unless: ["true"] },
      { onlyIf: ["false"] },
    ]) {
      const attempt = await run("docker.exec", { ...base, ...guard });
      assert.equal(attempt.status, "unchanged", JSON.stringify(guard));
      assert.ok(dataOf(attempt).notRunReason.startsWith(Object.keys(guard)[0] ?? "?"));
    }
    assert.equal((await run("docker.exec", { ...base, creates: "/tmp/ran" })).status, "changed");
    assert.equal((await run("docker.exec", { ...base, creates: "/tmp/ran" })).status, "unchanged");
  });

  void test("given a program that takes too long or is cancelled, when its time is up, then it is ended in the container", async (context) => {
    const engine = engineOf(context);
    if (engine === undefined) return;
    await engine.run("slow-box");
    const sleepers = async () => {
      const listed = dataOf(await run("docker.exec", { container: "slow-box", command: ["ps", "-o", "args"] })).stdout;
      return listed.split("\n").filter((line) => line.startsWith("sleep 4242")).length;
    };
    const gone = async () => {
      while ((await sleepers()) > 0);
    };
    const slow = await run("docker.exec", { container: "slow-box", command: ["sleep", "4242"], timeout: "300ms" });
    assert.deepEqual([codeOf(slow), slow.error?.changed], ["DRV_DOCKER_TIMEOUT", true]);
    await gone();
    const stop = new AbortController();
    const running = run(
      "docker.exec",
      { container: "slow-box", command: ["sh", "-c", "echo up; exec sleep 4242"] },
      { signal: stop.signal },
    );
    while ((await sleepers()) === 0);
    stop.abort(new Error("enough"));
    await assert.rejects(running, /enough/);
    await gone();
  });

  void test("given the output of a container, when it is read, then its last lines come by stream in order", async (context) => {
    const engine = engineOf(context);
    if (engine === undefined) return;
    const script = "for i in 1 2 3; do echo out$i; done; echo err >&2";
    await engine.run("log-box", { Cmd: ["sh", "-c", script] });
    await engine.call("POST", "/containers/log-box/wait");
    const { lines } = dataOf(await run("docker.logs", { container: "log-box" }));
    const texts = (stream: string) => lines.filter((line) => line.stream === stream).map(({ text }) => text);
    assert.deepEqual([texts("stdout"), texts("stderr")], [["out1", "out2", "out3"], ["err"]]);
    assert.equal(dataOf(await run("docker.logs", { container: "log-box", tail: 1 })).lines.length, 1);
  });

  void test("given a description, when it changes, then the container is replaced only when it must be, and undo brings one like it back", async (context) => {
    if (engineOf(context) === undefined) return;
    const wanted = { name: "ensured", ...BOX, env: { A: "1" }, restart: "no", stopTimeout: "1s" };
    assert.equal((await run("docker.ensure", wanted)).status, "changed");
    const first = await run("docker.ensure", wanted);
    assert.equal(first.status, "unchanged");
    const policy = await run("docker.ensure", { ...wanted, restart: "on-failure:3" });
    assert.deepEqual(policy.changes, [{ property: "restart", before: "no", after: "on-failure:3" }]);
    assert.deepEqual([dataOf(policy).isReplaced, dataOf(policy).id], [false, dataOf(first).id]);
    const refused = await run("docker.ensure", { ...wanted, env: { A: "2" }, recreate: "never" });
    assert.equal(codeOf(refused), "DRV_DOCKER_NOT_CHANGEABLE");
    const replaced = await run("docker.ensure", { ...wanted, env: { A: "2" }, secretEnv: { KEY: "hidden" } });
    assert.equal(dataOf(replaced).isReplaced, true);
    assert.deepEqual(replaced.changes.slice(0, 2), [
      { property: "env.A", after: "2", before: "1" },
      { property: "env.KEY" },
    ]);
    const masked = dataOf(await run("docker.inspect", { container: "ensured" })).env;
    assert.ok(masked.includes("KEY=***") && !JSON.stringify(masked).includes("hidden"));
    await undo("docker.ensure", replaced);
    await undo("docker.ensure", replaced);
    const back = dataOf(await run("docker.inspect", { container: "ensured" }));
    assert.deepEqual(
      [back.isRunning, back.restart, back.env.filter((line) => /^(A|KEY)=/.test(line))],
      [true, "on-failure:3", ["A=1"]],
    );
    assert.equal((await run("docker.ensure", { ...wanted, state: "stopped" })).status, "changed");
    const absent = await run("docker.ensure", { name: "ensured", state: "absent", stopTimeout: "1s" });
    assert.equal(dataOf(absent).state, "absent");
    assert.equal((await run("docker.ensure", { name: "ensured", state: "absent" })).status, "unchanged");
    await undo("docker.ensure", absent);
    assert.equal(dataOf(await run("docker.inspect", { container: "ensured" })).state, "created");
  });

  void test("given a new container that does not start, when it should take the place of one, then the old one comes back", async (context) => {
    if (engineOf(context) === undefined) return;
    const wanted = { name: "sturdy", ...BOX, stopTimeout: "1s" };
    const { id } = dataOf(await run("docker.ensure", wanted));
    const broken = await run("docker.ensure", { ...wanted, command: ["/no/such/program"] });
    assert.deepEqual([broken.status, broken.error?.changed], ["failed", true]);
    const now = dataOf(await run("docker.inspect", { container: "sturdy" }));
    assert.deepEqual([now.id, now.isRunning], [id, true]);
    assert.equal(
      dataOf(await run("docker.list", { state: "all" })).containers.filter(({ name }) => name.startsWith("sturdy"))
        .length,
      1,
    );
  });

  void test("given ports, volumes, labels and a health check, when a container is ensured, then it has them, and drift by hand is seen", async (context) => {
    const engine = engineOf(context);
    if (engine === undefined) return;
    const wanted = {
      name: "whole",
      ...BOX,
      network: "host",
      ports: ["127.0.0.1:18080:80", "53/udp"],
      volumes: [`${engine.folder}/shared:/shared:ro`, "data:/var/lib/data"],
      labels: { "org.example/app": "whole" },
      health: { command: ["true"], interval: "1s", retries: 2 },
      state: "stopped",
      workingDir: "/tmp",
      user: "nobody",
    };
    assert.equal((await run("docker.ensure", wanted)).status, "changed");
    assert.equal((await run("docker.ensure", wanted)).status, "unchanged");
    const found = dataOf(await run("docker.inspect", { container: "whole" }));
    assert.deepEqual(found.labels, { "org.example/app": "whole" });
    assert.deepEqual(found.mounts.map(({ path, isReadOnly }) => `${path} ${isReadOnly}`).sort(), [
      "/shared true",
      "/var/lib/data false",
    ]);
    await engine.call("DELETE", "/containers/whole");
    const [change] = (await run("docker.ensure", wanted, { isDryRun: true })).changes;
    assert.deepEqual(change, { property: "existence", before: "absent", after: "stopped" });
    const withoutPorts = await run("docker.ensure", wanted);
    assert.equal(withoutPorts.status, "changed");
    const { ports: _, ...less } = wanted;
    assert.equal((await run("docker.ensure", less, { isDryRun: true })).changes[0]?.property, "ports");
    assert.equal(
      (await run("docker.ensure", { ...less, ports: wanted.ports, user: undefined as never }, { isDryRun: true }))
        .changes[0]?.property,
      "description",
    );
  });

  void test("given an archive of images, when it is loaded, then it is changed once, and undo takes the name away", async (context) => {
    const engine = engineOf(context);
    if (engine === undefined) return;
    await engine.call("POST", "/images/box:1/tag?repo=archived&tag=2");
    const path = `${engine.folder}/archive.tar`;
    await writeFile(path, (await engine.call("GET", "/images/archived:2/get")).body);
    assert.equal((await run("docker.load", { path })).status, "unchanged");
    assert.equal((await run("docker.image-remove", { image: "archived:2" })).status, "changed");
    assert.equal((await run("docker.image-remove", { image: "archived:2" })).status, "unchanged");
    const loaded = await run("docker.load", { path });
    assert.deepEqual([loaded.status, dataOf(loaded).images[0]?.image], ["changed", "archived:2"]);
    await undo("docker.load", loaded);
    assert.equal(dataOf(await run("docker.image-remove", { image: "archived:2" })).imageId, undefined);
    await writeFile(path, spawnSync("tar", ["-c", "-C", "/etc", "hostname"]).stdout);
    assert.equal(codeOf(await run("docker.load", { path })), "DRV_DOCKER_ARCHIVE_INVALID");
  });

  void test("given a registry, when an image is fetched, then progress is told, a moved tag is seen, and undo restores the name", async (context) => {
    const engine = engineOf(context);
    if (engine === undefined) return;
    await using registry = await startRegistry("team/app", "1");
    const pull = { image: `${registry.address}/team/app:1` };
    registry.publish("first");
    const pulled = await run("docker.pull", pull);
    assert.equal(pulled.status, "changed");
    assert.ok(
      pulled.lines.some((line) => /Status: Downloaded newer image/.test(line)),
      pulled.lines.join("\n"),
    );
    assert.equal((await run("docker.pull", { ...pull, policy: "always" })).status, "unchanged");
    registry.publish("second");
    assert.equal((await run("docker.pull", pull)).status, "unchanged");
    const moved = await run("docker.pull", { ...pull, policy: "always" });
    assert.equal(moved.status, "changed");
    assert.notEqual(dataOf(moved).imageId, dataOf(pulled).imageId);
    await undo("docker.pull", moved);
    assert.equal(dataOf(await run("docker.pull", pull)).imageId, dataOf(pulled).imageId);
    await undo("docker.pull", pulled);
    assert.equal((await run("docker.image-remove", pull)).status, "unchanged");
    const absent = await run("docker.pull", { image: `${registry.address}/team/none:1` });
    assert.equal(codeOf(absent), "DRV_DOCKER_PULL_FAILED");
  });
});
