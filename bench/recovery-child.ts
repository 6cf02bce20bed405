import { writeSync } from "node:fs";

import { must } from "../src/base/assert.ts";
import { err, ok } from "../src/base/result.ts";
import { openSqliteLog } from "../src/eventlog/sqlite/sqlite-log.ts";
import { ops, Plan } from "../src/index.ts";
import { authorCode } from "../src/library/author-code.ts";
import type { CompiledPlan } from "../src/plan/compiled-plan.ts";
import type { AttemptResult, Job } from "../src/protocol/job.ts";
import { keptPlan } from "../src/runner/recover-run.ts";
import { RunHost } from "../src/runner/run-host.ts";
import type { RunRecord } from "../src/runner/run-record.ts";
import { systemClock, systemRandom } from "../src/runner/system.ts";
import { OneHostFleet } from "../src/testing/one-host-fleet.ts";
import { makeEngineWorkload } from "./engine-workload.ts";
import { answerParent, childArgument } from "./run-child.ts";

// One process starts a large run and is killed in the middle; another one opens the folder and goes on.

export interface RecoveryArgument {
  readonly role: "start" | "resume";
  readonly folder: string;
  readonly layerCount: number;
  readonly width: number;
}

export interface RecoveryTimes {
  /** Opening the log: lock, pages, write-ahead log. */
  readonly openMs: number;
  /** Until it is known where each run stands. */
  readonly indexMs: number;
  /** Reading the plan that was kept with the run. */
  readonly planMs: number;
  /** Opening, index, plan, state, until the first job leaves. */
  readonly firstDispatchMs: number;
}

const IN_FLIGHT = 256;

/** Hosts that answer at once, remember what they have done, and go silent when told to. */
class RecordingFleet extends OneHostFleet {
  readonly #sent: (job: Job) => Promise<AttemptResult>;

  constructor(sent: (job: Job) => Promise<AttemptResult>) {
    super();
    this.#sent = sent;
  }

  dispatch(job: Job): Promise<AttemptResult> {
    return this.#sent(job);
  }
}

function compile({ layerCount, width }: RecoveryArgument): CompiledPlan {
  const { names, dependencies } = makeEngineWorkload({ layerCount, width, isAsync: true });
  const plan = new Plan("bench", { target: "one", maxParallel: IN_FLIGHT, maxWritingPerHost: IN_FLIGHT });
  const tasks = names.map((name) => plan.task(name, ops.command.exec({ command: "true" })));
  for (const [at, task] of tasks.entries()) {
    const before = (dependencies[at] ?? []).flatMap((dependency) => tasks[dependency] ?? []);
    if (before.length > 0) task.dependsOn(...before);
  }
  return plan.compile();
}

function resultOf({ token }: Job): AttemptResult {
  return { token, outcome: { status: "changed" }, durationMs: 0 };
}

/** Runs half of the tasks, then says so and waits for its end. */
async function start(argument: RecoveryArgument): Promise<void> {
  const half = (argument.layerCount * argument.width) / 2;
  const silence = Promise.withResolvers<AttemptResult>();
  let sentCount = 0;
  const fleet = new RecordingFleet((job) => {
    sentCount += 1;
    if (sentCount === half) setTimeout(() => writeSync(1, "half\n"), 100);
    return sentCount < half ? Promise.resolve(resultOf(job)) : silence.promise;
  });
  const log = await openSqliteLog(argument.folder);
  const plan = compile(argument);
  const parts = { plan, fleet, userCode: authorCode };
  const host = await RunHost.open({
    log,
    plans: { load: async () => ok(parts) },
    clock: systemClock,
    random: systemRandom,
  });
  const started = await host.start({ parts, params: {}, options: {}, source: { kind: "bench" } });
  if (!started.ok) throw new Error(started.error[0]?.message);
  await started.value.ended;
}

async function resume(argument: RecoveryArgument): Promise<RecoveryTimes> {
  const first = Promise.withResolvers<number>();
  const fleet = new RecordingFleet(async (job) => {
    first.resolve(performance.now());
    return resultOf(job);
  });
  const startMs = performance.now();
  await using log = await openSqliteLog(argument.folder);
  const openedMs = performance.now();
  let planMs = Number.NaN;
  // As the library does for plans without functions: what was kept with the run is all it takes.
  const load = async (record: RunRecord) => {
    const beforeMs = performance.now();
    const kept = await keptPlan(log, record);
    planMs = performance.now() - beforeMs;
    return kept.ok ? ok({ plan: kept.value, fleet, userCode: authorCode }) : err([kept.error]);
  };
  await using host = await RunHost.open({ log, plans: { load }, clock: systemClock, random: systemRandom });
  const indexedMs = performance.now();
  const run = must(host.runs()[0], "The run is in the log");
  const resumed = await host.resume(run.runId);
  if (!resumed.ok) throw new Error(resumed.error[0]?.message);
  const firstMs = await first.promise;
  const view = await resumed.value.ended;
  if (view.verdict !== "succeeded" || view.counts.changed !== argument.layerCount * argument.width) {
    throw new Error(`The run ${view.verdict}, ${view.counts.changed} tasks are done`);
  }
  return {
    openMs: openedMs - startMs,
    indexMs: indexedMs - openedMs,
    planMs,
    firstDispatchMs: firstMs - startMs,
  };
}

const argument = childArgument<RecoveryArgument>();
if (argument.role === "start") await start(argument);
else answerParent(await resume(argument));
