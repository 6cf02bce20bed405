import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { SegmentStore } from "../src/eventlog/sqlite/segment-store.ts";
import { openSqliteLogReader } from "../src/eventlog/sqlite/sqlite-log-reader.ts";
import { Projection } from "../src/view/sqlite/projection.ts";
import { openViewForWriting } from "../src/view/sqlite/view-file.ts";
import type { BenchRow } from "./bench-row.ts";

/** Runs whose rows stand among each other in the log. */
const RUNS_AT_ONCE = 256;
const ROWS_PER_COMMIT = 256;

interface Shape {
  readonly name: string;
  readonly events: number;
  readonly tasksPerRun: number;
  /** Tasks that one row ends and starts. */
  readonly tasksPerRow: number;
}

const SHAPES: readonly Shape[] = [
  { name: "runs of 10 tasks, 2 events a row", events: 200_000, tasksPerRun: 10, tasksPerRow: 1 },
  { name: "runs of 1,000 tasks, 2 events a row", events: 200_000, tasksPerRun: 1_000, tasksPerRow: 1 },
  { name: "runs of 1,000 tasks, 256 events a row", events: 400_000, tasksPerRun: 1_000, tasksPerRow: 128 },
];

/** How fast the read model follows a log: by the clock, and by the time of the processor where others use it too. */
export async function benchView(): Promise<BenchRow[]> {
  return SHAPES.flatMap((shape) => {
    const folder = mkdtempSync(join(tmpdir(), "drover-bench-view-"));
    try {
      const events = writeLog(folder, shape);
      const { wallMs, cpuMs } = project(folder);
      const row = { unit: "events/s", peer: null, ratio: null };
      return [
        { ...row, name: `${shape.name}`, value: Math.round((events / wallMs) * 1_000) },
        { ...row, name: `${shape.name}, processor time`, value: Math.round((events / cpuMs) * 1_000) },
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function project(folder: string): { readonly wallMs: number; readonly cpuMs: number } {
  using reader = openSqliteLogReader(folder);
  const view = openViewForWriting(folder);
  try {
    const projection = new Projection(reader, view);
    const startedMs = performance.now();
    const before = cpuUsage();
    while (projection.advance()) continue;
    const { user, system } = cpuUsage(before);
    return { wallMs: performance.now() - startedMs, cpuMs: (user + system) / 1_000 };
  } finally {
    view.close();
  }
}

interface OpenRun {
  readonly stream: string;
  newest: number;
  next: number;
}

function writeLog(folder: string, { events, tasksPerRun, tasksPerRow }: Shape): number {
  using store = SegmentStore.open(folder);
  const rows: { readonly stream: string; readonly previousPosition: number; readonly body: string }[] = [];
  let open: OpenRun[] = [];
  let made = 0;
  let written = 0;
  let position = 0;
  const commit = (): void => {
    if (rows.length > 0) store.append(store.tail, `bench.${position}`, rows.splice(0));
  };
  while (written < events) {
    while (open.length < RUNS_AT_ONCE) open.push({ stream: `run/run_${(made += 1)}`, newest: 0, next: 0 });
    for (const run of open) {
      const body = eventsOf(run, { tasksPerRun, tasksPerRow });
      position += 1;
      written += body.length;
      rows.push({ stream: run.stream, previousPosition: run.newest, body: JSON.stringify(body) });
      run.newest = position;
      if (rows.length >= ROWS_PER_COMMIT) commit();
    }
    open = open.filter(({ next }) => next <= tasksPerRun);
  }
  commit();
  return written;
}

/** Ends the task before and starts the next one, as a chain does. */
function eventsOf(run: OpenRun, { tasksPerRun, tasksPerRow }: Pick<Shape, "tasksPerRun" | "tasksPerRow">): object[] {
  const at = 1_700_000_000_000 + run.next;
  const events: object[] =
    run.next > 0 ? [] : [createdEvent(run, at), { type: "hosts.resolved", v: 1, at, targets: [] }];
  for (let count = 0; count < tasksPerRow && run.next <= tasksPerRun; count++) {
    const task = run.next;
    const outcome = { status: "changed" };
    if (task > 0) events.push({ type: "task.completed", v: 1, at, task: task - 1, attempt: 1, outcome });
    if (task < tasksPerRun) events.push({ type: "task.dispatched", v: 1, at, task, attempt: 1 });
    else events.push({ type: "run.completed", v: 1, at, verdict: "succeeded" });
    run.next += 1;
  }
  return events;
}

function createdEvent({ stream }: OpenRun, at: number): object {
  const options = { maxParallel: 16, isDryRun: false, rollback: "off", onUnknownHeld: "finish" };
  return { type: "run.created", v: 1, at, runId: stream.slice("run/".length), plan: "bench", params: {}, ...options };
}
