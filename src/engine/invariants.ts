import { assert } from "../base/assert.ts";
import type { RunEvent, TaskDispatched } from "./events.ts";
import { countOf } from "./fan-out.ts";
import { isRollbackStep } from "./rollback-steps.ts";
import type { RunState } from "./run-state.ts";
import {
  DROPPED,
  EXPANDED,
  FLAG_STARTED,
  IS_ACTIVE,
  isTerminal,
  READY,
  RUNNING,
  STATUS_COUNT,
  UNKNOWN,
  WAITING,
} from "./status.ts";
import { nameOf } from "./task-access.ts";
import { hasFlag, statusOf } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";
import { attemptOfUnit, unitCount, unitStatus } from "./unit-state.ts";

/**
 * Checks that `event` may follow in this state, before it is applied; stops with an `AssertionFailure` naming the
 * invariant (numbers of the design). O(1), or O(units) for events that name units.
 *
 * * I3, I12: an attempt ends once, and only the latest one of a unit
 * * I10: what has ended never changes
 * * I11: a task starts only when all its dependencies have ended and all its edges accept, a rollback step in its phase
 * * I13: a held unit starts again only after a decision
 * * I14: nothing happens before it is due; time never goes back
 * * I16: limits are never exceeded
 * * I19: undo only for units that started, after what depends on them, each at most once with success
 * * I24: a person counts once for a gate, and only while it waits
 */
export function checkInvariants(state: RunState, event: RunEvent): void {
  const { run } = state;
  assert(event.at >= run.lastAtMs, `I14: event ${event.type} lies before the one ahead of it`);
  const isReopening = event.type === "tasks.reset" || (event.type === "run.stopping" && event.mode === "rollback");
  assert(run.phase !== "finished" || isReopening, `I10: event ${event.type} after the end of the run`);
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most events have nothing to be checked by
  switch (event.type) {
    case "task.dispatched":
      return checkDispatch(state, event);
    case "task.completed":
      return checkOpen(state, event.task, event.type);
    case "unit.completed":
      checkOpen(state, event.task, event.type);
      return checkLatest(state, event);
    case "retry.scheduled":
      assert(event.dueMs >= event.at, `I14: a retry is due before its attempt failed`);
      return run.phase === "undoing" ? undefined : checkLatest(state, event);
    case "attempt.unknown":
    case "attempt.refused":
      checkLatest(state, event);
      return assert(unitStatus(state, event.task, event.unit) === RUNNING, `I3: ${event.type} of a unit at rest`);
    case "tasks.skipped":
    case "tasks.notRun":
      for (const [first] of event.ranges) checkOpen(state, first, event.type);
      return;
    case "undo.started": {
      const isPresent = attemptOfUnit(state, event.task, event.unit) > 0 && hasFlag(state, event.task, FLAG_STARTED);
      const wasStarted = isPresent || state.undo?.units.has(unitKey(event.task, event.unit)) === true;
      assert(wasStarted, `I19: undo of a unit that never started`);
      const key = unitKey(event.task, event.unit);
      assert(state.undo?.done.has(key) !== true, `I19: undo of a unit that is undone`);
      return assert((state.undo?.remaining[event.task] ?? 0) === 0, `I19: undo before that of what depends on it`);
    }
    case "undo.completed":
      return assert(
        state.undo?.running.has(unitKey(event.task, event.unit)),
        `I19: an undo ended that was not running`,
      );
    case "task.marked":
      return checkOpen(state, event.task, event.type);
    case "tasks.reset":
      assert(event.generation > run.generation, `I10: generation ${event.generation} does not rise`);
      for (const [first, last] of event.ranges) {
        for (let task = first; task <= last; task++)
          assert(statusOf(state, task) !== RUNNING, `I12: a running task begins anew`);
      }
      return;
    case "approval.given": {
      const gate = state.gates.get(event.task);
      assert(gate !== undefined, `I24: an approval of a gate that does not wait`);
      return assert(!gate.approvals.some(({ actor }) => actor === event.actor), `I24: a person counts twice`);
    }
    default:
      return;
  }
}

function checkOpen(state: RunState, task: number, type: string): void {
  assert(!isTerminal(statusOf(state, task)), `I10: ${type} for task "${nameOf(state, task)}", which has ended`);
}

