import type { CheckedRun, LogChecker } from "./log-checker.ts";
import type { Foretelling } from "./foretold-plan.ts";
import type { SimWorld } from "./sim-world.ts";

/**
 * Every foretold run has ended, and each of its tasks as plain recursion over their definitions says, whatever went wrong
 * meanwhile: the oracle knows no events, no scheduling and no state.
 */
export function checkForetold(
  world: SimWorld,
  checker: LogChecker,
  foretellingOf: (runId: string) => Foretelling | undefined,
): void {
  for (const run of checker.runs.values()) {
    const foretelling = foretellingOf(run.model.runId);
    if (foretelling !== undefined) checkRun(world, run, foretelling);
  }
}

function checkRun(world: SimWorld, { model }: CheckedRun, { ends }: Foretelling): void {
  world.check("I2", model.phase === "finished", () => `${model.runId} is foretold to end, and is ${model.phase}`);
  if (model.phase !== "finished") return;
  for (const { name, status, cause } of model.tasks) {
    const foretold = ends.get(name);
    const isSame = foretold !== undefined && status === foretold.status && cause === foretold.cause;
    world.check("oracle", isSame, () => {
      const found = `${status} (${cause ?? ""})`;
      return `${name} of ${model.runId} ended ${found}, foretold was ${foretold?.status} (${foretold?.cause ?? ""})`;
    });
  }
}
