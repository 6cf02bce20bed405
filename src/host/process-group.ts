import { readdirSync, readFileSync } from "node:fs";
import { platform } from "node:os";

/** Leaders of the process groups started by this process and not yet given up, for {@link killAllProcesses}. */
const liveGroups = new Set<number>();

export function trackGroup(processId: number): void {
  liveGroups.add(processId);
}

export function untrackGroup(processId: number): void {
  liveGroups.delete(processId);
}

/**
 * Sends SIGKILL to every process group that is running now: what a second Ctrl-C does. The calls that wait for
 * them return as usual.
 * @returns number of groups that were signalled
 */
export function killAllProcesses(): number {
  let count = 0;
  for (const processId of liveGroups) {
    if (signalGroup(processId, "SIGKILL")) count++;
  }
  return count;
}

/** Sends a signal to a whole group. `false` when it is gone or belongs to somebody else. */
export function signalGroup(processId: number, signal: "SIGTERM" | "SIGKILL"): boolean {
  try {
    return process.kill(-processId, signal);
  } catch {
    return false;
  }
}

/** Whether the group still has a member that runs. Zombies waiting for a lazy parent do not count. */
export function isGroupAlive(processId: number): boolean {
  try {
    process.kill(-processId, 0);
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
  return platform() !== "linux" || hasRunningMember(processId);
}

function hasRunningMember(groupId: number): boolean {
  try {
    return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isRunningMember(name, groupId));
  } catch {
    return true;
  }
}

function isRunningMember(processId: string, groupId: number): boolean {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, "latin1");
    // The name in parentheses may hold anything; state, parent and group follow the last one.
    const [state, , group] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return Number(group) === groupId && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}
