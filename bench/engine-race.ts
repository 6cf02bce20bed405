import type { EngineContestant } from "./engine-contestant.ts";
import { drover } from "./engine-drover.ts";
import { asyncContestant, effectContestant, listrContestant, pGraphContestant } from "./engine-peers.ts";
import { type EngineShape, makeEngineWorkload } from "./engine-workload.ts";
import { answerParent, childArgument } from "./run-child.ts";

// One contestant runs one plan several times, in a process of its own.

export type ContestantName = "drover" | "p-graph" | "async" | "listr2" | "effect";

export interface RaceArgument extends EngineShape {
  readonly contestant: ContestantName;
  readonly roundCount: number;
}

export interface RaceTimes {
  /** Writing the tasks down and having them checked. */
  readonly prepareMs: number;
  /** The runs after that, in order. */
  readonly runMs: readonly number[];
}

const LOADERS: Readonly<Record<ContestantName, () => Promise<EngineContestant>>> = {
  drover: async () => drover,
  "p-graph": pGraphContestant,
  async: asyncContestant,
  listr2: listrContestant,
  effect: effectContestant,
};

async function race({ contestant: name, roundCount, ...shape }: RaceArgument): Promise<RaceTimes> {
  const contestant = await LOADERS[name]();
  const workload = makeEngineWorkload(shape);
  let callCount = 0;
  const noOp = (): void => {
    callCount += 1;
  };
  const prepareStart = performance.now();
  const run = contestant.prepare(workload, noOp);
  const prepareMs = performance.now() - prepareStart;
  const runMs: number[] = [];
  for (let round = 1; round <= roundCount; round++) {
    const start = performance.now();
    await run();
    runMs.push(performance.now() - start);
    if (callCount !== round * workload.names.length) throw new Error(`${name} did not run every task once`);
  }
  return { prepareMs, runMs };
}

answerParent(await race(childArgument<RaceArgument>()));
