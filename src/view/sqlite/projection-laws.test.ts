import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { must } from "../../base/assert.ts";
import type { RunEvent } from "../../engine/events.ts";
import type { TaskView } from "../../engine/run-view.ts";
import { viewRun } from "../../engine/view.ts";
import type { CompiledPlan, CompiledTask } from "../../plan/compiled-plan.ts";
import { RANDOM_HOSTS, randomPlan } from "../../testing/random-plan.ts";
import { endsWell, happensAnything } from "../../testing/random-world.ts";
import { givenRun, type RunSpecification } from "../../testing/run-specification.ts";
import { SeededRandom } from "../../testing/seeded-random.ts";
import { openSqliteLogReader } from "../../eventlog/sqlite/sqlite-log-reader.ts";
import { KeptLog } from "./test-kit/kept-log.ts";
import { Projection } from "./projection.ts";
import { taskRecordOf, runRecordOf, unitRecordOf } from "./record-columns.ts";
import { openViewForReading, openViewForWriting } from "./view-file.ts";

// The read model is the fold of the log: what `apply` makes of the same events is the judge.

interface KeptRun {
  readonly id: string;
  readonly run: RunSpecification;
  readonly events: readonly RunEvent[];
}

function randomRun(seed: number): RunSpecification {
  const random = new SeededRandom(seed);
  const plan = randomPlan(random, 4 + random.integer(10));
  const onUnknownHeld = random.integer(4) === 0 ? "wait" : "finish";
  const options = { allowIrreversible: true, isDryRun: random.integer(10) === 0, onUnknownHeld } as const;
  const run = givenRun(plan, { hosts: RANDOM_HOSTS, options, isReplayed: false, isSwept: false });
  for (let step = 0; step < 50 && run.view.phase !== "finished"; step++) happensAnything(run, random);
  if (random.integer(3) > 0) endsWell(run);
  return run;
}

/** The document that names the tasks of a plan. */
function planBodyOf(plan: CompiledPlan): object {
  return { name: plan.name, tasks: plan.tasks.map(taskBodyOf) };
}

function taskBodyOf(task: CompiledTask): object {
  const { body } = task;
  return {
    name: task.name,
    kind: body.kind,
    ...(task.target !== undefined && { target: task.target.text }),
    ...(body.kind === "operation" && { operation: body.operation }),
  };
}

/** Cuts the events of a run into rows at random, and keeps those of several runs among each other. */
function keepAll(log: KeptLog, runs: readonly KeptRun[], random: SeededRandom): void {
  const next = runs.map(() => 0);
  for (let open = runs.length; open > 0;) {
    const index = random.integer(runs.length);
    const { id, events } = must(runs[index], "A run");
    const from = next[index] ?? 0;
    if (from >= events.length) continue;
    const to = Math.min(events.length, from + 1 + random.integer(6));
    next[index] = to;
    if (to === events.length) open -= 1;
    log.append(
      `run/${id}`,
      events.slice(from, to).map((event) => stored(log, event, random)),
    );
  }
}

/** Some events are kept as blobs, as large ones are. */
function stored(log: KeptLog, event: RunEvent, random: SeededRandom): unknown {
  if (random.integer(8) !== 0) return event;
  return { type: event.type, v: 1, at: event.at, blob: log.blob(JSON.stringify(event)) };
}

function keptRuns(log: KeptLog, seed: number, count: number): readonly KeptRun[] {
  return Array.from({ length: count }, (_, index) => {
    const run = randomRun(seed * 100 + index);
    const id = `run_${seed}_${index}`;
    const planBody = log.blob(JSON.stringify(planBodyOf(run.state.plan)));
    const events = run.events.map((event) =>
      event.type === "run.created" ? { ...event, runId: must(event.runId, "An id"), planBody } : event,
    );
    return { id, run, events };
  });
}

/** What the engine says of a task, as far as the log alone tells it. */
function expectedTask(run: RunSpecification, index: number): object {
  const view = run.view.task(index);
  return {
    status: settledStatus(run, view),
    isChanged: view.isChanged,
    attempts: view.attempts,
    startedAtMs: view.startedAtMs,
    finishedAtMs: view.finishedAtMs,
    skipCause: view.skipCause,
    errorCode: view.status === "failed" ? view.error?.code : undefined,
    reason: isEnded(view) ? view.reason : undefined,
    ...(run.view.phase === "finished" && { isRolledBack: view.isRolledBack, undoErrorCode: view.undoError?.code }),
  };
}

