import { writePlan, runCompiled } from "./engine-drover.ts";
import { type EngineShape, makeEngineWorkload } from "./engine-workload.ts";
import { answerParent, childArgument } from "./run-child.ts";

// What a compiled plan and a finished run keep alive.

export interface RetainedBytes {
  readonly planBytes: number;
  readonly stateBytes: number;
}

async function measureRetained(shape: EngineShape): Promise<RetainedBytes> {
  // One small run first: what is loaded and compiled once is not counted.
  await runCompiled(compile({ layerCount: 10, width: 10, isAsync: false }));
  const before = retainedBytes();
  const plan = compile(shape);
  const withPlan = retainedBytes();
  const report = await runCompiled(plan);
  const withRun = retainedBytes();
  if (!report.ok || plan.tasks.length === 0) throw new Error("The run failed");
  return { planBytes: withPlan - before, stateBytes: withRun - withPlan };
}

function compile(shape: EngineShape) {
  return writePlan(makeEngineWorkload(shape), () => {}).compile();
}

function retainedBytes(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

answerParent(await measureRetained(childArgument<EngineShape>()));
