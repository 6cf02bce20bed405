import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { DroverError } from "../base/coded-error.ts";
import { continueRun, retry } from "../definition/error-strategy.ts";
import { ops } from "../operation/ops.ts";
import { recapOf } from "../report/recap.ts";
import type { Hooks } from "./hooks.ts";
import { localFleet } from "./local-fleet.ts";
import { Plan } from "./plan.ts";

const changed = () => ({ changed: true });
const unchanged = () => ({ changed: false });
const fails = () => {
  throw new Error("no");
};

async function folder(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "drover-plan-"));
  context.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test("given a plan of functions, when it runs, then the report counts what changed", async () => {
  const plan = new Plan("counts");
  const first = plan.taskFunc("first", changed);
  plan.taskFunc("second", unchanged).dependsOn(first);
  const report = await plan.run();
  assert.equal(report.ok, true);
  assert.match(report.summary(), /^2 tasks: 1 changed, 1 unchanged\nTotal duration: /);
});

test("given an empty plan, when it runs, then it succeeds with no tasks", async () => {
  const report = await new Plan("empty").run();
  assert.equal(report.verdict, "succeeded");
  assert.equal(report.taskCount, 0);
});

test("given a plan that deploys a file, when it runs twice, then it changes once and is unchanged after", async (context) => {
  const path = join(await folder(context), "motd");
  const plan = new Plan("motd", { target: "_any" });
  const motd = plan.task("motd", ops.file.deploy({ path, content: "Hello\n" }));
  const first = await plan.run();
  assert.equal(first.result(motd)?.status, "changed");
  assert.equal(await readFile(path, "utf8"), "Hello\n");
  const second = await plan.run();
  assert.equal(second.result(motd)?.status, "unchanged");
});

test("given a plan that deploys a file, when it is dry-run, then the change is told and nothing is written", async (context) => {
  const path = join(await folder(context), "motd");
  const plan = new Plan("motd", { target: "_any" });
  plan.task("motd", ops.file.deploy({ path, content: "Hello\n" }));
  const report = await plan.dryRun();
  assert.equal(report.tasks[0]?.status, "changed");
  await assert.rejects(readFile(path, "utf8"), { code: "ENOENT" });
});

test("given results of a task, when a later one asks, then they are typed by the task object and found by name", async () => {
  const plan = new Plan("results");
  const numbers = plan.taskFunc("numbers", () => ({ changed: true, data: { sum: 3 } }));
  let seen: unknown;
  plan
    .taskFunc("use", ({ results }) => {
      const sum: number | undefined = results.get(numbers)?.sum;
      seen = [sum, results.get("numbers"), results.status(numbers), results.changed("numbers"), results.get("nobody")];
      return { changed: false };
    })
    .dependsOn(numbers);
  assert.equal((await plan.run()).ok, true);
  assert.deepEqual(seen, [3, { sum: 3 }, "changed", true, undefined]);
});

test("given parameters, when a plan runs, then functions get them with defaults filled in", async () => {
  const plan = new Plan("params", { params: { name: { type: "string" }, count: { type: "integer", default: 2 } } });
  let seen: unknown;
  plan.taskFunc("see", ({ params }) => {
    seen = { ...params };
    return { changed: false };
  });
  await plan.run({ params: { name: "web" } });
  assert.deepEqual(seen, { name: "web", count: 2 });
});

test("given wrong, unknown and missing parameters, when a plan runs, then all are reported together and nothing ran", async () => {
  let calls = 0;
  const plan = new Plan("params", { params: { name: { type: "string" }, count: { type: "integer" } } });
  plan.taskFunc("count", () => {
    calls += 1;
    return { changed: false };
  });
  const given: unknown = { count: "three", nmae: "x" };
  await assert.rejects(plan.run({ params: given as { name: string; count: number } }), (thrown) => {
    assert.ok(thrown instanceof DroverError);
    assert.deepEqual(thrown.errors.map((error) => error.code).sort(), [
      "DRV_PARAM_INVALID",
      "DRV_PARAM_MISSING",
      "DRV_PARAM_UNKNOWN",
    ]);
    return true;
  });
  assert.equal(calls, 0);
});

