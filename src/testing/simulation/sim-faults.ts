import type { SeededRandom } from "../seeded-random.ts";

/** Everything that may go wrong in a simulated world, with what a strength of 1 means. */
export const FAULT_KINDS = {
  commitDelay: "commits take up to 500 ms",
  ackLost: "every fifth answer of the store is lost: the outcome is unknown",
  writeError: "every 40th write fails: the process has to end",
  blobError: "every tenth blob cannot be kept",
  snapshotLost: "every second look for a snapshot finds it damaged, an older one, or none",
  networkDelay: "messages take up to 2 s, and overtake each other",
  drop: "every fourth message is lost",
  duplicate: "every fourth message comes twice",
  partition: "hosts are cut off for up to 20 s",
  executorRestart: "executors restart; half of what runs there leaves no result",
  executorForgets: "executors keep no journal: what they ran is forgotten when they restart",
  lateAnswer: "every fourth answer comes up to 60 s late",
  crash: "processes are killed at any moment",
  crashInside: "processes are killed in the middle of what they do",
  pause: "processes stand still, often while another takes their lane over",
  clockJump: "wall clocks jump by up to an hour, either way",
  clockSkew: "wall clocks of processes differ by up to an hour",
  planMissing: "the plan of a run cannot be loaded, or is another one",
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

/** How strong each kind of fault is in one simulation, from 0 (off) to 1. */
export type FaultStrengths = { readonly [Kind in FaultKind]: number };

export const NO_FAULTS: FaultStrengths = faultsFrom(() => 0);

/** Which faults there are in the world of one seed: many worlds with few kinds find more than one world with all. */
export function swarmFaults(random: SeededRandom): FaultStrengths {
  const share = random.integer(5) / 6;
  return faultsFrom(() => (random.next() < share ? 0.2 + random.next() * 0.8 : 0));
}

/** Strengths by kind, asked in the order of the kinds. */
function faultsFrom(strengthOf: (kind: FaultKind) => number): FaultStrengths {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of the constant
  const kinds = Object.keys(FAULT_KINDS) as FaultKind[];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry for every kind
  return Object.fromEntries(kinds.map((kind) => [kind, strengthOf(kind)])) as FaultStrengths;
}

/** The same faults without some kinds. */
export function withoutFaults(faults: FaultStrengths, without: ReadonlySet<FaultKind>): FaultStrengths {
  return faultsFrom((kind) => (without.has(kind) ? 0 : faults[kind]));
}

/** Kinds that are on. */
export function activeFaults(faults: FaultStrengths): readonly FaultKind[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of the constant
  return (Object.keys(FAULT_KINDS) as FaultKind[]).filter((kind) => faults[kind] > 0);
}
