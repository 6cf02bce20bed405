import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ok } from "../src/base/result.ts";
import { openSqliteLog } from "../src/eventlog/sqlite/sqlite-log.ts";
import { localFleet } from "../src/library/local-fleet.ts";
import { RunHost } from "../src/runner/run-host.ts";
import { systemClock, systemRandom } from "../src/runner/system.ts";
import { startProjector } from "../src/view/sqlite/projector.ts";
import { Countdown, inLanes } from "./countdown.ts";
import { DispatchMeter } from "./dispatch-meter.ts";
import { makeDurablePlan } from "./durable-plan.ts";
import { IN_FLIGHT, SMALL_RUNS_AT_ONCE, type DurableShape, type DurableTimes } from "./durable-shape.ts";
import { LagMeter } from "./lag-meter.ts";
import type { Latency } from "./latency-meter.ts";
import { answerParent, childArgument } from "./run-child.ts";
import { TimedLog } from "./timed-log.ts";

// drover does one kind of work on a log of its own, the read model following it in its thread.

export interface DroverArgument {
  readonly shape: DurableShape;
  /** Tasks of one run; small runs have their own size. */
  readonly tasksPerRun: number;
  /** At most so many tasks… */
  readonly taskCount: number;
  /** … and no new run after this time. */
  readonly secondsMax: number;
}

export interface DroverTimes extends DurableTimes {
  readonly commit: Latency;
  readonly dispatch: Latency;
  /** From asking for a run to the call of its first function, its plan having been kept before or not. */
  readonly start: Latency;
  readonly lagMaxMs: number;
  readonly logBytesPerTask: number;
  /** Memory of the process after a tenth, half and all of the work, in megabytes. */
  readonly rssMb: readonly [start: number, middle: number, end: number];
  /** What is alive on the heap at the same moments, in megabytes: collected first. */
  readonly liveMb: readonly number[];
  /** Time of the processor for a task, all threads together, and that of the main thread, in microseconds. */
  readonly processorUs: readonly [all: number, main: number];
}

const LOOK_MS = 20;
/** Parts of the work after which the heap is looked at. */
const LIVE_AT = [0.1, 0.5];

async function race(argument: DroverArgument): Promise<DroverTimes> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  try {
    const times = await raceIn(folder, argument);
    // The write-ahead log has been taken over when the log is closed.
    return { ...times, logBytesPerTask: logBytes(folder) / times.taskCount };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function raceIn(
  folder: string,
  { shape, tasksPerRun, taskCount, secondsMax }: DroverArgument,
): Promise<Omit<DroverTimes, "logBytesPerTask">> {
  const { plan, dependencies } = makeDurablePlan(shape, tasksPerRun);
  const meter = new DispatchMeter(IN_FLIGHT);
  const lag = new LagMeter();
  const sqlite = await openSqliteLog(folder);
  const projector = await startProjector(folder);
  await using log = new TimedLog(sqlite, (position) => {
    lag.committed(position);
    projector.notice(position);
  });
  await using fleet = localFleet();
  const partsOf = (startMs: number) => ({ plan, fleet, userCode: meter.codeOf(dependencies, startMs) });
  await using host = await RunHost.open({
    log,
    plans: { load: async () => ok(partsOf(performance.now())) },
    clock: systemClock,
    random: systemRandom,
  });
  const rssMb: number[] = [];
  const liveMb: number[] = [];
  const processor = processorMeter();
  const countdown = new Countdown({ taskCount, secondsMax });
  const startMs = performance.now();
  const looks = setInterval(() => {
    lag.look(projector.position);
    rssMb.push(Math.round(process.memoryUsage.rss() / 1e6));
    const part = Math.max(meter.callCount / taskCount, (performance.now() - startMs) / (secondsMax * 1_000));
    if (part > (LIVE_AT[liveMb.length] ?? Number.POSITIVE_INFINITY)) liveMb.push(measureLiveMb());
  }, LOOK_MS);
  await inLanes(shape === "small runs" ? SMALL_RUNS_AT_ONCE : 1, async () => {
    while (countdown.take(plan.tasks.length)) {
      const started = await host.start({
        parts: partsOf(performance.now()),
        params: {},
        options: { maxParallel: IN_FLIGHT },
        source: { kind: "bench" },
      });
      if (!started.ok) throw new Error(started.error[0]?.message);
      const { verdict } = await started.value.ended;
      if (verdict !== "succeeded") throw new Error(`The run ${verdict}`);
      meter.forget(started.value.runId);
    }
  });
  const elapsedMs = performance.now() - startMs;
  countdown.end();
  const processorUs = processor(meter.callCount);
  clearInterval(looks);
  liveMb.push(measureLiveMb());
  await projector.reached(sqlite.tail(0));
  lag.look(projector.position);
  await projector[Symbol.asyncDispose]();
  return {
    taskCount: meter.callCount,
    elapsedMs,
    commit: log.commits.read(),
    dispatch: meter.dispatches.read(),
    start: meter.starts.read(),
    lagMaxMs: lag.maxMs,
    rssMb: [0.1, 0.5, 1].map((part) => rssMb[Math.ceil(part * rssMb.length) - 1] ?? 0) as [number, number, number],
    liveMb,
    processorUs,
  };
}

function measureLiveMb(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1e5) / 10;
}

function processorMeter(): (taskCount: number) => [number, number] {
  const all = process.cpuUsage();
  const main = process.threadCpuUsage();
  const perTask = ({ user, system }: NodeJS.CpuUsage, taskCount: number) => (user + system) / taskCount;
  return (taskCount) => [perTask(process.cpuUsage(all), taskCount), perTask(process.threadCpuUsage(main), taskCount)];
}

/** Size of the segments of the log. */
function logBytes(folder: string): number {
  return readdirSync(folder)
    .filter((name) => /^log-[0-9]+\.db$/.test(name))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

answerParent(await race(childArgument<DroverArgument>()));
