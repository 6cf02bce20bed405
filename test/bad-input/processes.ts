import { readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";

/** Resolves when a process has gone; a killed one takes a moment to leave. */
export async function untilGone(processId: number): Promise<void> {
  while (isAlive(processId)) await nextTurn();
}

/** Whether a process is there and has not ended; one that nobody has waited for yet has ended. */
export function isAlive(processId: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${processId}/stat`, "latin1"));
  } catch {
    return false;
  }
}
