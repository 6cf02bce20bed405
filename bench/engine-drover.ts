import { Plan } from "../src/index.ts";
import { startRun } from "../src/library/start-run.ts";
import type { CompiledPlan } from "../src/plan/compiled-plan.ts";
import type { Report } from "../src/report/report.ts";
import type { EngineContestant } from "./engine-contestant.ts";
import type { EngineWorkload } from "./engine-workload.ts";

export const drover: EngineContestant = {
  prepare(workload, noOp) {
    const compiled = writePlan(workload, noOp).compile();
    return async () => {
      const report = await runCompiled(compiled);
      if (!report.ok) throw new Error("The run failed");
    };
  },
};

/** The plan as an author would write it. */
export function writePlan({ names, dependencies, isAsync }: EngineWorkload, noOp: () => void): Plan {
  const plan = new Plan("bench");
  const run = isAsync ? asyncTaskOf(noOp) : taskOf(noOp);
  const tasks = names.map((name) => plan.taskFunc(name, run));
  for (const [at, task] of tasks.entries()) {
    const before = (dependencies[at] ?? []).flatMap((dependency) => tasks[dependency] ?? []);
    if (before.length > 0) task.dependsOn(...before);
  }
  return plan;
}

// Functions of their own, so that the closures which a plan keeps do not keep the variables of its author.

function taskOf(noOp: () => void) {
  return () => {
    noOp();
    return UNCHANGED;
  };
}

function asyncTaskOf(noOp: () => void) {
  return async () => {
    noOp();
    return UNCHANGED;
  };
}

const UNCHANGED = { changed: false };

/** What `plan.run()` does once the plan is compiled. */
export async function runCompiled(plan: CompiledPlan): Promise<Report> {
  const started = startRun({ plan, params: {}, isDryRun: false, hooks: undefined, fleet: undefined }, {});
  if (!started.ok) throw new Error(started.error[0]?.message);
  return started.value.report;
}
