import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { continueRun, localFleet, ops, Plan, retry, type Report } from "drover";

// A service is upgraded on three hosts, and things go wrong.

/** Three hosts with an old release each. */
class Fleet implements AsyncDisposable {
  readonly names = ["web1", "web2", "web3"];
  readonly #folder = mkdtempDisposableSync("/tmp/drover-recovery-");
  readonly fleet;

  constructor() {
    for (const name of this.names) {
      mkdirSync(this.path(name, "etc"), { recursive: true });
      this.write(name, "etc/service.conf", "release old\n");
      chmodSync(this.path(name, "etc/service.conf"), 0o640);
    }
    this.fleet = localFleet({ hosts: this.names.map((name) => ({ name, root: this.path(name) })) });
  }

  path(host: string, path = ""): string {
    return join(this.#folder.path, host, path);
  }

  write(host: string, path: string, text: string): void {
    writeFileSync(this.path(host, path), text);
  }

  /** The configuration of every host, with its mode. */
  configurations(): readonly string[] {
    return this.names.map((name) => {
      const file = this.path(name, "etc/service.conf");
      return `${readFileSync(file, "utf8").trim()} ${(statSync(file).mode & 0o777).toString(8)}`;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

const OLD = ["release old 640", "release old 640", "release old 640"];
const NEW = ["release new 600", "release new 600", "release new 600"];

/** Configuration, data folder and activation on every host, then a check by `isHealthy`. */
function upgrade(fleet: Fleet["fleet"], isHealthy: () => boolean): Plan {
  const plan = new Plan("upgrade", { fleet, target: "_all", rollback: "onFailure" });
  const configure = plan.task(
    "configure",
    ops.file.deploy({ path: "/etc/service.conf", content: "release new\n", mode: "0600" }),
  );
  const prepare = plan.task("prepare", ops.file.directory({ path: "/srv/service/new" })).dependsOn(configure);
  const activate = plan
    .task("activate", ops.command.exec({ command: "touch", args: ["active"], creates: "/active" }))
    .dependsOn(prepare)
    .undo(ops.command.exec({ command: "rm", args: ["active"] }));
  plan
    .taskFunc("check", () => {
      if (!isHealthy()) throw new Error("the service does not answer");
      return { changed: false };
    })
    .dependsOn(activate);
  plan.taskFunc("page-on-call", () => ({ changed: false })).dependsOn("check", { on: "failure" });
  return plan;
}

const statusIn = (report: Report, task: string) => report.result(task)?.status;
const hostsIn = (report: Report, task: string) =>
  report.result(task)?.hostResults.map(({ hostname, status }) => `${hostname} ${status}`);

test("given a release that works, when it is rolled out, then every host has it", async () => {
  await using hosts = new Fleet();
  const report = await upgrade(hosts.fleet, () => true).run();
  assert.equal(report.ok, true, report.error?.message);
  assert.deepEqual(hosts.configurations(), NEW);
});

test("given a release that fails its check, when it is rolled out, then every host is as before, bytes and modes", async () => {
  await using hosts = new Fleet();
  const report = await upgrade(hosts.fleet, () => false).run();
  assert.equal(report.verdict, "rolledBack");
  assert.deepEqual(hosts.configurations(), OLD);
  assert.deepEqual(
    hosts.names.flatMap((name) => ["active", "srv"].map((path) => existsSync(hosts.path(name, path)))),
    [false, false, false, false, false, false],
  );
});

test("given a release that fails its check, when it is rolled out, then the failure branch has run", async () => {
  await using hosts = new Fleet();
  const report = await upgrade(hosts.fleet, () => false).run();
  assert.equal(statusIn(report, "page-on-call"), "unchanged");
});

test("given one host that cannot take the release, when it is rolled out, then the hosts that could are restored too", async () => {
  await using hosts = new Fleet();
  hosts.write("web2", "srv", "a file where a folder is needed");
  const report = await upgrade(hosts.fleet, () => true).run();
  assert.equal(report.verdict, "rolledBack");
  assert.deepEqual(hosts.configurations(), OLD);
  assert.equal(readFileSync(hosts.path("web2", "srv"), "utf8"), "a file where a folder is needed");
});

test("given tasks with declared undos, when a later one fails, then they are undone in reverse order", async () => {
  const journal: string[] = [];
  const plan = new Plan("steps", { rollback: "onFailure" });
  const step = (name: string) =>
    plan
      .taskFunc(name, () => {
        journal.push(name);
        return { changed: true };
      })
      .undo(() => {
        journal.push(`undo ${name}`);
        return { changed: true };
      });
  const [first, second, third] = [step("first"), step("second"), step("third")];
  second.dependsOn(first);
  third.dependsOn(second);
  plan
    .taskFunc("last", () => {
      throw new Error("no");
    })
    .dependsOn(third);
  await plan.run();
  assert.deepEqual(journal, ["first", "second", "third", "undo third", "undo second", "undo first"]);
});

test("given an undo that fails, when a run is rolled back, then the report names it and the others are undone", async () => {
  const plan = new Plan("steps", { rollback: "onFailure" });
  const first = plan.taskFunc("first", () => ({ changed: true })).undo(() => ({ changed: true }));
  const second = plan
    .taskFunc("second", () => ({ changed: true }))
    .dependsOn(first)
    .undo(() => {
      throw new Error("the backup is gone");
    });
  plan
    .taskFunc("last", () => {
      throw new Error("no");
    })
    .dependsOn(second);
  const report = await plan.run();
  assert.equal(report.verdict, "failed");
  assert.match(report.result(second)?.undoError?.message ?? "", /the backup is gone/);
  assert.deepEqual([report.result(first)?.rolledBack, report.result(second)?.rolledBack], [true, false]);
});

test("given a rollout in batches, when the first hosts fail, then the others are never touched", async () => {
  await using hosts = new Fleet();
  rmSync(hosts.path("web1", "etc"), { recursive: true });
  hosts.write("web1", "etc", "a file where a folder is needed");
  const plan = new Plan("rollout", { fleet: hosts.fleet });
  plan
    .task("configure", ops.file.deploy({ path: "/etc/service.conf", content: "release new\n" }), { target: "_all" })
    .batches([1]);
  const report = await plan.run();
  assert.deepEqual(hostsIn(report, "configure"), ["web1 failed", "web2 cancelled", "web3 cancelled"]);
  assert.equal(readFileSync(hosts.path("web2", "etc/service.conf"), "utf8"), "release old\n");
});

test("given a run that failed in the middle, when the cause is gone and it runs again, then only the rest is done", async () => {
  await using hosts = new Fleet();
  hosts.write("web2", "srv", "a file where a folder is needed");
  const plan = upgrade(hosts.fleet, () => true);
  const failed = await plan.run({ rollback: "off" });
  assert.equal(failed.verdict, "failed");
  rmSync(hosts.path("web2", "srv"));
  const report = await plan.run();
  assert.equal(report.ok, true, report.error?.message);
  assert.equal(statusIn(report, "configure"), "unchanged");
  assert.equal(hostsIn(report, "prepare")?.includes("web2 changed"), true);
});

test("given a fault that passes, when the task has retries, then the run succeeds without anybody noticing", async () => {
  await using hosts = new Fleet();
  const plan = new Plan("flaky", { fleet: hosts.fleet, target: "web1" });
  const script = 'echo again >> tries; test "$(wc -l < tries)" -ge 3';
  const flaky = plan.task("flaky", ops.command.shell({ script })).onError(retry(4, { initial: "1ms" }));
  const report = await plan.run();
  assert.deepEqual([report.ok, report.result(flaky)?.attempts], [true, 3]);
});

test("given a command that ignores requests to end, when its time is over, then it is killed and the task fails", async () => {
  await using hosts = new Fleet();
  const plan = new Plan("stubborn", { fleet: hosts.fleet, target: "web1" });
  const script = "trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done";
  plan.task("stubborn", ops.command.shell({ script })).timeouts({ attempt: "1s", killGrace: "100ms" });
  const report = await plan.run();
  assert.equal(report.result("stubborn")?.hostResults[0]?.error?.code, "DRV_TASK_ATTEMPT_TIMEOUT");
  const processId = Number(readFileSync(hosts.path("web1", "pid"), "utf8"));
  assert.throws(() => process.kill(processId, 0), { code: "ESRCH" });
});

test("given two independent branches, when one fails and the run goes on, then the other is complete", async () => {
  await using hosts = new Fleet();
  const plan = new Plan("branches", { fleet: hosts.fleet, onError: continueRun, target: "web1" });
  const broken = plan.task("broken", ops.command.exec({ command: "false" }));
  plan.task("after-broken", ops.file.deploy({ path: "/a", content: "a" })).dependsOn(broken);
  const sound = plan.task("sound", ops.file.deploy({ path: "/b", content: "b" }));
  plan.task("after-sound", ops.file.deploy({ path: "/c", content: "c" })).dependsOn(sound);
  const report = await plan.run();
  assert.deepEqual(
    ["broken", "after-broken", "sound", "after-sound"].map((task) => statusIn(report, task)),
    ["failed", "skipped", "changed", "changed"],
  );
});
