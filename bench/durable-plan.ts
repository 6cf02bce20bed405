import type { CompiledPlan } from "../src/plan/compiled-plan.ts";
import type { Dependencies } from "./dispatch-meter.ts";
import { SMALL_RUN_TASKS, type DurableShape } from "./durable-shape.ts";
import { writePlan } from "./engine-drover.ts";
import { makeEngineWorkload } from "./engine-workload.ts";

export interface DurablePlan {
  readonly plan: CompiledPlan;
  readonly dependencies: Dependencies;
}

/** The plan of one run; small runs all have the same one. The no-op of each task answers with a promise. */
export function makeDurablePlan(shape: DurableShape, taskCount: number): DurablePlan {
  const workload = shape === "small runs" ? smallWorkload() : layeredWorkload(shape, taskCount);
  return { plan: writePlan(workload, () => {}).compile(), dependencies: workload.dependencies };
}

function layeredWorkload(shape: DurableShape, taskCount: number) {
  const [layerCount, width] = shape === "chain" ? [taskCount, 1] : [1, taskCount];
  return makeEngineWorkload({ layerCount, width, isAsync: true });
}

/** One task, then all but two side by side, then one. */
function smallWorkload() {
  const { names, ...shape } = makeEngineWorkload({ layerCount: 1, width: SMALL_RUN_TASKS, isAsync: true });
  const last = SMALL_RUN_TASKS - 1;
  const middle = names.slice(1, last).map((_, index) => index + 1);
  return { ...shape, names, dependencies: [[], ...middle.map(() => [0]), middle] };
}