const OPEN_CODES: ReadonlySet<number> = new Set([0, 1, 11, 12, 13]);

/** Whether a task could start is derived from the plan, which the read model does not have: all of that is "open". */
function settledStatus({ state }: RunSpecification, { index, status }: TaskView): string {
  const isMoving = ["ready", "waiting", "running", "unknown", "pending"].includes(status);
  if (state.fanOuts.has(index) && isMoving) return "moving";
  return OPEN_CODES.has(state.tasks.status[index] ?? 0) ? "open" : status;
}

function isEnded({ status }: TaskView): boolean {
  return ["changed", "unchanged", "skipped", "failed", "cancelled", "notRun"].includes(status);
}

interface ViewContent {
  readonly runs: ReadonlyMap<string, ReturnType<typeof runRecordOf>>;
  readonly tasks: ReadonlyMap<string, ReturnType<typeof taskRecordOf>>;
  readonly units: ReadonlyMap<string, ReturnType<typeof unitRecordOf>>;
}

function contentOf(log: KeptLog): ViewContent {
  const view = openViewForReading(log.data);
  try {
    const runs = view.prepare("SELECT * FROM run").all().map(runRecordOf);
    const tasks = view.prepare("SELECT * FROM task").all();
    const units = view.prepare("SELECT * FROM unit").all();
    return {
      runs: new Map(runs.map((run) => [run.id, run])),
      tasks: new Map(tasks.map((row) => [`${String(row["run"])} ${String(row["task"])}`, taskRecordOf(row)])),
      units: new Map(
        units.map((row) => [`${String(row["run"])} ${String(row["task"])} ${String(row["unit"])}`, unitRecordOf(row)]),
      ),
    };
  } finally {
    view.close();
  }
}

function assertIsFold(content: ViewContent, { id, run }: KeptRun): void {
  const record = must(content.runs.get(id), `The view has no run ${id}`);
  const { view } = run;
  assert.equal(record.quarantine, undefined);
  assert.deepEqual(
    [record.phase, record.verdict, record.plan, record.createdAtMs, record.finishedAtMs, record.isDryRun],
    [view.phase, view.verdict, view.planName, view.createdAtMs, view.finishedAtMs, view.isDryRun],
  );
  assert.equal(record.eventCount, run.events.length);
  for (let index = 0; index < view.taskCount; index++) {
    assertTask(content, { number: record.number, run, index }, `${id} task ${index} ${run.name(index)}`);
  }
  if (view.phase !== "finished") return;
  const { changed, unchanged, skipped, failed, cancelled, notRun, unknown } = view.counts;
  assert.deepEqual(record.counts, {
    changed,
    unchanged,
    skipped,
    failed,
    cancelled,
    notRun,
    unknown,
    ready: 0,
    waiting: 0,
    running: 0,
  });
}

function assertTask(
  content: ViewContent,
  place: { readonly number: number; readonly run: RunSpecification; readonly index: number },
  about: string,
): void {
  const { number, run, index } = place;
  const task = content.tasks.get(`${number} ${index}`);
  const expected = expectedTask(run, index);
  const status = task?.status ?? "pending";
  const engine = settledStatus(run, run.view.task(index));
  const isEndedTask = isEnded(run.view.task(index));
  const found = {
    status: engine === "moving" || (engine === "open" && ["pending", "ready"].includes(status)) ? engine : status,
    isChanged: task?.isChanged ?? false,
    attempts: task?.attempts ?? 0,
    startedAtMs: task?.startedAtMs,
    finishedAtMs: task?.finishedAtMs,
    skipCause: task?.skipCause,
    errorCode: status === "failed" ? task?.errorCode : undefined,
    reason: isEndedTask ? task?.reason : undefined,
    ...(run.view.phase === "finished" && {
      isRolledBack: task?.isRolledBack ?? false,
      undoErrorCode: task?.undoErrorCode,
    }),
  };
  assert.deepEqual(found, expected, about);
  assertHosts(content, place, about);
}

