import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempDisposableSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { localFleet, MemoryLog, ops, Plan, Report, retry, type RunOptions, type RunEvent } from "drover";
import { FakeClock, SeededRandom } from "drover/testing";
import { apply } from "../src/engine/apply.ts";
import { createState } from "../src/engine/create-state.ts";
import { stateHash } from "../src/engine/state-hash.ts";
import { viewRun } from "../src/engine/view.ts";

// A run is what its log says. Each plan is run for real; its log alone must lead to the same state, from every prefix.

interface RecordedRun {
  readonly plan: Plan;
  readonly report: Report;
  readonly events: readonly RunEvent[];
}

async function recorded(plan: Plan, options: Omit<RunOptions, "params"> = {}): Promise<RecordedRun> {
  await using log = new MemoryLog({ keepsEvents: true });
  const report = await plan.run({ ...options, log });
  const events: RunEvent[] = [];
  for await (const row of log.read(0, 1)) {
    assert.equal(row.stream, `run/${report.runId}`);
    events.push(...(row.events as readonly RunEvent[]));
  }
  assert.equal(events.at(-1)?.type, "run.completed");
  return { plan, report, events };
}

/** The state after some events, which have been on a disk in between. */
function folded(plan: Plan, events: readonly RunEvent[]) {
  const state = createState(plan.compile());
  for (const event of events) {
    const stored: unknown = JSON.parse(JSON.stringify(event));
    apply(state, stored as RunEvent);
  }
  return state;
}

function assertReplays({ plan, report, events }: RecordedRun): void {
  const live = createState(plan.compile());
  const hashes = new Set<string>();
  for (const [index, event] of events.entries()) {
    apply(live, event);
    const hash = stateHash(live);
    assert.equal(
      stateHash(folded(plan, events.slice(0, index + 1))),
      hash,
      `After ${index + 1} events (${event.type})`,
    );
    hashes.add(hash);
  }
  assert.equal(hashes.size, events.length, "Every event makes a difference");
  const replayed = new Report(viewRun(folded(plan, events)));
  assert.deepEqual(replayed.tasks, report.tasks);
  assert.deepEqual(replayed.summary(), report.summary());
  assert.deepEqual([replayed.runId, replayed.verdict, replayed.error], [report.runId, report.verdict, report.error]);
}

function functionPlan(): Plan {
  const plan = new Plan("functions", { maxParallel: 2 });
  const first = plan.taskFunc("first", () => ({ changed: true, data: { text: 'a "b"\n\u001b[0m', list: [1, 2.5] } }));
  const broken = plan
    .taskFunc("broken", () => {
      throw new Error("no luck");
    })
    .tolerate()
    .continueOnError();
  plan.taskFunc("repair", () => ({ changed: true })).dependsOn(broken, { on: "failure" });
  plan.taskFunc("behind", () => ({ changed: true })).dependsOn(broken);
  plan.taskFunc("idle", () => ({ changed: false })).dependsOn(first);
  plan
    .taskFunc("guarded", () => ({ changed: true }))
    .dependsOn(first)
    .when(() => false, "not today");
  plan.taskFunc("last", ({ results }) => ({ changed: results.changed(first) })).dependsOn("idle", "guarded");
  return plan;
}

function hostPlan(): Plan {
  const plan = new Plan("hosts", { rollback: "onFailure", maxParallel: 1 });
  const config = plan.task("config", ops.file.deploy({ path: "/etc/app.conf", content: "port=81\n" }), "_all");
  config.batches([1, "100%"]);
  const link = plan.task("link", ops.file.symlink({ path: "/current", target: "/releases/2" }), "one");
  plan.task("directory", ops.file.directory({ path: "/srv/made", mode: "0750" }), "two").dependsOn(config, link);
  plan.task("check", ops.file.deploy({ path: "/etc", content: "a folder is there" }), "two").dependsOn("directory");
  plan.taskFunc("never", () => ({ changed: true })).dependsOn("check");
  return plan;
}

function groupPlan(): Plan {
  const plan = new Plan("groups");
  const tries = new Map<string, number>();
  const failsOnce = (key: string) => () => {
    const count = (tries.get(key) ?? 0) + 1;
    tries.set(key, count);
    if (count === 1) throw new Error(`${key} needs another try`);
    return { changed: true, data: `${key} ${count}` };
  };
  plan.foreach("static", ["a", "__proto__"], (item, part) => {
    const build = part.taskFunc("build", failsOnce(item)).onError(retry(2));
    part.taskFunc("pack", ({ results }) => ({ changed: false, data: results.get(build) ?? "" })).dependsOn(build);
  });
  const list = plan.taskFunc("list", () => ({ changed: false, data: { names: ["p", "q", "r"] } })).dependsOn("static");
  plan.foreach("late", { from: list, path: "names" }, (_item, part) => {
    part.taskFunc("visit", ({ key }) => failsOnce(`late ${key}`)()).onError(retry(1));
  });
  plan.taskFunc("flaky", failsOnce("flaky")).onError(retry(3));
  return plan;
}

/** Two rooted hosts with something to change and to restore. */
function givenHosts() {
  const folder = mkdtempDisposableSync("/tmp/drover-replay-");
  const roots = ["one", "two"].map((name) => ({ name, root: join(folder.path, name) }));
  const fleet = localFleet({ hosts: (reset(), roots) });
  return {
    roots,
    fleet,
    reset,
    async [Symbol.asyncDispose]() {
      await fleet[Symbol.asyncDispose]();
      folder.remove();
    },
  };

  function reset(): void {
    for (const { root } of roots) {
      rmSync(root, { recursive: true, force: true });
      mkdirSync(join(root, "etc"), { recursive: true });
      writeFileSync(join(root, "etc/app.conf"), "port=80\n");
    }
  }
}

test("given a plan of functions, when its log is folded from every prefix, then state, view and report are the same", async () => {
  const run = await recorded(functionPlan());
  assert.equal(run.report.verdict, "succeeded");
  assertReplays(run);
});

test("given operations on hosts that are rolled back, when the log is folded from every prefix, then all is the same", async () => {
  await using hosts = givenHosts();
  const run = await recorded(hostPlan(), { fleet: hosts.fleet });
  assert.equal(run.report.verdict, "rolledBack");
  for (const { root } of hosts.roots) {
    assert.equal(readFileSync(join(root, "etc/app.conf"), "utf8"), "port=80\n");
    assert.equal(existsSync(join(root, "srv")), false);
  }
  assertReplays(run);
});

test("given groups with retries, when the log is folded from every prefix, then all is the same", async () => {
  const run = await recorded(groupPlan());
  assert.equal(run.report.verdict, "succeeded");
  assert.equal(run.report.result("static[__proto__].pack")?.data, "__proto__ 2");
  assert.equal(run.report.result("late[q].visit")?.attempts, 2);
  assertReplays(run);
});

test("given the same plan, clock and randomness, when it runs twice, then the logs are equal byte for byte", async () => {
  await using hosts = givenHosts();
  const { fleet } = hosts;
  for (const make of [functionPlan, groupPlan, hostPlan]) {
    const logs: string[] = [];
    for (let round = 0; round < 2; round++) {
      hosts.reset();
      const { events } = await recorded(make(), { fleet, clock: new FakeClock(), random: new SeededRandom(7) });
      logs.push(events.map((event) => JSON.stringify(event)).join("\n"));
    }
    assert.equal(logs[1], logs[0]);
  }
});