function checkLatest(state: RunState, event: { task: number; unit: number; attempt: number; type: string }): void {
  const latest = attemptOfUnit(state, event.task, event.unit);
  assert(latest === event.attempt, `I12: ${event.type} names attempt ${event.attempt}, the latest is ${latest}`);
}

function checkDispatch(state: RunState, event: TaskDispatched): void {
  const { task, attempt, units } = event;
  assert(state.tasks.remaining[task] === 0, `I11: task "${nameOf(state, task)}" starts before its dependencies ended`);
  assert(state.tasks.marks[task] === 0, `I11: task "${nameOf(state, task)}" starts against the condition of an edge`);
  const isStepPhase = state.run.phase === "rollbackSteps";
  assert(
    isRollbackStep(state, task) === isStepPhase,
    `I11: task "${nameOf(state, task)}" starts in a phase not its own`,
  );
  const count = units === undefined ? 1 : units.length;
  assert(state.slots.running + count <= state.run.maxParallel, `I16: more than ${state.run.maxParallel} units run`);
  for (let position = 0; position < count; position++) {
    const unit = units?.[position] ?? 0;
    const status = unitStatus(state, task, unit);
    assert(status === READY || status === WAITING, `I13: a unit starts with status ${status}`);
    assert(attemptOfUnit(state, task, unit) + 1 === attempt, `I12: attempt ${attempt} does not follow the one before`);
    const retry = state.retries.get(unitKey(task, unit));
    assert(retry === undefined || retry.dueMs <= event.at, `I14: a retry starts before it is due`);
  }
}

/** Checks the whole state against itself: every count against what it counts (I2, I16, I17). O(tasks). */
export function sweepInvariants(state: RunState): void {
  sweepCounts(state);
  sweepSlots(state);
  const { run, slots } = state;
  if (run.phase !== "finished") return;
  assert(slots.running === 0, `I17: ${slots.running} slots are taken after the end`);
  assert(state.retries.size === 0 && state.cancels.size === 0, `I17: attempts are in flight after the end`);
  for (let task = 0; task < state.tasks.count; task++) {
    const status = statusOf(state, task);
    assert(
      isTerminal(status) || status === UNKNOWN || status === DROPPED,
      `I2: task "${nameOf(state, task)}" has not ended`,
    );
  }
}

function sweepCounts(state: RunState): void {
  const { tasks } = state;
  const counts = new Int32Array(STATUS_COUNT);
  let active = 0;
  for (let task = 0; task < tasks.count; task++) {
    const status = statusOf(state, task);
    counts[status] = (counts[status] ?? 0) + 1;
    active += IS_ACTIVE[status] ?? 0;
    if (status === EXPANDED) assert((state.groups.get(task)?.openCount ?? -1) >= 0, `I2: an open group has no tasks`);
    assert(tasks.remaining[task] !== undefined && (tasks.remaining[task] ?? 0) >= 0, `I11: a dependency ended twice`);
  }
  for (const [code, count] of counts.entries()) {
    assert(count === tasks.counts[code], `I2: ${count} tasks have status ${code}, ${tasks.counts[code]} are counted`);
  }
  assert(active === tasks.active, `I2: ${active} tasks are moving, ${tasks.active} are counted`);
}

function sweepSlots(state: RunState): void {
  let running = state.undo?.running.size ?? 0;
  for (let task = 0; task < state.tasks.count; task++) {
    if (statusOf(state, task) !== RUNNING) continue;
    const fan = state.fanOuts.get(task);
    if (fan === undefined) running++;
    else running += countOf(fan, RUNNING);
    assert(unitCount(state, task) > 0, `I2: a running task has no units`);
  }
  const { slots, run } = state;
  assert(running === slots.running, `I16: ${running} units run, ${slots.running} are counted`);
  assert(running <= run.maxParallel, `I16: ${running} units run, ${run.maxParallel} may`);
  for (const count of slots.writing) {
    assert(
      (count ?? 0) <= state.plan.limits.maxWritingPerHost && (count ?? 0) >= 0,
      `I16: too many tasks write to a host`,
    );
  }
  for (const [name, key] of slots.keys) assert(key.running <= key.limit, `I16: too many units have key "${name}"`);
}
