import { positionOf, memberOf, type Place, type Problems } from "./problems.ts";
import { cycleErrors } from "../dag/cycles.ts";
import { graphFromEdges } from "../dag/graph-from-edges.ts";
import type { Graph } from "../dag/graph.ts";
import { longestRemaining } from "../dag/longest-remaining.ts";
import { softRank } from "../dag/soft-rank.ts";
import type { TaskDefinition } from "../definition/definition.ts";
import { shown } from "../definition/task-input.ts";
import { compileOrder } from "./compile-order.ts";
import type { CompiledPlan, CompiledTask } from "./compiled-plan.ts";
import { checkRollbackSteps } from "./rollback-steps.ts";
import type { TaskNames } from "./task-names.ts";

export interface GraphInput {
  readonly definitions: readonly TaskDefinition[];
  readonly tasks: readonly CompiledTask[];
  readonly names: TaskNames;
  readonly problems: Problems;
  readonly place: Place;
  readonly placeOf: (index: number) => Place;
}

/** The order of the tasks of one plan, or `undefined` when they have none. */
export function compileGraph(input: GraphInput): Pick<CompiledPlan, "graph" | "softRank" | "remainingMs"> | undefined {
  const { names, place, problems, tasks } = input;
  const columns = compileOrder({ ...input, indexByName: names.indexByName });
  checkReferences(input);
  checkRollbackSteps(input);
  const built = graphFromEdges({ ids: names.ids, ...columns });
  if (!built.ok) {
    problems.push({ ...built.error, at: positionOf(place) });
    return undefined;
  }
  const graph = built.value;
  warnAboutGuards(graph, input);
  const rank = softRank(graph);
  const remaining = longestRemaining(graph, weightsOf(tasks));
  if (!rank.ok || !remaining.ok) {
    reportCycles(graph, input);
    return undefined;
  }
  for (const warning of rank.value.warnings) problems.warnings.push(`${warning.message} (${warning.code})`);
  return { graph, softRank: rank.value.rank, remainingMs: remaining.value };
}

/** Estimated durations; without any estimate every task counts 1. */
function weightsOf(tasks: readonly CompiledTask[]): Float64Array {
  const weights = new Float64Array(tasks.length);
  for (const { index, policy } of tasks) weights[index] = policy.estimateMs ?? 1;
  return weights;
}

function reportCycles(graph: Graph, { problems, placeOf, place }: GraphInput): void {
  for (const error of cycleErrors(graph, `Cannot compile ${place.subject}`, { edges: "blocking" })) {
    const loop = error.details?.["cycle"];
    const first = Array.isArray(loop) && typeof loop[0] === "string" ? graph.indexOf(loop[0]) : undefined;
    problems.push({ ...error, at: positionOf(memberOf(placeOf(first ?? 0), "needs")) });
  }
}

/** Guards that look at dependencies decide nothing without any. */
function warnAboutGuards(graph: Graph, { problems, placeOf, tasks }: GraphInput): void {
  const { offsets } = graph.incoming;
  for (const { guards, index } of tasks) {
    if (guards.length === 0 || offsets[index + 1] !== offsets[index]) continue;
    for (const { kind } of guards) {
      if (kind === "when" || kind === "whenFact" || kind === "expression") continue;
      problems.warnings.push(
        `${placeOf(index).subject} has the guard ${kind} but no dependencies, so it is always skipped`,
      );
    }
  }
}

/** Tasks are also named by what groups expand over and by guards over facts. */
function checkReferences({ definitions, names, placeOf, problems, tasks }: GraphInput): void {
  for (const { guards, index } of tasks) {
    for (const guard of guards) {
      if (guard.kind !== "whenFact" || guard.task === undefined || names.indexByName.has(guard.task)) continue;
      const found = `its guard asks for task ${shown(guard.task)}, which is not in the plan`;
      problems.add("DRV_PLAN_DEPENDENCY_UNKNOWN", memberOf(placeOf(index), "guards"), found);
    }
  }
  for (const [index, { body, needs }] of definitions.entries()) {
    if (body?.kind !== "group" || body.keys?.kind !== "result") continue;
    const { task } = body.keys;
    if (needs?.some((need) => need.task === task) === true) continue;
    const found = `its list comes from task ${shown(task)}, on which it does not depend`;
    problems.add("DRV_PLAN_GROUP_INVALID", memberOf(placeOf(index), "keys"), found, { hint: "Add the dependency" });
  }
}
