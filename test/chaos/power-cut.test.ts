import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { attemptToken } from "../../src/base/ids.ts";
import { ok } from "../../src/base/result.ts";
import { MemoryLog } from "../../src/eventlog/memory-log.ts";
import type { MemoryBlobStore } from "../../src/eventlog/memory-blob-store.ts";
import type { AppendOutcome, LogBatch } from "../../src/eventlog/event-log.ts";
import { openDiskJournal } from "../../src/execute/disk-journal.ts";
import { authorCode } from "../../src/library/author-code.ts";
import { ops, Plan } from "../../src/index.ts";
import type { AttemptResult, Job } from "../../src/protocol/job.ts";
import { RunHost } from "../../src/runner/run-host.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { OneHostFleet } from "../../src/testing/one-host-fleet.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";

const RUNS = 20;

/** A log on a disk whose cache is lost with the power: rows are there only once a sync, at a random time, has come. */
class ForgetfulLog extends MemoryLog {
  readonly synced: { readonly expected: number; readonly batch: LogBatch }[] = [];
  readonly #random: SeededRandom;
  #isCut = false;

  constructor(random: SeededRandom) {
    super({ keepsEvents: true });
    this.#random = random;
  }

  override append(lane: number, expectedPosition: number, batch: LogBatch): AppendOutcome {
    // The type of a log in memory is narrower than that of logs; what is answered here is a promise all the same.
    return this.#appendLater(lane, expectedPosition, batch) as unknown as AppendOutcome;
  }

  async #appendLater(lane: number, expected: number, batch: LogBatch): Promise<AppendOutcome> {
    for (let turn = this.#random.integer(4); turn >= 0; turn--) await new Promise(setImmediate);
    // Nobody hears anything of a machine without power.
    if (this.#isCut) return new Promise<AppendOutcome>(() => {});
    const outcome = super.append(lane, expected, batch);
    if (outcome.outcome === "appended") this.synced.push({ expected, batch });
    return outcome;
  }

  /** What the next machine finds. */
  cut(): MemoryLog {
    this.#isCut = true;
    // Blobs are durable before a row names them.
    const found = new FoundLog(this.blobs);
    for (const { expected, batch } of this.synced) found.append(0, expected, batch);
    return found;
  }
}

/** A log that begins with what was found on a disk. */
class FoundLog extends MemoryLog {
  override readonly blobs: MemoryBlobStore;

  constructor(blobs: MemoryBlobStore) {
    super({ keepsEvents: true });
    this.blobs = blobs;
  }
}

/** Hosts that go on without their controller, and tell the result of a token they know. */
class SteadyFleet extends OneHostFleet {
  /** How often each task was carried out. */
  readonly done = new Map<string, number>();
  readonly #results = new Map<string, AttemptResult>();

  async dispatch({ token, task }: Job): Promise<AttemptResult> {
    const known = this.#results.get(token);
    if (known !== undefined) return known;
    this.done.set(task, (this.done.get(task) ?? 0) + 1);
    const result: AttemptResult = { token, outcome: { status: "changed" }, durationMs: 1 };
    this.#results.set(token, result);
    return result;
  }
}

/** Runs a plan, cuts the power after so many turns, and goes on with what is found; answers what was found wrong. */
async function cutAndGoOn(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const fleet = new SteadyFleet();
  const plan = new Plan("cut", { target: "one" });
  let last = plan.approval("go");
  for (let index = 0; index < 6; index++) {
    plan.task(`side-${index}`, ops.command.exec({ command: "true" }));
    last = plan.task(`chain-${index}`, ops.command.exec({ command: "true" })).dependsOn(last);
  }
  const parts = { plan: plan.compile(), fleet, userCode: authorCode };
  const openOn = (log: MemoryLog) =>
    RunHost.open({ log, clock: new FakeClock(), random, plans: { load: async () => ok(parts) } });
  const log = new ForgetfulLog(random);
  const host = await openOn(log);
  const acknowledged: string[] = [];
  const living = live(host, parts, acknowledged);
  for (let turn = random.integer(90); turn > 0; turn--) await new Promise(setImmediate);
  const found = log.cut();
  void living;
  const after = await openOn(found);
  const [record] = after.runs();
  assert.equal(record !== undefined || !acknowledged.includes("started"), true, `seed ${seed}: the run is missing`);
  if (record === undefined) return;
  const view = await after.view(record.runId);
  assert.ok(view.ok);
  const isApproved = !["pending", "ready", "waiting"].includes(view.value.statusOf(0));
  if (acknowledged.includes("approved")) assert.ok(isApproved, `seed ${seed}: the approval is missing`);
  for (let index = 0; index < view.value.taskCount; index++) {
    const { name, status } = view.value.task(index);
    if (name !== "go" && status === "changed") assert.equal(fleet.done.get(name), 1, `seed ${seed}: ${name}`);
  }
  if (record.verdict === undefined) {
    const resumed = await after.resume(record.runId);
    assert.ok(resumed.ok);
    if (!isApproved) await after.command(record.runId, { type: "approve", task: 0, actor: "ann" });
    assert.equal((await resumed.value.ended).verdict, "succeeded", `seed ${seed}`);
  } else assert.equal(record.verdict, "succeeded");
  for (const [task, count] of fleet.done) assert.equal(count, 1, `seed ${seed}: ${task} was done ${count} times`);
  assert.equal(fleet.done.size, 12, `seed ${seed}`);
}

async function live(host: RunHost, parts: Parameters<RunHost["start"]>[0]["parts"], acknowledged: string[]) {
  const started = await host.start({ parts, params: {}, options: {}, source: { kind: "test" } });
  if (!started.ok) return;
  acknowledged.push("started");
  const { runId, ended } = started.value;
  void ended.catch(() => {});
  const rejection = await host.command(runId, { type: "approve", task: 0, actor: "ann" });
  if (rejection === undefined) acknowledged.push("approved");
}

test(`given power that is cut at ${RUNS} moments, when the run goes on from what was synced, then nothing acknowledged is missing and nothing is done twice`, async () => {
  for (let seed = 1; seed <= RUNS; seed++) await cutAndGoOn(seed);
});

test("given a journal of attempts as each sync left it, when power comes back, then every answer that was given is known", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "drover-cut-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const live = join(folder, "live");
  const tokens = Array.from({ length: 5 }, (_, index) => attemptToken(index.toString(16).padStart(32, "0")));
  const cuts: { readonly copy: string; readonly accepted: number; readonly finished: number }[] = [];
  {
    await using journal = openDiskJournal({ folder: live, clock: new FakeClock(), segmentBytes: 600 });
    const cut = (accepted: number, finished: number): void => {
      const copy = join(folder, `cut-${cuts.length}`);
      // The lock is of a process of the machine that had the power, and ends when another file of it is closed.
      cpSync(live, copy, { recursive: true, filter: (path) => !path.endsWith("lock") });
      cuts.push({ copy, accepted, finished });
    };
    for (const [index, token] of tokens.entries()) {
      await journal.accept(token);
      cut(index + 1, index);
      await journal.finish({ token, outcome: { status: "changed", data: "x".repeat(80) }, durationMs: 1 });
      cut(index + 1, index + 1);
    }
  }
  for (const { copy, accepted, finished } of cuts) {
    await using journal = openDiskJournal({ folder: copy, clock: new FakeClock() });
    for (const [index, token] of tokens.entries()) {
      const state = (await journal.find(token))?.state;
      assert.equal(state, index < finished ? "finished" : index < accepted ? "started" : undefined, `${copy} ${index}`);
    }
  }
});
