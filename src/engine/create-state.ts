import { EDGE_PREFERRED } from "../dag/edge.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { DueQueue, type IsLive } from "./due-queue.ts";
import { isLive } from "./due-times.ts";
import { FanOuts } from "./fan-outs.ts";
import { IntQueue } from "./int-queue.ts";
import { createBarriers } from "./level-barriers.ts";
import { orderKeys } from "./order-key.ts";
import { ReadyQueue } from "./ready-queue.ts";
import type { InvariantMode, Queues, RunFacts, RunState, Slots, TaskColumns } from "./run-state.ts";
import { PENDING, STATUS_COUNT } from "./status.ts";
import type { StartOrder } from "./start-order.ts";
import { traitsOf } from "./traits.ts";

export interface StateOptions {
  /** Default `off`. */
  readonly invariants?: InvariantMode;
}

/** The state of a run that has not been created yet: give it to `decide` with `start`, or to `apply` for replay. */
export function createState(plan: CompiledPlan, options: StateOptions = {}): RunState {
  const order: StartOrder = { orderKey: orderKeys(plan), softRank: plan.softRank };
  const state: RunState = {
    plan,
    invariants: options.invariants ?? "off",
    run: createFacts(plan),
    tasks: createColumns(plan),
    order,
    outcomes: new Map(),
    reasons: new Map(),
    params: new Map(),
    fanOuts: new FanOuts(),
    retries: new Map(),
    cancels: new Map(),
    timeouts: new Map(),
    attemptStarts: new Map(),
    totalStarts: new Map(),
    readySince: new Map(),
    unknowns: new Map(),
    uncounted: new Map(),
    gates: new Map(),
    signals: new Map(),
    signalIds: new Set(),
    groupItems: new Map(),
    groups: new Map(),
    blocks: [],
    decisions: new Map(),
    resets: new Map(),
    earlier: new Map(),
    leftBehind: new Map(),
    hosts: [],
    hostIndex: new Map(),
    targets: new Map(),
    undo: undefined,
    rollbackSteps: rollbackStepsIn(plan),
    slots: createSlots(plan, order),
    queues: createQueues(plan, order, (entry) => isLive(state, entry)),
  };
  return state;
}

function createFacts(plan: CompiledPlan): RunFacts {
  return {
    runId: undefined,
    origin: {},
    controlVersion: 0,
    generation: 1,
    earlierIrreversibleCount: 0,
    pause: undefined,
    estimates: undefined,
    phase: "created",
    stopMode: undefined,
    stopReason: undefined,
    stopTask: -1,
    pendingStop: -1,
    params: {},
    createdAtMs: -1,
    finishedAtMs: -1,
    lastAtMs: 0,
    verdict: undefined,
    error: undefined,
    isDryRun: false,
    rollback: plan.rollback,
    onUnknownHeld: "finish",
    maxParallel: plan.limits.maxParallel,
    failedCount: 0,
    hasResolvedHosts: false,
  };
}

function createColumns(plan: CompiledPlan): TaskColumns {
  const count = plan.tasks.length;
  const counts = new Int32Array(STATUS_COUNT);
  counts[PENDING] = count;
  return {
    rootCount: count,
    count,
    capacity: count,
    status: new Uint8Array(count),
    flags: new Uint8Array(count),
    skipCause: new Uint8Array(count),
    marks: new Uint8Array(count),
    traits: traitColumn(plan),
    remaining: blockingInDegrees(plan),
    attempts: new Int32Array(count),
    generation: new Uint16Array(count).fill(1),
    startedAtMs: new Float64Array(count).fill(-1),
    finishedAtMs: new Float64Array(count).fill(-1),
    counts,
    active: 0,
  };
}

function rollbackStepsIn({ tasks }: CompiledPlan): ReadonlySet<number> {
  const steps = new Set<number>();
  // Indices instead of an iterator: this runs cold, before the first job of a recovered run leaves.
  for (let index = 0; index < tasks.length; index++) if (tasks[index]?.isRollbackStep === true) steps.add(index);
  return steps;
}

function traitColumn(plan: CompiledPlan): Uint8Array {
  const traits = new Uint8Array(plan.tasks.length);
  for (const task of plan.tasks) traits[task.index] = traitsOf(task);
  return traits;
}

/** For each task of a plan how many blocking dependencies it has. */
export function blockingInDegrees(plan: CompiledPlan): Int32Array {
  const { offsets, kinds } = plan.graph.incoming;
  const degrees = new Int32Array(plan.tasks.length);
  for (let node = 0; node < degrees.length; node++) {
    const end = offsets[node + 1] ?? 0;
    let degree = 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) if (kinds[edge] !== EDGE_PREFERRED) degree++;
    degrees[node] = degree;
  }
  return degrees;
}

function createSlots(plan: CompiledPlan, order: StartOrder): Slots {
  const keys = new Map<string, { limit: number; running: number; parked: ReadyQueue }>();
  for (const [key, limit] of plan.limits.keys) keys.set(key, { limit, running: 0, parked: new ReadyQueue(order) });
  return { running: 0, writing: [], keys };
}

function createQueues(plan: CompiledPlan, order: StartOrder, isEntryLive: IsLive): Queues {
  return {
    ready: new ReadyQueue(order),
    queued: new Uint8Array(plan.tasks.length),
    settle: new IntQueue(),
    due: new DueQueue(isEntryLive),
    parkedByHost: new Map(),
    heartbeats: new Map(),
    barriers: createBarriers(plan),
    effects: [],
    isHeld: false,
    notRunFrom: 0,
  };
}
