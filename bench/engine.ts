import type { BenchRow } from "./bench-row.ts";
import type { RetainedBytes } from "./engine-memory.ts";
import type { ContestantName, RaceArgument, RaceTimes } from "./engine-race.ts";
import type { EngineShape } from "./engine-workload.ts";
import { median } from "./measure.ts";
import { runChild } from "./run-child.ts";

/** Processes per contestant, taken in turn, so that a slow moment of the machine hits everyone. */
const PROCESS_COUNT = 3;
/** Runs in each process; the first ones find cold code. */
const ROUND_COUNT = 5;

const LAYERED: EngineShape = { layerCount: 100, width: 1_000, isAsync: false };
const LAYERED_ASYNC: EngineShape = { ...LAYERED, isAsync: true };
const LAYERED_LARGE: EngineShape = { ...LAYERED, layerCount: 1_000 };
const LAYERED_SMALL: EngineShape = { ...LAYERED, layerCount: 10 };
const LAYERED_TINY: EngineShape = { ...LAYERED, layerCount: 5 };
const CHAIN: EngineShape = { layerCount: 100_000, width: 1, isAsync: false };

/** Each at the largest of the sizes that it gets through in reasonable time. */
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
  const layered = await measure("drover", LAYERED);
  const large = await measure("drover", LAYERED_LARGE);
  const chain = await measure("drover", CHAIN);
  const layeredAsync = await measure("drover", LAYERED_ASYNC);
  const speed = perSecond(LAYERED, layered.runMs);
  const largeSpeed = perSecond(LAYERED_LARGE, large.runMs);
  return [
    ownRow(`run ${describe(LAYERED)}`, speed, "tasks/s"),
    ownRow(`run ${describe(LAYERED)}, first run of a process`, perSecond(LAYERED, layered.firstRunMs), "tasks/s"),
    ownRow(`run ${describe(LAYERED_LARGE)}`, largeSpeed, "tasks/s"),
    ownRow("speed at 1,000,000 tasks, of that at 100,000", Math.round((largeSpeed / speed) * 100), "%"),
    ownRow(`run ${describe(CHAIN)}`, perSecond(CHAIN, chain.runMs), "tasks/s"),
    ownRow(`run ${describe(LAYERED_ASYNC)}`, perSecond(LAYERED_ASYNC, layeredAsync.runMs), "tasks/s"),
    ownRow(`write and compile ${describe(LAYERED)}`, Math.round(layered.prepareMs), "ms"),
    ownRow(`write and compile ${describe(LAYERED_LARGE)}`, Math.round(large.prepareMs), "ms"),
    ...(await memoryRows(LAYERED_LARGE)),
    ...(await peerRows()),
  ];
}

interface Standing {
  readonly prepareMs: number;
  readonly firstRunMs: number;
  readonly runMs: number;
}

async function measure(contestant: ContestantName, shape: EngineShape): Promise<Standing> {
  const times: RaceTimes[] = [];
  for (let turn = 0; turn < PROCESS_COUNT; turn++) times.push(await race(contestant, shape));
  return standingOf(times);
}

async function race(contestant: ContestantName, shape: EngineShape): Promise<RaceTimes> {
  const argument: RaceArgument = { contestant, roundCount: ROUND_COUNT, ...shape };
  return runChild<RaceTimes>("engine-race.ts", argument);
}

function standingOf(times: readonly RaceTimes[]): Standing {
  return {
    prepareMs: median(times.map((time) => time.prepareMs)),
    firstRunMs: median(times.map((time) => time.runMs[0] ?? Number.NaN)),
    runMs: median(times.flatMap((time) => time.runMs)),
  };
}

async function memoryRows(shape: EngineShape): Promise<BenchRow[]> {
  const { planBytes, stateBytes } = await runChild<RetainedBytes>("engine-memory.ts", shape);
  const perTask = (bytes: number): number => Math.round(bytes / taskCountOf(shape));
  return [
    ownRow(`kept by a finished run of ${describe(shape)}`, perTask(stateBytes), "bytes/task"),
    ownRow(`kept by it and its plan, names included`, perTask(stateBytes + planBytes), "bytes/task"),
  ];
}

/** Every peer beside drover at the same size, process by process in turn. */
async function peerRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { contestant, shape, remark, checksWhileRunning } of PEERS) {
    const own: RaceTimes[] = [];
    const theirs: RaceTimes[] = [];
    for (let turn = 0; turn < PROCESS_COUNT; turn++) {
      own.push(await race("drover", shape));
      theirs.push(await race(contestant, shape));
    }
    const peer = standingOf(theirs);
    const drover = standingOf(own);
    const ownMs = checksWhileRunning ? drover.prepareMs + drover.runMs : drover.runMs;
    rows.push({
      name: `engine: run ${describe(shape)}${remark === "" ? "" : ` (${remark})`}`,
      value: perSecond(shape, peer.runMs),
      unit: "tasks/s",
      peer: contestant,
      ratio: Math.round((peer.runMs / ownMs) * 10) / 10,
    });
  }
  return rows;
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