test("given a failing task with retries, when it runs, then it is tried again and hooks hear of it", async () => {
  const plan = new Plan("retries");
  let calls = 0;
  const task = plan
    .taskFunc("flaky", () => {
      calls += 1;
      if (calls < 3) throw new Error("not yet");
      return { changed: true };
    })
    .onError(retry(3));
  const retries: number[] = [];
  const report = await plan.run({ hooks: { onRetry: (_task, attempt) => void retries.push(attempt) } });
  assert.equal(report.result(task)?.attempts, 3);
  assert.deepEqual(retries, [1, 2]);
});

test("given a failed task, when it continues, then dependents are skipped with the reason and the rest goes on", async () => {
  const plan = new Plan("failures", { onError: continueRun });
  const broken = plan.taskFunc("broken", fails);
  plan.taskFunc("after", changed).dependsOn(broken);
  plan.taskFunc("other", changed);
  plan.taskFunc("alert", changed).dependsOn(broken).onlyIfFailed();
  const report = await plan.run();
  assert.deepEqual(
    report.tasks.map((task) => [task.name, task.status]),
    [
      ["broken", "failed"],
      ["after", "skipped"],
      ["other", "changed"],
      ["alert", "changed"],
    ],
  );
  assert.equal(report.verdict, "failed");
  assert.equal(report.error?.code, "DRV_TASK_FUNCTION_FAILED");
});

test("given a chain, when it runs with hooks, then they are called in the order of the original", async () => {
  const calls: string[] = [];
  const hooks: Hooks = {
    beforePlan: (summary) => void calls.push(`before-plan ${summary.totalTasks}`),
    afterPlan: () => void calls.push("after-plan"),
    beforeLevel: (level) => void calls.push(`before-level-${level}`),
    afterLevel: (level) => void calls.push(`after-level-${level}`),
    beforeTask: (task) => void calls.push(`before-${task.name}`),
    afterTask: (task) => void calls.push(`after-${task.name}`),
  };
  const plan = new Plan("hooks", { hooks, levelBarriers: true });
  const a = plan.taskFunc("a", changed);
  plan.taskFunc("b", changed).dependsOn(a);
  await plan.run();
  assert.deepEqual(calls, [
    "before-plan 2",
    "before-level-0",
    "before-a",
    "after-a",
    "after-level-0",
    "before-level-1",
    "before-b",
    "after-b",
    "after-level-1",
    "after-plan",
  ]);
});

test("given a hook that throws, when the plan runs, then the run is unharmed and the error is kept", async () => {
  const plan = new Plan("hooks");
  plan.taskFunc("a", changed);
  const handle = plan.start({ hooks: { beforeTask: fails } });
  assert.equal((await handle.report).ok, true);
  assert.equal(handle.hookErrors.length, 1);
});

test("given a running function, when the signal aborts, then it is asked to stop and the run ends cancelled", async () => {
  const plan = new Plan("cancel");
  const started = Promise.withResolvers<void>();
  plan.taskFunc("waits", async ({ signal }) => {
    started.resolve();
    await new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")), { once: true }),
    );
    return { changed: true };
  });
  plan.taskFunc("never", changed).dependsOn("waits");
  const controller = new AbortController();
  const running = plan.run({ signal: controller.signal });
  await started.promise;
  controller.abort(new Error("enough"));
  const report = await running;
  assert.equal(report.verdict, "cancelled");
  assert.equal(report.result("waits")?.status, "cancelled");
  assert.equal(report.result("never")?.status, "notRun");
});

