import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { platform } from "node:os";

/** What the system of this machine calls the time since it was started; another one means that every process is gone. */
export function currentBoot(): string {
  try {
    if (platform() === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return execFileSync("/usr/sbin/sysctl", ["-n", "kern.boottime"], { encoding: "latin1" }).trim();
  } catch {
    return "unknown boot";
  }
}

/**
 * When a process was started, in words of its system that are only good for comparing; `undefined` when there is no
 * such process, or only what is left of it until its parent looks.
 */
export function startOfProcess(processId: number): string | undefined {
  try {
    if (platform() === "linux") return startIn(readFileSync(`/proc/${processId}/stat`, "latin1"));
    const text = execFileSync("/bin/ps", ["-o", "lstart=", "-p", String(processId)], { encoding: "latin1" });
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The start time in what a detached command noted about itself. */
export function startOf(noted: string): string {
  return platform() === "linux" ? (startIn(noted) ?? "") : noted.trim();
}

/** Start time in what `/proc/<pid>/stat` holds. The name in parentheses may be anything; fields follow the last one. */
function startIn(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" ? undefined : fields[19];
}
