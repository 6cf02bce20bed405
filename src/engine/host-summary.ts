import type { HostResult } from "../operation/outcome.ts";
import { hasChanged } from "./fan-out.ts";
import type { RunState } from "./run-state.ts";
import { FAILED, SKIPPED } from "./status.ts";

/** How many hosts of a task ended how. A task without host results has `total` 0. */
export interface HostSummary {
  total: number;
  failed: number;
  skipped: number;
  changed: number;
}

/** Counts the hosts of a task: those it was sent to, or those a function spoke for. */
export function summarizeHosts(state: RunState, task: number): HostSummary {
  const summary: HostSummary = { total: 0, failed: 0, skipped: 0, changed: 0 };
  const fan = state.fanOuts.get(task);
  if (fan !== undefined) {
    summary.total = fan.hosts.length;
    for (let unit = 0; unit < fan.hosts.length; unit++) {
      if (fan.status[unit] === FAILED) summary.failed++;
      if (fan.status[unit] === SKIPPED) summary.skipped++;
      if (hasChanged(fan.outcomes[unit])) summary.changed++;
    }
    return summary;
  }
  const outcome = state.outcomes.get(task);
  if (outcome === undefined || !("hostResults" in outcome)) return summary;
  for (const result of outcome.hostResults ?? []) addResult(summary, result);
  return summary;
}

/** A result with an error counts as failed whatever its status says, unless it was skipped. */
function addResult(summary: HostSummary, result: HostResult): void {
  summary.total++;
  if (result.status === "skipped") summary.skipped++;
  else if (result.status === "failed" || result.error !== undefined) summary.failed++;
  if (result.changed) summary.changed++;
}