test("given a function that never settles, when its time is up, then the task fails and the run ends", async () => {
  const plan = new Plan("stuck");
  plan.taskFunc("stuck", () => new Promise<{ changed: boolean }>(() => {}), {
    timeouts: { attempt: "20ms", killGrace: "20ms" },
  });
  const report = await plan.run();
  assert.equal(report.verdict, "failed");
  assert.equal(report.error?.code, "DRV_TASK_ATTEMPT_TIMEOUT");
});

test("given a guard that throws, when the plan runs, then its task fails with that error", async () => {
  const plan = new Plan("guards");
  plan.taskFunc("a", changed).when(() => {
    throw new Error("guard is broken");
  });
  const report = await plan.run();
  assert.equal(report.error?.code, "DRV_TASK_GUARD_FAILED");
  assert.match(report.error?.message ?? "", /guard is broken/);
});

test("given parameters made of results, when the task starts, then the function is asked then", async (context) => {
  const path = join(await folder(context), "out");
  const plan = new Plan("dynamic", { target: "_any" });
  const text = plan.taskFunc("text", () => ({ changed: true, data: { text: "made at run time" } }));
  plan
    .task("write", {
      operation: "file.deploy",
      params: ({ results }) => ({ path, content: results.get(text)?.text ?? "" }),
    })
    .dependsOn(text);
  assert.equal((await plan.run()).ok, true);
  assert.equal(await readFile(path, "utf8"), "made at run time");
});

test("given several rooted hosts, when a task goes to all, then each host has a result of its own", async (context) => {
  const root = await folder(context);
  await using fleet = localFleet({
    hosts: ["web1", "web2", "db1"].map((name) => ({
      name,
      root: join(root, name),
      labels: { role: name.slice(0, -1) },
    })),
  });
  const plan = new Plan("fleet", { fleet });
  const deploy = plan.task("deploy", ops.file.deploy({ path: "/motd", content: "hi" }), { target: "role:web" });
  const report = await plan.run();
  assert.deepEqual(
    report.result(deploy)?.hostResults.map((host) => [host.hostname, host.status]),
    [
      ["web1", "changed"],
      ["web2", "changed"],
    ],
  );
  assert.equal(await readFile(join(root, "web2", "motd"), "utf8"), "hi");
});

test("given a target without hosts, when the plan runs, then it is refused before anything starts", async () => {
  const plan = new Plan("nowhere");
  plan.task("deploy", ops.file.deploy({ path: "/tmp/never", content: "hi" }), { target: "role:nobody" });
  await assert.rejects(plan.run(), (thrown) => thrown instanceof DroverError && thrown.code === "DRV_FLEET_NO_HOST");
});

test("given a failure after changes, when rollback is on, then the files are as they were", async (context) => {
  const path = join(await folder(context), "motd");
  const plan = new Plan("rollback", { target: "_any", rollback: "onFailure" });
  const motd = plan.task("motd", ops.file.deploy({ path, content: "new" }));
  plan.taskFunc("check", fails).dependsOn(motd);
  const report = await plan.run();
  assert.equal(report.verdict, "rolledBack");
  assert.equal(report.result(motd)?.rolledBack, true);
  await assert.rejects(readFile(path, "utf8"), { code: "ENOENT" });
});

test("given an approval gate, when somebody approves, then the run goes on", async () => {
  const plan = new Plan("approval");
  const gate = plan.approval("go");
  plan.taskFunc("after", changed).dependsOn(gate);
  const handle = plan.start();
  handle.approve(gate, { actor: "ann" });
  assert.equal((await handle.report).result("after")?.status, "changed");
});

test("given an invalid plan, when it is validated, then every problem is thrown together", () => {
  const plan = new Plan("");
  plan.taskFunc("a", changed).dependsOn("b");
  plan.taskFunc("a", changed).onError(retry(-1));
  assert.throws(
    () => plan.validate(),
    (thrown) => thrown instanceof DroverError && thrown.errors.length >= 4,
  );
});

