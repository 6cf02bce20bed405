import { must } from "../src/base/assert.ts";
import type { BenchRow } from "./bench-row.ts";
import type { DroverArgument, DroverTimes } from "./durable-drover.ts";
import type { DurablePeerName, PeerArgument } from "./durable-peer.ts";
import { perSecond, type DurableShape, type DurableTimes } from "./durable-shape.ts";
import type { BenchLength } from "./bench-length.ts";
import { median } from "./measure.ts";
import { runChild } from "./run-child.ts";
import { measureSyncFloor } from "./sync-floor.ts";

/** How much of each kind of work, and longest time for it; a peer that does not finish is judged by what it did. */
const WORK: Readonly<Record<DurableShape, Omit<DroverArgument, "shape">>> = {
  wide: { tasksPerRun: 20_000, taskCount: 60_000, secondsMax: 6 },
  "small runs": { tasksPerRun: 8, taskCount: 40_000, secondsMax: 6 },
  chain: { tasksPerRun: 2_000, taskCount: 2_000, secondsMax: 6 },
};

const TITLES: Readonly<Record<DurableShape, string>> = {
  wide: "independent tasks of one run, 256 in flight",
  "small runs": "runs of 8 tasks, 43 at once",
  chain: "a chain",
};

/** Queues know no runs: their jobs are compared with the tasks of one run. */
const PEERS: readonly { readonly peer: DurablePeerName; readonly shapes: readonly DurableShape[] }[] = [
  { peer: "dbos", shapes: ["wide", "small runs", "chain"] },
  { peer: "bullmq", shapes: ["wide", "chain"] },
  { peer: "pg-boss", shapes: ["wide", "chain"] },
  { peer: "graphile-worker", shapes: ["wide", "chain"] },
];

const SHAPES: readonly DurableShape[] = ["wide", "small runs", "chain"];
const LIVE_MOMENTS = ["after a tenth of the time", "after half of the time", "at the end"];
/** No count that could be reached. */
const ENDLESS = 1_000_000_000;

/**
 * No-op tasks whose ends are durable before anything follows from them: each kind of work by drover and by its peers in
 * turn, then drover alone for longer. A peer that cannot start is named as missing.
 */
export async function benchDurable({ seconds = 10, rounds = 3, scale = 1 }: BenchLength): Promise<BenchRow[]> {
  const own = new Map<DurableShape, DroverTimes[]>(SHAPES.map((shape) => [shape, []]));
  const peers = new Map<string, PeerStanding>();
  const floors: DurableTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const shape of SHAPES) {
      const { taskCount, ...work } = WORK[shape];
      const scaled = { ...work, taskCount: Math.ceil(taskCount * scale), shape };
      if (shape === "chain") floors.push(measureSyncFloor());
      must(own.get(shape), "Every shape is measured").push(await runChild<DroverTimes>("durable-drover.ts", scaled));
      for (const { peer, shapes } of PEERS) {
        if (!shapes.includes(shape)) continue;
        const standing = peers.get(`${peer} ${shape}`) ?? new PeerStanding({ peer, ...scaled });
        peers.set(`${peer} ${shape}`, standing);
        await standing.race();
      }
    }
  }
  const rows = SHAPES.flatMap((shape) => {
    const times = must(own.get(shape), "Every shape is measured");
    const those = [...peers.values()].filter((standing) => standing.shape === shape);
    const speed = median(times.map(perSecond));
    const rows = [
      ...speedRows(TITLES[shape], times),
      ...those.map((standing) => standing.rowBeside(TITLES[shape], speed)),
    ];
    return shape === "chain" ? [...rows, rowOf(TITLES[shape], "write and fdatasync", { times: floors, speed })] : rows;
  });
  for (const shape of ["wide", "small runs"] as const) {
    const { tasksPerRun } = WORK[shape];
    const argument = { shape, tasksPerRun, taskCount: ENDLESS, secondsMax: seconds } satisfies DroverArgument;
    rows.push(...sustainedRows(`${TITLES[shape]}, ${seconds} s`, await runChild("durable-drover.ts", argument)));
  }
  return rows;
}

/** How a peer fares with one kind of work. */
class PeerStanding {
  readonly shape: DurableShape;
  readonly #argument: PeerArgument;
  readonly #times: DurableTimes[] = [];
  #missing: string | undefined;

  constructor({ peer, shape, taskCount, secondsMax }: PeerArgument) {
    this.shape = shape;
    this.#argument = { peer, shape, taskCount, secondsMax };
  }

  async race(): Promise<void> {
    if (this.#missing !== undefined) return;
    try {
      this.#times.push(await runChild<DurableTimes>("durable-peer.ts", this.#argument));
    } catch (thrown) {
      this.#missing = reasonOf(thrown);
    }
  }

  rowBeside(title: string, ownSpeed: number): BenchRow {
    const { peer } = this.#argument;
    if (this.#missing !== undefined) {
      return { name: `${title}: missing, ${this.#missing}`, value: Number.NaN, unit: "tasks/s", peer, ratio: null };
    }
    return rowOf(title, peer, { times: this.#times, speed: ownSpeed });
  }
}

function rowOf(
  name: string,
  peer: string,
  { times, speed }: { readonly times: readonly DurableTimes[]; readonly speed: number },
): BenchRow {
  const value = median(times.map(perSecond));
  return { name, value, unit: "tasks/s", peer, ratio: Math.round((speed / value) * 10) / 10 };
}

/** The line of a failed process that says why. */
function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.split("\n").find((line) => line.startsWith("Error: ")) ?? text.slice(0, 200);
}

function speedRows(title: string, times: readonly DroverTimes[]): BenchRow[] {
  const middle = (read: (time: DroverTimes) => number): number => round(median(times.map(read)));
  return [
    ownRow(title, middle(perSecond), "tasks/s"),
    ownRow(
      "… from ready to called, median",
      middle((time) => time.dispatch.p50Ms),
      "ms",
    ),
    ownRow(
      "… from ready to called, 99th percentile",
      middle((time) => time.dispatch.p99Ms),
      "ms",
    ),
    ownRow(
      "… commit, median",
      middle((time) => time.commit.p50Ms),
      "ms",
    ),
    ownRow(
      "… commit, 99th percentile",
      middle((time) => time.commit.p99Ms),
      "ms",
    ),
    ownRow(
      "… log",
      middle((time) => time.logBytesPerTask),
      "bytes/task",
    ),
  ];
}

function sustainedRows(title: string, time: DroverTimes): BenchRow[] {
  const [start, middle, end] = time.rssMb;
  const [all, main] = time.processorUs;
  return [
    ownRow(title, perSecond(time), "tasks/s"),
    ownRow("… from ready to called, median", round(time.dispatch.p50Ms), "ms"),
    ownRow("… from ready to called, 99th percentile", round(time.dispatch.p99Ms), "ms"),
    ownRow("… commit, 99th percentile", round(time.commit.p99Ms), "ms"),
    ownRow("… read model behind, at most", round(time.lagMaxMs), "ms"),
    ownRow("… memory after a tenth of the time", start, "MB"),
    ownRow("… memory after half of the time", middle, "MB"),
    ownRow("… memory at the end", end, "MB"),
    ...time.liveMb.map((live, at) => ownRow(`… alive on the heap ${LIVE_MOMENTS[at] ?? ""}`, live, "MB")),
    ownRow("… processor, all threads", round(all), "µs/task"),
    ownRow("… processor, main thread", round(main), "µs/task"),
  ];
}

function ownRow(name: string, value: number, unit: string): BenchRow {
  return { name, value, unit, peer: null, ratio: null };
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
