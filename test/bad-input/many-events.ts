import { mkdtempSync, rmSync, statSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DurableRuns, localFleet, Plan } from "../../src/index.ts";
import { openSqliteLog } from "../../src/sqlite.ts";

/** What a run of very many events costs. */
export interface ManyEvents {
  readonly events: number;
  readonly runSeconds: number;
  /** From opening the folder again to the run as it stands. */
  readonly tellSeconds: number;
  /** Memory of the process while it ran, beyond that at its start. */
  readonly peakMiB: number;
  readonly logMiB: number;
  readonly verdict: string | undefined;
}

/** A durable run of functions that do nothing: two events for each, on a real log. */
export async function manyEvents(events: number): Promise<ManyEvents> {
  const folder = mkdtempSync(join(tmpdir(), "drover-many-"));
  try {
    const plan = new Plan("many");
    for (let index = 0; index < events / 2; index++) plan.taskFunc(`t${index}`, () => ({ changed: false }));
    const startBytes = process.memoryUsage().rss;
    let peakBytes = startBytes;
    let seen = 0;
    const look = (): void => void (peakBytes = Math.max(peakBytes, process.memoryUsage.rss()));
    const startMs = performance.now();
    const runs = await DurableRuns.open({ log: await openSqliteLog(folder), fleet: localFleet() });
    const started = await runs.start(plan, {
      source: { kind: "test" },
      observer: {
        onEvents(committed) {
          seen += committed.length;
          look();
        },
      },
    });
    if (!started.ok) throw new Error(started.error[0]?.message);
    const { verdict } = await started.value.report;
    const runSeconds = (performance.now() - startMs) / 1_000;
    await runs.shutdown();
    const againMs = performance.now();
    await using again = await DurableRuns.open({ log: await openSqliteLog(folder), fleet: localFleet() });
    const view = await again.view(started.value.runId);
    if (!view.ok) throw new Error(view.error.message);
    const tellSeconds = (performance.now() - againMs) / 1_000;
    look();
    const files = readdirSync(folder).filter((name) => name.startsWith("log-"));
    const logBytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    const peakMiB = (peakBytes - startBytes) / 2 ** 20;
    return { events: seen, runSeconds, tellSeconds, peakMiB, logMiB: logBytes / 2 ** 20, verdict };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { events: { type: "string", default: "1000000" } } });
  const { events, runSeconds, tellSeconds, peakMiB, logMiB, verdict } = await manyEvents(Number(values.events));
  process.stdout.write(
    `${events} events in one run: ${verdict}\n` +
      `  run ${runSeconds.toFixed(1)} s (${Math.round(events / runSeconds)} events/s), told again in ${tellSeconds.toFixed(1)} s\n` +
      `  ${peakMiB.toFixed(0)} MiB at most beyond the start (${Math.round((peakMiB * 2 ** 20) / events)} bytes an event), log ${logMiB.toFixed(0)} MiB\n`,
  );
}