/** Hosts that an attempt was made on. */
function assertHosts(
  content: ViewContent,
  { number, run, index }: { readonly number: number; readonly run: RunSpecification; readonly index: number },
  about: string,
): void {
  const isEndedTask = isEnded(run.view.task(index));
  const fan = run.state.fanOuts.get(index);
  for (const [unit, result] of run.view.task(index).hostResults.entries()) {
    if (fan !== undefined && (fan.attempts[unit] ?? 0) === 0) continue;
    const row = must(content.units.get(`${number} ${index} ${unit}`), `${about} has no host ${unit}`);
    const status = isEndedTask ? row.status : "any";
    assert.deepEqual(
      [row.host ?? result.hostname, status, row.isChanged, row.attempts],
      [result.hostname, isEndedTask ? result.status : "any", result.changed, result.attempts ?? 1],
      `${about} host ${unit}`,
    );
  }
}

function givenRuns(
  context: TestContext,
  seed: number,
  count = 8,
): { readonly log: KeptLog; readonly runs: readonly KeptRun[] } {
  const log = new KeptLog(context);
  const runs = keptRuns(log, seed, count);
  keepAll(log, runs, new SeededRandom(seed));
  return { log, runs };
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`given random runs (seed ${seed}), when their log is projected, then the view is its fold`, (context) => {
    const { log, runs } = givenRuns(context, seed, 12);
    log.project();
    const content = contentOf(log);
    for (const run of runs) assertIsFold(content, run);
  });
}

test("given a view, when it is dropped and made anew, then its content is the same byte for byte", (context) => {
  const { log } = givenRuns(context, 11);
  log.project();
  const before = log.content();
  log.rebuild();
  assert.equal(log.content(), before);
});

test("given a log that grows, when the projector is restarted at any cursor, then the content is the same", (context) => {
  const random = new SeededRandom(21);
  const { log } = givenRuns(context, 21, 5);
  log.project();
  const whole = log.content();
  const reader = openSqliteLogReader(log.data);
  const { tail } = reader;
  reader[Symbol.dispose]();
  for (let round = 0; round < 4; round++) {
    const copy = new KeptLog(context);
    const cuts = new Set(Array.from({ length: 12 }, () => 1 + random.integer(tail)));
    copyInParts(log, copy, cuts);
    copy.project();
    assert.equal(copy.content(), whole);
  }
});

/** Appends the rows of one log to another, with a restart of the projector at each cut. */
function copyInParts(from: KeptLog, to: KeptLog, cuts: ReadonlySet<number>): void {
  const reader = from.reader();
  for (let position = 1; position <= reader.tail; position++) {
    const [read] = reader.rows(position, { rowsMax: 1, charactersMax: 1 });
    assert.ok(read?.ok === true);
    copyBlobs(reader, read.row.body, to);
    to.appendBody(read.row.stream, read.row.body);
    if (cuts.has(position)) to.project();
  }
}

function copyBlobs(reader: ReturnType<KeptLog["reader"]>, body: string, to: KeptLog): void {
  for (const [, hash] of body.matchAll(/"(?:blob|planBody)":"([0-9a-f]{64})"/g)) {
    const content = new TextDecoder().decode(reader.blob(must(hash, "A hash")));
    to.blob(content);
    copyBlobs(reader, content, to);
  }
}

test("given rows that were folded in, when the cursor is set back, then they change nothing", (context) => {
  const { log } = givenRuns(context, 31);
  log.project();
  const before = log.content();
  const view = openViewForWriting(log.data);
  view.exec("UPDATE cursor SET position = 3");
  view.close();
  log.project();
  assert.equal(log.content(), before);
});

test("given two projectors on one file, when they take turns, then each goes on where the other was", (context) => {
  const { log, runs } = givenRuns(context, 41);
  const first = openViewForWriting(log.data);
  const second = openViewForWriting(log.data);
  const projections = [new Projection(log.reader(), first), new Projection(log.reader(), second)];
  while (projections.some((projection) => projection.advance())) assert.ok(true);
  first.close();
  second.close();
  const content = contentOf(log);
  for (const run of runs) assertIsFold(content, run);
  assert.ok(runs.every(({ run }) => viewRun(run.state).createdAtMs > 0));
});
