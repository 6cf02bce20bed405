import { computeLevels } from "../dag/levels.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";

/** Compatibility mode: no task of a level starts before the level before has ended. */
export interface LevelBarriers {
  readonly levelOf: Uint32Array;
  /** Tasks of each level that have not ended. */
  readonly open: Int32Array;
  /** The level whose tasks may start. */
  current: number;
  /** Tasks that would start but for their level. */
  readonly held: Map<number, number[]>;
}

/** The barriers of a plan that asks for them. */
export function createBarriers(plan: CompiledPlan): LevelBarriers | undefined {
  if (!plan.hasLevelBarriers) return undefined;
  const levels = computeLevels(plan.graph);
  if (!levels.ok) return undefined;
  const { levelOf, levelCount } = levels.value;
  // Rollback steps run when all levels are through: after the last one, so that nothing waits for them.
  for (const task of plan.tasks) if (task.isRollbackStep === true) levelOf[task.index] = levelCount;
  const open = new Int32Array(levelCount + 1);
  for (const level of levelOf) open[level] = (open[level] ?? 0) + 1;
  return { levelOf, open, current: 0, held: new Map() };
}

/** Whether `task` has to wait for its level; if so it is remembered. Tasks of groups never wait. */
export function holdForLevel(barriers: LevelBarriers | undefined, task: number): boolean {
  if (barriers === undefined || task >= barriers.levelOf.length) return false;
  const level = barriers.levelOf[task] ?? 0;
  if (level <= barriers.current) return false;
  const held = barriers.held.get(level);
  if (held === undefined) barriers.held.set(level, [task]);
  else held.push(task);
  return true;
}

const NOTHING: readonly number[] = [];

/** Notes that `task` has ended. Returns the tasks that this lets go. */
export function leaveLevel(barriers: LevelBarriers, task: number): readonly number[] {
  if (task >= barriers.levelOf.length) return NOTHING;
  const level = barriers.levelOf[task] ?? 0;
  barriers.open[level] = (barriers.open[level] ?? 0) - 1;
  if (level !== barriers.current) return NOTHING;
  const released: number[] = [];
  while (barriers.current + 1 < barriers.open.length && barriers.open[barriers.current] === 0) {
    barriers.current++;
    for (const held of barriers.held.get(barriers.current) ?? []) released.push(held);
    barriers.held.delete(barriers.current);
  }
  return released;
}