test("given a program that only runs a plan, when it ends, then it has printed nothing and nothing keeps it alive", () => {
  const program = `
    import { Plan, ops } from "drover";
    const plan = new Plan("quiet", { target: "_any" });
    plan.task("look", ops.node.osGet());
    const report = await plan.run();
    if (!report.ok) process.exit(9);`;
  const ended = spawnSync(process.execPath, ["--conditions=source", "--input-type=module-typescript", "-e", program], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.deepEqual([ended.status, ended.stdout, ended.stderr], [0, "", ""]);
});

test("given a task function, when it calls operations through the client, then answers come per host and by target", async (context) => {
  const root = await folder(context);
  await using fleet = localFleet({
    hosts: ["web1", "web2"].map((name) => ({ name, root: join(root, name), labels: { role: "web" } })),
  });
  const plan = new Plan("client", { fleet });
  plan.taskFunc("ask", async ({ client }) => {
    const names = await client.node.hostnameGet("_all");
    const written = await client.file.deploy({ path: "/motd", content: "hi" }, "web2");
    const status = await client.call(ops.file.status({ path: "/motd" }), "web2");
    return {
      changed: written.results.some((host) => host.changed),
      data: {
        asked: names.results.map((host) => host.hostname),
        status: status.results.map((host) => host.data?.status ?? ""),
      },
    };
  });
  const report = await plan.run();
  assert.deepEqual(report.result("ask")?.data, { asked: ["web1", "web2"], status: ["in-sync"] });
  assert.equal(await readFile(join(root, "web2", "motd"), "utf8"), "hi");
});

test("given tasks inside a group, when one asks for another by object or name, then it finds the one beside it first", async () => {
  const plan = new Plan("groups");
  const outside = plan.taskFunc("outside", () => ({ changed: false, data: "outside" }));
  const seen: unknown[] = [];
  plan
    .group("part", (part) => {
      const first = part.taskFunc("first", () => ({ changed: false, data: "inside" }));
      part
        .taskFunc("second", ({ results }) => {
          seen.push(results.get(first), results.get("first"), results.get(outside), results.status("nobody"));
          return { changed: false };
        })
        .dependsOn(first);
    })
    .dependsOn(outside);
  assert.equal((await plan.run()).ok, true);
  assert.deepEqual(seen, ["inside", "inside", "outside", "unknown"]);
});

test("given tasks that need what earlier ones would make, when the plan is dry-run, then they are conditional and say why", async (context) => {
  const root = await folder(context);
  const plan = new Plan("unmade", { target: "_any" });
  const made = plan.task("make", ops.file.directory({ path: join(root, "made") }));
  const listed = plan
    .task("list", ops.command.exec({ command: "ls", cwd: join(root, "made"), unless: ["test", "-f", "done"] }))
    .dependsOn(made);
  const edited = plan.task("edit", ops.file.line({ path: join(root, "made", "hosts"), line: "x" })).dependsOn(listed);
  plan.task("alone", ops.file.line({ path: join(root, "nothing"), line: "x" })).tolerate();
  const report = await plan.dryRun();
  assert.deepEqual(
    [made, listed, edited, "alone"].map((task) => [report.result(task)?.status, report.result(task)?.conditional]),
    [
      ["changed", false],
      ["unchanged", true],
      ["unchanged", true],
      ["failed", false],
    ],
  );
  assert.match(report.result(edited)?.reason ?? "", /no such file/);
});

test("given a group whose items have one key twice, when the plan runs, then the recap names the group as what failed", async () => {
  const plan = new Plan("twice");
  plan.foreach(
    "each",
    () => ["a", "a"],
    (_item, part) => {
      part.taskFunc("child", unchanged);
    },
  );
  const report = await plan.run();
  const [failure] = recapOf(report.view).failures;
  assert.equal(failure?.task, "each");
  assert.equal(report.error?.code, "DRV_TASK_GROUP_KEYS_INVALID");
});
