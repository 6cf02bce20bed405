import assert from "node:assert/strict";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import { newRunId } from "../base/ids.ts";
import type { RunEvent } from "../engine/events.ts";
import type { AppendOutcome, EventLog, LogBatch, LogRow } from "../eventlog/event-log.ts";
import { MemoryLog } from "../eventlog/memory-log.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { ops } from "../operation/ops.ts";
import { Plan } from "../library/plan.ts";
import { authorCode } from "../library/author-code.ts";
import type { AttemptResult, Job } from "../protocol/job.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { OneHostFleet } from "../testing/one-host-fleet.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import type { DriverPorts, NewRun } from "./driver-options.ts";
import { RunDriver } from "./run-driver.ts";
import { systemClock } from "./system.ts";

/** Answers every job as told, and remembers it. */
class ScriptedFleet extends OneHostFleet {
  override readonly isDurable = false;
  readonly jobs: Job[] = [];
  readonly #answer: (job: Job) => AttemptResult["outcome"] | Promise<AttemptResult["outcome"]>;

  constructor(answer: (job: Job) => AttemptResult["outcome"] | Promise<AttemptResult["outcome"]>) {
    super();
    this.#answer = answer;
  }

  async dispatch(job: Job): Promise<AttemptResult> {
    this.jobs.push(job);
    return { token: job.token, outcome: await this.#answer(job), durationMs: 0 };
  }
}

/** A log that answers only when it is told to. */
class HeldLog implements EventLog {
  readonly batches: LogBatch[] = [];
  readonly #waiting: ((outcome: AppendOutcome) => void)[] = [];

