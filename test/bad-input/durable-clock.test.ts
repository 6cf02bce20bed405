import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { RunEvent } from "../../src/engine/events.ts";
import { DurableRuns, localFleet, Plan, type Report } from "../../src/index.ts";
import { openSqliteLog } from "../../src/sqlite.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

// The wall clock of a machine that is set, under runs with times, on a real log.

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Minutes pass as fast as the disk answers, and some while it does not: far less than what the clock is set by. */
const SLACK_MS = 25 * MINUTE_MS;

interface Given extends AsyncDisposable {
  readonly runs: DurableRuns;
  /** Lets a minute pass, and what it leads to come onto the disk: the log answers in the order in which it is asked. */
  readonly minute: () => Promise<void>;
  readonly clock: FakeClock;
  /** Times by the log, which no other may be before. */
  readonly times: number[];
  readonly observer: { readonly onEvents: (events: readonly RunEvent[]) => void };
}

async function given(context: TestContext, idleMs?: number): Promise<Given> {
  const folder = mkdtempSync(join(tmpdir(), "drover-clock-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new FakeClock();
  const log = await openSqliteLog(join(folder, "data"));
  const runs = await DurableRuns.open({ log, fleet: localFleet(), clock, ...(idleMs === undefined ? {} : { idleMs }) });
  const times: number[] = [];
  const observer = { onEvents: (events: readonly RunEvent[]) => times.push(...events.map(({ at }) => at)) };
  const minute = async (): Promise<void> => {
    await clock.advance(MINUTE_MS);
    for (let round = 0; round < 3; round++) {
      await log.verify();
      await new Promise(setImmediate);
    }
  };
  return { runs, minute, clock, times, observer, [Symbol.asyncDispose]: () => runs[Symbol.asyncDispose]() };
}

/** Lets time pass in steps, with the disk between them, until the run has ended; answers how long that took. */
async function untilEnded({ clock, minute }: Given, report: Promise<Report>): Promise<number> {
  const startMs = clock.monotonicMs();
  let ended: Report | undefined;
  void report.then((value) => (ended = value));
  while (ended === undefined && clock.monotonicMs() - startMs < 12 * HOUR_MS) {
    await minute();
  }
  return clock.monotonicMs() - startMs;
}

for (const byMs of [HOUR_MS, -HOUR_MS]) {
  const which = byMs > 0 ? "forward" : "back";

  test(`given a delay of 2 hours, when the clock is set ${which} by an hour, then it ends by the new time, and the run goes on`, async (context) => {
    await using there = await given(context);
    const { runs, clock, times, observer } = there;
    const plan = new Plan("waits");
    plan.delay("after", "1s").dependsOn(plan.delay("long", "2h"));
    const started = await runs.start(plan, { observer });
    assert.ok(started.ok);
    clock.jumpWallClock(byMs);
    const tookMs = await untilEnded(there, started.value.report);
    assert.equal((await started.value.report).verdict, "succeeded");
    const wantedMs = 2 * HOUR_MS - byMs;
    assert.ok(Math.abs(tookMs - wantedMs) <= SLACK_MS, `${tookMs} ms instead of ${wantedMs} ms`);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
      "Times of events never go back",
    );
  });

  test(`given a run that has left memory until its delay ends, when the clock is set ${which} by an hour, then time still brings it back`, async (context) => {
    await using there = await given(context, MINUTE_MS);
    const { runs, clock } = there;
    const plan = new Plan("sleeps");
    plan.delay("long", "3h");
    const started = await runs.start(plan);
    assert.ok(started.ok);
    const { runId } = started.value;
    for (let count = 0; count < 30 && runs.isDriven(runId); count++) {
      await there.minute();
    }
    assert.equal(runs.isDriven(runId), false, "It has left memory");
    clock.jumpWallClock(byMs);
    const tookMs = await untilEnded(there, started.value.report);
    assert.equal((await started.value.report).verdict, "succeeded");
    assert.ok(Math.abs(tookMs - (3 * HOUR_MS - byMs)) <= 35 * MINUTE_MS, `${tookMs} ms`);
  });

  test(`given an approval with a deadline, when the clock is set ${which} by an hour, then it is not given up before its time`, async (context) => {
    await using there = await given(context);
    const { runs, clock } = there;
    const plan = new Plan("asks");
    plan.approval("go").timeouts({ total: "90m" });
    const started = await runs.start(plan);
    assert.ok(started.ok);
    clock.jumpWallClock(byMs);
    const tookMs = await untilEnded(there, started.value.report);
    assert.equal((await started.value.report).verdict, "failed");
    assert.ok(tookMs >= 90 * MINUTE_MS - Math.max(0, byMs), `${tookMs} ms`);
    assert.ok(tookMs <= 90 * MINUTE_MS + HOUR_MS + SLACK_MS, `${tookMs} ms`);
  });
}
