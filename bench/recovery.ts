import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BenchRow } from "./bench-row.ts";
import type { BenchLength } from "./bench-length.ts";
import { median } from "./measure.ts";
import type { RecoveryArgument, RecoveryTimes } from "./recovery-child.ts";
import { childCommand, childEnvironment, runChild } from "./run-child.ts";

const ROUND_COUNT = 5;
const TASK_COUNT = 100_000;
const WIDTH = 1_000;
/** Longest wait in milliseconds for a process to do half of its run. */
const HALF_MS_MAX = 300_000;

/**
 * A run of layers of 1,000 tasks is killed when half of it is done, and goes on in a new process: with the snapshots that
 * were kept on the way, and from its events alone.
 */
export async function benchRecovery({ rounds = ROUND_COUNT, scale = 1 }: BenchLength): Promise<BenchRow[]> {
  const tasks = Math.round(TASK_COUNT * scale);
  const withSnapshots: RecoveryTimes[] = [];
  const withoutSnapshots: RecoveryTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    const folder = mkdtempSync(join(tmpdir(), "drover-bench-recovery-"));
    try {
      const [killed, bare] = [join(folder, "killed"), join(folder, "bare")];
      const shape = { layerCount: Math.max(2, Math.round(tasks / WIDTH)), width: Math.min(WIDTH, tasks / 2) };
      await startAndKill({ role: "start", folder: killed, ...shape });
      cpSync(killed, bare, { recursive: true });
      rmSync(join(bare, "snapshots"), { recursive: true, force: true });
      withSnapshots.push(await runChild("recovery-child.ts", { role: "resume", folder: killed, ...shape }));
      withoutSnapshots.push(await runChild("recovery-child.ts", { role: "resume", folder: bare, ...shape }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const size = `of a run of ${tasks.toLocaleString("en")} tasks`;
  return [
    ...rowsOf(`${size}, with snapshots`, withSnapshots),
    ...rowsOf(`${size}, from its events alone`, withoutSnapshots),
  ];
}

/** Ends the process without warning once half of the tasks have been sent out. */
async function startAndKill(argument: RecoveryArgument): Promise<void> {
  const [command, flags] = childCommand("recovery-child.ts", argument);
  const child = spawn(command, flags, { stdio: ["ignore", "pipe", "inherit"], env: childEnvironment() });
  const ended = once(child, "exit");
  try {
    const halfDone = once(child.stdout, "data", { signal: AbortSignal.timeout(HALF_MS_MAX) });
    const isHalf = await Promise.race([halfDone.then(() => true), ended.then(() => false)]);
    if (!isHalf) throw new Error("The process that was to be killed ended by itself");
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

function rowsOf(what: string, times: readonly RecoveryTimes[]): BenchRow[] {
  const row = (name: string, read: (times: RecoveryTimes) => number): BenchRow => ({
    name: `recovery ${name}`,
    value: Math.round(median(times.map(read))),
    unit: "ms",
    peer: null,
    ratio: null,
  });
  return [
    row(`${what}: first job sent`, (time) => time.firstDispatchMs),
    row("… of that opening the log", (time) => time.openMs),
    row("… finding where its runs stand", (time) => time.indexMs),
    row("… reading the plan that was kept with it", (time) => time.planMs),
  ];
}
