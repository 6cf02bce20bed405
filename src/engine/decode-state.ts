import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { blocksOf, grow, orderBlock } from "./apply-group.ts";
import { createState, type StateOptions } from "./create-state.ts";
import { fanOutBytes, restoreFanOuts } from "./fan-out-columns.ts";
import { orderKeys } from "./order-key.ts";
import { shapeOf } from "./plan-shape.ts";
import { rebuildCaches } from "./rebuild-caches.ts";
import type { RunState } from "./run-state.ts";
import { type ColumnReader, unframe } from "./snapshot-frame.ts";
import { restoreDocument, restoreUndo, type StateDocument } from "./state-document.ts";
import { STATUS_COUNT, TRAIT_DRY, IS_ACTIVE } from "./status.ts";
import { taskOf } from "./task-access.ts";

/**
 * The state that `encodeState` wrote, ready to go on: same hash, same outstanding effects, same due times. As after a
 * replay, perform `outstandingEffects`, then send `advance` and `tick`. Heartbeats are forgotten, as with a replay.
 *
 * @param plan the plan of the run; another one is told by its tasks and edges
 * @returns `DRV_RUN_SNAPSHOT_INVALID` for damaged bytes, another version, or another plan
 *
 * @example
 * const restored = decodeState(plan, snapshot);
 * if (restored.ok) for (const event of later) apply(restored.value, event);
 */
export function decodeState(
  plan: CompiledPlan,
  bytes: Uint8Array,
  options: StateOptions = {},
): Result<RunState, CodedError> {
  const framed = unframe(bytes);
  if (typeof framed === "string") return invalid(framed);
  const { document, columns } = framed;
  const read = readDocument(document);
  if (read === undefined) return invalid("its document cannot be read");
  if (read.plan !== shapeOf(plan)) return invalid(`it belongs to another plan than "${plan.name}"`);
  const state = createState(plan, options);
  if (columns.left !== sizeOf(read.state)) return invalid(`${columns.left} bytes of columns are not what it needs`);
  restoreDocument(state, read.state);
  restoreColumns(state, read.state.taskCount, columns);
  restoreOrder(state, read.state);
  restoreFanOuts(state, read.state, { columns, told: read.state.unitOutcomes });
  const { undo } = read.state;
  if (undo !== undefined) state.undo = restoreUndo(undo, columns.ints(undo.taskCount));
  rebuildCaches(state);
  return ok(state);
}

function invalid(found: string): Result<never, CodedError> {
  return err(codedError("DRV_RUN_SNAPSHOT_INVALID", `Cannot read the snapshot of the run: ${found}`));
}

interface SnapshotDocument {
  readonly plan: string;
  readonly state: StateDocument;
}

/** The checksum was right, so the content is our own. */
function readDocument(text: string): SnapshotDocument | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codec border of snapshots: behind the checksum the content is our own
    return parsed as SnapshotDocument;
  } catch {
    return undefined;
  }
}

function sizeOf(document: StateDocument): number {
  const { taskCount, undo } = document;
  return taskCount * BYTES_PER_TASK + fanOutBytes(document) + (undo?.taskCount ?? 0) * 4;
}

const BYTES_PER_TASK = 2 * 8 + 2 * 4 + 2 + 4;

function restoreColumns(state: RunState, count: number, columns: ColumnReader): void {
  const { tasks } = state;
  if (count > tasks.capacity) grow(state, count);
  tasks.count = count;
  tasks.startedAtMs.set(columns.floats(count));
  tasks.finishedAtMs.set(columns.floats(count));
  tasks.remaining.set(columns.ints(count));
  tasks.attempts.set(columns.ints(count));
  tasks.generation.set(columns.shorts(count));
  tasks.status.set(columns.bytes(count));
  tasks.flags.set(columns.bytes(count));
  tasks.skipCause.set(columns.bytes(count));
  tasks.marks.set(columns.bytes(count));
  tasks.counts.fill(0);
  for (let task = 0; task < count; task++) {
    const status = tasks.status[task] ?? 0;
    tasks.counts[status] = (tasks.counts[status] ?? 0) + 1;
  }
  tasks.active = 0;
  for (let code = 0; code < STATUS_COUNT; code++) tasks.active += (tasks.counts[code] ?? 0) * (IS_ACTIVE[code] ?? 0);
}

/** What follows from the plan, the estimates and the items of groups. Blocks ascend: outer groups stand before inner ones. */
function restoreOrder(state: RunState, { blocks }: StateDocument): void {
  const { run, tasks, order } = state;
  const { capacity, rootCount } = tasks;
  if (run.estimates !== undefined) {
    const keys = orderKeys(state.plan, run.estimates);
    if (capacity === rootCount) order.orderKey = keys;
    else order.orderKey.set(keys);
  }
  if (run.isDryRun) {
    for (let task = 0; task < rootCount; task++) tasks.traits[task] = (tasks.traits[task] ?? 0) | TRAIT_DRY;
  }
  for (const { group, first, items } of blocks) {
    const { body } = taskOf(state, group);
    if (body.kind !== "group") continue;
    for (const block of blocksOf(body, group, { first, items })) {
      state.blocks.push(block);
      orderBlock(state, block);
    }
  }
}
