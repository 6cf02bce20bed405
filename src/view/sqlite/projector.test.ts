import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { DroverError } from "../../base/coded-error.ts";
import { LaneWriter } from "../../eventlog/lane-writer.ts";
import { openSqliteLog } from "../../eventlog/sqlite/sqlite-log.ts";
import { Plan } from "../../library/plan.ts";
import { noticingLog } from "../noticing-log.ts";
import { startProjector } from "./projector.ts";
import { openView } from "./view-reader.ts";

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-projector-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function chain(name: string, length: number): Plan {
  const plan = new Plan(name);
  for (let index = 0; index < length; index++) plan.taskFunc(`step ${index}`, () => ({ changed: index % 2 === 0 }));
  return plan;
}

test("given a projector, when plans run on a log that tells it, then the view has them without being asked", async (context) => {
  const folder = temporaryFolder(context);
  await using log = await openSqliteLog(folder);
  await using projector = await startProjector(folder);
  await using writer = await LaneWriter.open(noticingLog(log, projector), { owner: "one" });
  const plans = ["a", "b", "c"].map((name) => chain(name, 20));
  await Promise.all(plans.map((plan) => plan.run({ log: writer })));
  await projector.reached(log.tail(0));
  assert.equal(projector.position, log.tail(0));
  assert.equal(projector.noticed, log.tail(0));
  using view = openView(folder);
  assert.equal(view.position, log.tail(0));
  const { rows } = view.runs();
  assert.deepEqual(rows.map(({ plan }) => plan).toSorted(), ["a", "b", "c"]);
  for (const run of rows)
    assert.deepEqual([run.status, run.counts.changed, run.counts.unchanged], ["succeeded", 10, 10]);
});

test("given a log with runs, when a projector starts later, then it catches up from its cursor", async (context) => {
  const folder = temporaryFolder(context);
  {
    await using log = await openSqliteLog(folder);
    await chain("before", 5).run({ log });
  }
  await using log = await openSqliteLog(folder);
  await using projector = await startProjector(folder);
  await projector.reached(log.tail(0));
  using view = openView(folder);
  assert.equal(view.runs().rows[0]?.plan, "before");
});

test("given a folder without a log, when a projector starts, then it says so", async (context) => {
  const folder = temporaryFolder(context);
  await assert.rejects(
    startProjector(folder),
    (thrown) => thrown instanceof DroverError && thrown.code === "DRV_LOG_ABSENT",
  );
});

test("given a view that is no database, when a projector starts, then it is made anew", async (context) => {
  const folder = temporaryFolder(context);
  await using log = await openSqliteLog(folder);
  await chain("kept", 3).run({ log });
  const foreign = new DatabaseSync(join(folder, "view.db"));
  foreign.exec("CREATE TABLE somebody_else (x)");
  foreign.close();
  await using projector = await startProjector(folder);
  await projector.reached(log.tail(0));
  using view = openView(folder);
  assert.equal(view.runs().rows[0]?.plan, "kept");
});

test("given somebody who waits for what never comes, when the signal aborts, then the wait ends", async (context) => {
  const folder = temporaryFolder(context);
  await using _log = await openSqliteLog(folder);
  await using projector = await startProjector(folder);
  const controller = new AbortController();
  const waiting = projector.reached(1_000, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
});

test("given a projector that was closed, when somebody waits, then the wait ends with what happened", async (context) => {
  const folder = temporaryFolder(context);
  await using _log = await openSqliteLog(folder);
  const projector = await startProjector(folder);
  const waiting = assert.rejects(projector.reached(1_000), /thread has ended/);
  await projector[Symbol.asyncDispose]();
  await waiting;
});
