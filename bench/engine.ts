import { must } from "../src/base/assert.ts";
import type { BenchRow } from "./bench-row.ts";
import type { RetainedBytes } from "./engine-memory.ts";
import type { ContestantName, RaceArgument, RaceTimes } from "./engine-race.ts";
import type { EngineShape } from "./engine-workload.ts";
import { median } from "./measure.ts";
import { runChild } from "./run-child.ts";

/** Processes per entry. All entries take turns, so that a slow moment of the machine spoils one process of each. */
const PROCESS_COUNT = 5;
/** Runs in each process: small plans are run more often, because the first runs find cold code. */
const ROUND_COUNT_MAX = 15;
const ROUND_COUNT_MIN = 5;
const TASKS_PER_PROCESS = 1_500_000;

const LAYERED: EngineShape = { layerCount: 100, width: 1_000, isAsync: false };
const LAYERED_ASYNC: EngineShape = { ...LAYERED, isAsync: true };
const LAYERED_LARGE: EngineShape = { ...LAYERED, layerCount: 1_000 };
const LAYERED_SMALL: EngineShape = { ...LAYERED, layerCount: 10 };
const LAYERED_TINY: EngineShape = { ...LAYERED, layerCount: 2 };
const CHAIN: EngineShape = { layerCount: 100_000, width: 1, isAsync: false };

const OWN_SHAPES = [LAYERED, LAYERED_LARGE, CHAIN, LAYERED_ASYNC, LAYERED_SMALL, LAYERED_TINY];

/** Each at the largest of our sizes that it gets through in reasonable time. */
const PEERS: readonly PeerEntry[] = [
  { contestant: "effect", shape: LAYERED, remark: "a fiber per task", checksWhileRunning: false },
  { contestant: "p-graph", shape: LAYERED, remark: "", checksWhileRunning: false },
  { contestant: "listr2", shape: LAYERED_SMALL, remark: "layer by layer", checksWhileRunning: false },
  { contestant: "async", shape: LAYERED_TINY, remark: "auto, checks included", checksWhileRunning: true },
];

interface PeerEntry {
  readonly contestant: ContestantName;
  readonly shape: EngineShape;
  readonly remark: string;
  /** Whether it cannot check its tasks before it runs them: then both together are compared. */
  readonly checksWhileRunning: boolean;
}

/** Runs of no-op tasks: speed by size and shape, what a run retains, and the same work done by others. */
export async function benchEngine(): Promise<BenchRow[]> {
  const own = OWN_SHAPES.map((shape) => new Standing("drover", shape));
  const peers = PEERS.map(({ contestant, shape }) => new Standing(contestant, shape));
  for (let turn = 0; turn < PROCESS_COUNT; turn++) {
    for (const standing of [...own, ...peers]) await standing.race();
  }
  const ownAt = (shape: EngineShape): Standing => must(own[OWN_SHAPES.indexOf(shape)], "We run every shape");
  const layered = ownAt(LAYERED);
  const large = ownAt(LAYERED_LARGE);
  return [
    ownRow(`run ${describe(LAYERED)}`, layered.tasksPerSecond, "tasks/s"),
    ownRow(`run ${describe(LAYERED)}, first run of a process`, perSecond(LAYERED, layered.firstRunMs), "tasks/s"),
    ownRow(`run ${describe(LAYERED_LARGE)}`, large.tasksPerSecond, "tasks/s"),
    ownRow("its speed, of that at 100,000 tasks", percent(large.tasksPerSecond, layered.tasksPerSecond), "%"),
    ownRow(`run ${describe(CHAIN)}`, ownAt(CHAIN).tasksPerSecond, "tasks/s"),
    ownRow(`run ${describe(LAYERED_ASYNC)}`, ownAt(LAYERED_ASYNC).tasksPerSecond, "tasks/s"),
    ownRow(`write and compile ${describe(LAYERED)}`, Math.round(layered.prepareMs), "ms"),
    ownRow(`write and compile ${describe(LAYERED_LARGE)}`, Math.round(large.prepareMs), "ms"),
    ...(await memoryRows(LAYERED_LARGE)),
    ...PEERS.flatMap((entry, at) => peerRow(entry, { peer: peers[at], own: ownAt(entry.shape) })),
  ];
}

/** How one contestant fares with one shape. */
class Standing {
  readonly #argument: RaceArgument;
  readonly #times: RaceTimes[] = [];

  constructor(contestant: ContestantName, shape: EngineShape) {
    const roundCount = Math.round(TASKS_PER_PROCESS / taskCountOf(shape));
    const bounded = Math.min(ROUND_COUNT_MAX, Math.max(ROUND_COUNT_MIN, roundCount));
    this.#argument = { contestant, roundCount: bounded, ...shape };
  }

  /** Runs in one more process. */
  async race(): Promise<void> {
    this.#times.push(await runChild<RaceTimes>("engine-race.ts", this.#argument));
  }

  get prepareMs(): number {
    return median(this.#times.map((time) => time.prepareMs));
  }

  get firstRunMs(): number {
    return median(this.#times.map((time) => time.runMs[0] ?? Number.NaN));
  }

  get runMs(): number {
    return median(this.#times.flatMap((time) => time.runMs));
  }

  get tasksPerSecond(): number {
    return perSecond(this.#argument, this.runMs);
  }
}

async function memoryRows(shape: EngineShape): Promise<BenchRow[]> {
  const { planBytes, stateBytes } = await runChild<RetainedBytes>("engine-memory.ts", shape);
  const perTask = (bytes: number): number => Math.round(bytes / taskCountOf(shape));
  return [
    ownRow(`kept by a finished run of ${describe(shape)}`, perTask(stateBytes), "bytes/task"),
    ownRow("kept by it and its plan, names included", perTask(stateBytes + planBytes), "bytes/task"),
  ];
}

function peerRow(
  { contestant, shape, remark, checksWhileRunning }: PeerEntry,
  { peer, own }: { readonly peer: Standing | undefined; readonly own: Standing },
): BenchRow[] {
  if (peer === undefined) return [];
  const ownMs = checksWhileRunning ? own.prepareMs + own.runMs : own.runMs;
  const row: BenchRow = {
    name: `engine: run ${describe(shape)}${remark === "" ? "" : ` (${remark})`}`,
    value: peer.tasksPerSecond,
    unit: "tasks/s",
    peer: contestant,
    ratio: Math.round((peer.runMs / ownMs) * 10) / 10,
  };
  return [row];
}

function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 100);
}

function ownRow(name: string, value: number, unit: string): BenchRow {
  return { name: `engine: ${name}`, value, unit, peer: null, ratio: null };
}

function describe(shape: EngineShape): string {
  const count = taskCountOf(shape).toLocaleString("en");
  const kind = shape.isAsync ? "async no-op tasks" : "no-op tasks";
  return shape.width === 1 ? `a chain of ${count} ${kind}` : `${count} ${kind} in layers`;
}

function taskCountOf(shape: EngineShape): number {
  return shape.layerCount * shape.width;
}

function perSecond(shape: EngineShape, ms: number): number {
  return Math.round((taskCountOf(shape) / ms) * 1_000);
}
