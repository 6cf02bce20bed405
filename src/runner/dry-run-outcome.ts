import type { RunView } from "../engine/run-view.ts";
import type { Outcome } from "../operation/outcome.ts";

/**
 * The outcome of an inspection in a dry run. What cannot be inspected because an earlier task has not made it yet (a file in a
 * folder still to come, a service still to start) is no failure: only the run can tell, so it is conditional and says why.
 */
export function inspectedOutcome(outcome: Outcome, view: RunView, task: number): Outcome {
  if (outcome.status !== "failed" || !dependsOnChange(view, task)) return outcome;
  return {
    status: "unchanged",
    isConditional: true,
    reason: `known once what it depends on is there: ${outcome.error.message}`,
  };
}

/** Whether anything before the task, however far, would change something or is conditional itself. */
function dependsOnChange(view: RunView, task: number): boolean {
  const seen = new Set<number>([task]);
  const open = [task];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const { group } = view.task(index);
    const before =
      group === undefined ? view.dependenciesOf(index) : [...view.dependenciesOf(index), ...view.dependenciesOf(group)];
    for (const dependency of before) {
      if (seen.has(dependency)) continue;
      seen.add(dependency);
      const { isChanged, isConditional } = view.task(dependency);
      if (isChanged || isConditional) return true;
      open.push(dependency);
    }
  }
  return false;
}
