import type { Facts } from "./facts.ts";

/** What can be wrong with a host, as far as its facts tell. */
export type ConditionType = "memoryPressure" | "diskPressure" | "highLoad";

export interface Condition {
  readonly type: ConditionType;
  /** For people: the value found and the limit. */
  readonly reason: string;
}

/** Above this share of memory or disk in use the host is under pressure. */
const USED_PERCENT_MAX = 90;
/** Above this load per CPU the host is overloaded. */
const LOAD_PER_CPU_MAX = 2;

/**
 * The conditions that hold now: memory in use above 90 %, a disk in use above 90 %, load of one minute above twice the
 * CPUs. Exactly at the limit is healthy; an unknown total (0) is healthy.
 */
export function conditionsOf(facts: Facts): readonly Condition[] {
  return [...memoryPressure(facts), ...diskPressure(facts), ...highLoad(facts)];
}

function memoryPressure({ memory }: Facts): readonly Condition[] {
  const used = usedPercent(memory.totalBytes, memory.totalBytes - memory.availableBytes);
  if (used <= USED_PERCENT_MAX) return [];
  return [{ type: "memoryPressure", reason: `Memory ${used.toFixed(1)} % used, limit ${USED_PERCENT_MAX} %` }];
}

function diskPressure({ disks }: Facts): readonly Condition[] {
  const full = disks
    .map((disk) => ({ mount: disk.mount, used: usedPercent(disk.totalBytes, disk.usedBytes) }))
    .filter((disk) => disk.used > USED_PERCENT_MAX);
  if (full.length === 0) return [];
  const list = full.map((disk) => `${disk.mount} ${disk.used.toFixed(1)} %`).join(", ");
  return [{ type: "diskPressure", reason: `Disk used: ${list}, limit ${USED_PERCENT_MAX} %` }];
}

function highLoad({ load, cpuCount }: Facts): readonly Condition[] {
  const limit = cpuCount * LOAD_PER_CPU_MAX;
  if (cpuCount <= 0 || load.one <= limit) return [];
  return [{ type: "highLoad", reason: `Load ${load.one.toFixed(2)}, limit ${limit} for ${cpuCount} CPUs` }];
}

function usedPercent(total: number, used: number): number {
  return total > 0 ? (used / total) * 100 : 0;
}
