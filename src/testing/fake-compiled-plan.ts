import { assert } from "../base/assert.ts";
import { defineGraph } from "../dag/define-graph.ts";
import type { EdgeKind } from "../dag/edge.ts";
import type { CompiledPlan, CompiledTask, TaskBody, TaskPolicy } from "../plan/compiled-plan.ts";

/** A task of a {@link fakeCompiledPlan}: a function task unless it says otherwise. */
export interface FakePlanTask extends Partial<Omit<CompiledTask, "index" | "name">> {
  readonly name: string;
  /** Dependencies, by name; a plain name waits for success. */
  readonly after?: readonly (string | { readonly task: string; readonly kind: EdgeKind })[];
}

const FUNCTION_BODY: TaskBody = { kind: "function", run: () => undefined, unknownPolicy: "rerun" };
const POLICY: TaskPolicy = {
  afterFailure: "stopAll",
  isTolerated: false,
  priority: 0,
  totalTimeoutMs: 86_400_000,
  allowsEmptyTarget: false,
  killGraceMs: 10_000,
};

/** A compiled plan with fixed content, for tests of everything that shows plans without compiling one. */
export function fakeCompiledPlan(name: string, tasks: readonly FakePlanTask[]): CompiledPlan {
  const edges = tasks.flatMap((task) =>
    (task.after ?? []).map((edge) =>
      typeof edge === "string"
        ? { source: edge, target: task.name, kind: "success" as const }
        : { source: edge.task, target: task.name, kind: edge.kind },
    ),
  );
  const graph = defineGraph({ nodes: tasks.map((task) => task.name), edges });
  assert(graph.ok, "A fake plan is a valid graph");
  return {
    name,
    tasks: tasks.map(({ after: _after, ...task }, index) => ({
      index,
      body: FUNCTION_BODY,
      guards: [],
      policy: POLICY,
      ...task,
    })),
    graph: graph.value,
    softRank: new Uint32Array(tasks.length),
    remainingMs: new Float64Array(tasks.length),
    limits: { maxParallel: 16, maxWritingPerHost: 1, keys: new Map() },
    rollback: "off",
    hasLevelBarriers: false,
    warnings: [],
    fingerprint: () => "0".repeat(64),
  };
}
