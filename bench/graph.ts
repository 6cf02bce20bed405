import { isDeepStrictEqual } from "node:util";

import type { BenchRow } from "./bench-row.ts";
import {
  drover,
  droverBuilder,
  type GraphAnswers,
  type GraphContestant,
  graphlibContestant,
  graphologyContestant,
} from "./graph-peers.ts";
import { makeGraphWorkload } from "./graph-workload.ts";
import { measureMs, median } from "./measure.ts";

const ROUND_COUNT = 3;
const LARGE_NODE_COUNT = 1_000_000;
/** What the peers survive in reasonable time and memory. */
const SHARED_NODE_COUNT = 100_000;

/** Build, sort, levels and critical path: drover alone at full size, and against its peers at a size they survive. */
export async function benchGraph(): Promise<BenchRow[]> {
  const peers = [await graphologyContestant(), await graphlibContestant()];
  const [large] = compete([drover], LARGE_NODE_COUNT);
  const shared = compete([drover, droverBuilder, ...peers], SHARED_NODE_COUNT);
  return [
    ...(large === undefined ? [] : [rowOf(large, LARGE_NODE_COUNT)]),
    ...shared.map((result) => rowOf(result, SHARED_NODE_COUNT, shared[0])),
  ];
}

interface Standing {
  readonly contestant: GraphContestant;
  readonly medianMs: number;
}

/** Lets all solve the same workload in turn, several rounds, so that a slow moment of the machine hits everyone. */
function compete(contestants: readonly GraphContestant[], nodeCount: number): Standing[] {
  const times = contestants.map((): number[] => []);
  let expected: GraphAnswers | undefined;
  for (let round = 0; round < ROUND_COUNT; round++) {
    for (const [at, contestant] of contestants.entries()) {
      const workload = makeGraphWorkload(nodeCount);
      let answers: GraphAnswers | undefined;
      times[at]?.push(measureMs(() => (answers = contestant.solve(workload))));
      expected ??= answers;
      if (!isDeepStrictEqual(answers, expected)) throw new Error(`${contestant.name} finds another answer`);
    }
  }
  return contestants.map((contestant, at) => ({ contestant, medianMs: median(times[at] ?? []) }));
}

function rowOf({ contestant, medianMs }: Standing, nodeCount: number, best?: Standing): BenchRow {
  const size = `${nodeCount.toLocaleString("en")} nodes / ${(nodeCount * 3).toLocaleString("en")} edges`;
  const isOurs = contestant === drover || contestant === droverBuilder;
  const how = contestant === droverBuilder ? ", edge by edge with loop check" : "";
  return {
    name: `graph: build, sort, levels, critical path of ${size}${how}`,
    value: Math.round(medianMs),
    unit: "ms",
    peer: isOurs ? null : contestant.name,
    ratio: isOurs || best === undefined ? null : Math.round((medianMs / best.medianMs) * 10) / 10,
  };
}
