import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { givenRun, ReplayedRun, RUN } from "./replay-kit.ts";

// Progress: how a long replay says how far it has come.

/** A log of exactly this many events, in rows of `perRow`. */
function givenEvents(context: TestContext, count: number, perRow = 50): ReplayedRun {
  const run = givenRun(context, 1);
  for (let left = count - 2; left > 0; left -= perRow) {
    const events = Array.from({ length: Math.min(left, perRow) }, () => ({
      type: "signal.received",
      name: "go",
      id: "x",
    }));
    run.events(events);
  }
  return run;
}

/** A clock that goes on by the same step whenever somebody looks at it. */
function ticking(stepMs: number): () => number {
  let nowMs = 0;
  return () => (nowMs += stepMs);
}

test("given 1,000 events, when they are replayed, then there are 10 reports", (context) => {
  assert.equal(givenEvents(context, 1_000).rebuilt().length, 10);
});

test("given 1,000 events, when they are replayed, then the reports come after each hundred", (context) => {
  const counts = givenEvents(context, 1_000)
    .rebuilt()
    .map(({ events }) => events);
  assert.deepEqual(counts, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
});

test("given 250 events, when they are replayed, then the last report is that of the end", (context) => {
  assert.deepEqual(
    givenEvents(context, 250)
      .rebuilt()
      .map(({ events }) => events),
    [100, 200, 250],
  );
});

test("given fewer than a hundred events, when they are replayed, then there is one report", (context) => {
  assert.deepEqual(
    givenEvents(context, 60)
      .rebuilt()
      .map(({ events, percent }) => [events, percent]),
    [[60, 100]],
  );
});

test("given a log without events, when it is replayed, then the only report says that it is done", (context) => {
  const [report, ...others] = new ReplayedRun(context).rebuilt();
  assert.deepEqual([report?.events, report?.percent, others.length], [0, 100, 0]);
});

test("given a replay, when it reports, then the percentage never falls", (context) => {
  const percents = givenEvents(context, 1_000)
    .rebuilt()
    .map(({ percent }) => percent);
  assert.deepEqual(
    percents,
    percents.toSorted((a, b) => a - b),
  );
});

test("given a replay, when it ends, then it is at 100 percent", (context) => {
  assert.equal(givenEvents(context, 1_000).rebuilt().at(-1)?.percent, 100);
});

test("given a replay, when it is not at its end, then it is below 100 percent", (context) => {
  assert.ok(
    givenEvents(context, 1_000)
      .rebuilt()
      .slice(0, -1)
      .every(({ percent }) => percent < 100),
  );
});

test("given one row with all events, when it is replayed, then progress is told inside the row", (context) => {
  const percents = givenEvents(context, 1_002, 1_000)
    .rebuilt()
    .map(({ percent }) => percent);
  assert.ok(new Set(percents).size > 5, percents.join(" "));
});

test("given a replay, when it reports, then the position is that of the row", (context) => {
  const run = givenEvents(context, 400, 100);
  assert.deepEqual(run.rebuilt().at(-1)?.position, run.log.store.tail);
});

test("given a steady replay, when it reports, then the time left falls", (context) => {
  const etas = givenEvents(context, 1_000)
    .rebuilt(ticking(10))
    .map(({ etaMs }) => etaMs ?? 0);
  // The first row is shorter than the others, so the first guess is better than the second.
  const steady = etas.slice(2);
  assert.deepEqual(
    steady,
    steady.toSorted((a, b) => b - a),
  );
});

test("given a replay that is half done, when it reports, then as much time is left as was needed", (context) => {
  const reports = givenEvents(context, 1_000).rebuilt(ticking(100));
  const half = reports[4];
  const elapsedMs = 500;
  assert.ok(Math.abs((half?.etaMs ?? 0) - elapsedMs) < 60, JSON.stringify(half));
});

test("given a replay at its end, when it reports, then no time is left", (context) => {
  assert.equal(givenEvents(context, 1_000).rebuilt(ticking(10)).at(-1)?.etaMs, 0);
});

test("given a run in quarantine, when the log is replayed, then the others are reported and it is no hindrance", (context) => {
  const run = givenEvents(context, 200);
  run.log.appendBody(`run/${RUN}`, "broken");
  run.created(["x"], "run_2");
  assert.deepEqual(
    run.rebuilt().map(({ events }) => events),
    [100, 200, 202],
  );
});