  append(_lane: number, expectedPosition: number, batch: LogBatch): Promise<AppendOutcome> {
    assert.equal(expectedPosition, this.batches.length, "at most one append is in flight");
    this.batches.push(batch);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  commit(): void {
    must(this.#waiting.shift(), "An append is waiting")({ outcome: "appended", position: this.batches.length });
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  refuse(): void {
    must(this.#waiting.shift(), "An append is waiting")({ outcome: "conflict", position: 99 });
  }

  async *read(): AsyncIterable<LogRow> {}

  tail(): number {
    return this.batches.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function driverOf(plan: Plan, options: Partial<NewRun & DriverPorts> & { readonly fleet: Fleet }): RunDriver {
  const runId = newRunId(systemClock, new SeededRandom(1));
  const start = { type: "start", runId, params: {}, hosts: [{ target: "one", hosts: ["one"] }], options: {} } as const;
  return new RunDriver({
    plan: plan.compile(),
    start,
    log: new MemoryLog(),
    clock: systemClock,
    userCode: authorCode,
    ...options,
  });
}

const unchanged: AttemptResult["outcome"] = { status: "unchanged" };

/** Lets promises that are already settled have their callbacks. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

test("given a log that has not committed, when a run starts, then no job leaves before the commit", async () => {
  const fleet = new ScriptedFleet(() => unchanged);
  const plan = new Plan("order");
  plan.task("look", ops.node.osGet(), { target: "one" });
  await using log = new HeldLog();
  const driver = driverOf(plan, { fleet, log });
  assert.equal(driver.start(), undefined);
  await settle();
  assert.equal(fleet.jobs.length, 0);
  while (log.isWaiting) {
    log.commit();
    await settle();
  }
  await driver.finished;
  assert.equal(fleet.jobs.length, 1);
});

test("given a log that refuses, when a run writes, then the run stops with an error and lets no effect out", async () => {
  const fleet = new ScriptedFleet(() => unchanged);
  const plan = new Plan("refused");
  plan.task("look", ops.node.osGet(), { target: "one" });
  await using log = new HeldLog();
  const driver = driverOf(plan, { fleet, log });
  driver.start();
  log.refuse();
  await assert.rejects(driver.finished, /did not take the events/);
  assert.equal(fleet.jobs.length, 0);
});

test("given a run on a log that keeps events, when it is over, then the log holds them in order without gaps", async () => {
  const fleet = new ScriptedFleet(() => ({ status: "changed" }));
  const plan = new Plan("kept");
  plan.task("a", ops.node.osGet(), { target: "one" });
  plan.task("b", ops.node.osGet(), { target: "one" }).dependsOn("a");
  await using log = new MemoryLog({ keepsEvents: true });
  const seen: RunEvent[] = [];
  const driver = driverOf(plan, { fleet, log, observer: { onEvents: (events) => void seen.push(...events) } });
  driver.start();
  await driver.finished;
  const kept: unknown[] = [];
  for await (const row of log.read(0, 1)) kept.push(...row.events);
  assert.deepEqual(kept, seen);
  assert.deepEqual([seen[0]?.type, seen.at(-1)?.type], ["run.created", "run.completed"]);
});

test("given a fleet that breaks its promise and rejects, when a job is sent, then the outcome is unknown and held", async () => {
  const fleet = new ScriptedFleet(() => Promise.reject(new Error("connection lost")));
  const plan = new Plan("lost");
  const task = plan.task("run", ops.command.exec({ command: "true" }), { target: "one" });
  const driver = driverOf(plan, { fleet });
  driver.start();
  const view = await driver.finished;
  assert.equal(view.verdict, "needsDecision");
  assert.equal(view.task(must(view.indexOf(task.name), "The run has the task")).status, "unknown");
});

test("given an idempotent operation of unknown outcome, when it is settled by policy, then it is sent again with another attempt", async () => {
  const outcomes: AttemptResult["outcome"][] = [{ status: "unknown", reason: "no answer" }, { status: "changed" }];
  const fleet = new ScriptedFleet(() => outcomes.shift() ?? unchanged);
  const plan = new Plan("again");
  plan.task("deploy", ops.file.deploy({ path: "/x", content: "y" }), { target: "one" });
  const driver = driverOf(plan, { fleet });
  driver.start();
  assert.equal((await driver.finished).verdict, "succeeded");
  assert.equal(new Set(fleet.jobs.map((job) => job.token)).size, fleet.jobs.length);
});

test("given a heartbeat limit, when an executor of this process works longer, then the attempt is not given up", async () => {
  const clock = new FakeClock();
  const answer = Promise.withResolvers<AttemptResult["outcome"]>();
  const fleet = new ScriptedFleet(() => answer.promise);
  const plan = new Plan("alive");
  plan.task("slow", ops.command.exec({ command: "sleep" }), { target: "one", timeouts: { heartbeat: "1s" } });
  const driver = driverOf(plan, { fleet, clock });
  driver.start();
  await settle();
  for (let second = 0; second < 10; second++) {
    await clock.advance(1_000);
    await settle();
  }
  answer.resolve({ status: "changed" });
  assert.equal((await driver.finished).verdict, "succeeded");
});

test("given a function that reports no progress, when its heartbeat limit passes, then the task fails with that limit", async () => {
  const clock = new FakeClock();
  const plan = new Plan("silent");
  plan.taskFunc("silent", () => new Promise<{ changed: boolean }>(() => {}), {
    timeouts: { heartbeat: "1s", killGrace: "1s" },
  });
  const driver = driverOf(plan, { fleet: new ScriptedFleet(() => unchanged), clock });
  driver.start();
  for (let second = 0; second < 10 && driver.view.phase !== "finished"; second++) {
    await clock.advance(1_000);
    await settle();
  }
  assert.equal((await driver.finished).error?.code, "DRV_TASK_HEARTBEAT_TIMEOUT");
});

test("given a chain of functions that never wait, when it runs, then timers still get their turn", async () => {
  const plan = new Plan("busy");
  let until = 0;
  let sawTimer = false;
  let previous = plan.taskFunc("first", () => {
    until = performance.now() + 100;
    setTimeout(() => void (sawTimer = true), 1);
    return { changed: false };
  });
  for (let index = 0; index < 20_000; index++) {
    previous = plan
      .taskFunc(`task-${index}`, () => {
        if (performance.now() < until && !sawTimer) while (performance.now() % 1 < 0.05);
        return { changed: false };
      })
      .dependsOn(previous);
  }
  let timerCameFirst = false;
  plan
    .taskFunc("last", () => {
      timerCameFirst = sawTimer;
      return { changed: false };
    })
    .dependsOn(previous);
  await plan.run();
  assert.equal(timerCameFirst, true);
});
