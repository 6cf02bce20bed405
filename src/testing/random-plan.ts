import { BUILTIN_GUARD_KINDS } from "../definition/guard.ts";
import type { CompiledPlan, GroupItem, GroupKeys, TaskPolicy } from "../plan/compiled-plan.ts";
import { planFixture, type TaskFixture, VALUE_FUNCTION_FIXTURE } from "./plan-fixture.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Hosts for the targets of random plans. */
export const RANDOM_HOSTS: Readonly<Record<string, readonly string[]>> = {
  _all: ["h1", "h2", "h3"],
  h1: ["h1"],
  "role:none": [],
};

/** A plan of at most `size` tasks in which every feature of the engine may occur together with every other. */
export function randomPlan(random: SeededRandom, size: number): CompiledPlan {
  const tasks = { ...randomTasks(random, { size, depth: 0 }), ...randomRollbackSteps(random) };
  return planFixture(tasks, {
    limits: { maxParallel: 1 + random.integer(4), keys: new Map([["k", 1 + random.integer(2)]]) },
    rollback: pick(random, ["off", "onFailure", "manual"]),
    hasLevelBarriers: random.integer(6) === 0,
  });
}

interface Shape {
  readonly size: number;
  readonly depth: number;
}

function randomTasks(random: SeededRandom, shape: Shape): Record<string, TaskFixture> {
  const tasks: Record<string, TaskFixture> = {};
  const count = 1 + random.integer(shape.size);
  for (let index = 0; index < count; index++) {
    const after: string[] = [];
    for (let before = 0; before < index; before++) {
      if (random.integer(index + 1) > 1) continue;
      after.push(`t${before} ${pick(random, ["success", "success", "success", "failure", "always", "preferred"])}`);
    }
    tasks[`t${index}`] = { after, ...randomTask(random, shape) };
  }
  return tasks;
}

/** None in half of the plans; they depend on each other only. */
function randomRollbackSteps(random: SeededRandom): Record<string, TaskFixture> {
  if (random.integer(2) === 0) return {};
  const steps = randomTasks(random, { size: 3, depth: 0 });
  const named = Object.entries(steps).map(([name, step]): [string, TaskFixture] => {
    const after = (step.after ?? []).map((dependency) => `r${dependency}`);
    return [`r${name}`, { ...step, after, isRollbackStep: true }];
  });
  return Object.fromEntries(named);
}

function randomTask(random: SeededRandom, shape: Shape): TaskFixture {
  const guards = random.integer(4) === 0 ? [pick(random, BUILTIN_GUARD_KINDS)] : [];
  const when = { kind: "when", evaluate: () => true } as const;
  return {
    guards: random.integer(10) === 0 ? [...guards, when] : guards,
    policy: randomPolicy(random),
    hasUndo: random.integer(3) === 0,
    unknownPolicy: pick(random, ["rerun", "probe", "hold"]),
    ...randomBody(random, shape),
  };
}

function randomBody(random: SeededRandom, { depth }: Shape): TaskFixture {
  switch (random.integer(12)) {
    case 0:
      return { gate: randomGate(random) };
    case 1:
      if (depth >= 2) return {};
      return {
        group: {
          tasks: randomTasks(random, { size: 3, depth: depth + 1 }),
          keys: random.integer(3) === 0 ? randomItems(random, depth) : pick(random, [[], ["a"], ["a", "b"]]),
        },
      };
    case 2:
    case 3:
      return { target: "_all", operation: randomOperation(random) };
    case 4:
      return { target: pick(random, ["_any", "h1", "role:none"]), operation: randomOperation(random) };
    case 5:
      return { script: "true" };
    default:
      return {};
  }
}

/** Items of which some have a body of their own. */
function randomItems(random: SeededRandom, depth: number): GroupKeys {
  const items = ["a", "b", "c"].map((key): GroupItem => {
    if (random.integer(3) === 0) return { key, value: key };
    return { key, value: key, plan: planFixture(randomTasks(random, { size: 2, depth: depth + 1 })) };
  });
  return { kind: "fixed", items };
}

function randomOperation(random: SeededRandom) {
  return {
    class: pick(random, ["read-only", "idempotent", "non-idempotent"] as const),
    isReversible: random.integer(2) === 0,
    params: random.integer(5) === 0 ? VALUE_FUNCTION_FIXTURE : {},
  };
}

function randomGate(random: SeededRandom) {
  return pick(random, [
    { kind: "delay", delayMs: 500 },
    { kind: "until", atMs: 3_000 },
    { kind: "signal", name: "go" },
    { kind: "approval", quorum: 2 },
  ] as const);
}

function randomPolicy(random: SeededRandom): Partial<TaskPolicy> {
  const retry = {
    retries: 1 + random.integer(2),
    initialMs: 100,
    factor: 2,
    maxMs: 1_000,
    jitter: 0.5,
    on: "retryable",
  } as const;
  return {
    afterFailure: pick(random, ["stopAll", "continueRun"]),
    isTolerated: random.integer(8) === 0,
    priority: random.integer(3) - 1,
    killGraceMs: 100,
    totalTimeoutMs: random.integer(8) === 0 ? 2_000 : 86_400_000,
    allowsEmptyTarget: random.integer(2) === 0,
    ...(random.integer(3) === 0 ? { retry } : {}),
    ...(random.integer(5) === 0 ? { queueTimeoutMs: 700 } : {}),
    ...(random.integer(5) === 0 ? { attemptTimeoutMs: 400 } : {}),
    ...(random.integer(8) === 0 ? { heartbeatTimeoutMs: 300 } : {}),
    ...(random.integer(4) === 0 ? { batches: [{ hosts: 1 }, { percent: 60 }] } : {}),
    ...(random.integer(4) === 0 ? { maxFail: pick(random, [{ hosts: 1 }, { percent: 40 }]) } : {}),
    ...(random.integer(4) === 0 ? { concurrencyKey: "k" } : {}),
  };
}

/** One of the choices. */
export function pick<const Choice>(random: SeededRandom, choices: readonly Choice[]): Choice {
  const choice = choices[random.integer(choices.length)];
  if (choice === undefined) throw new Error("There is nothing to choose from");
  return choice;
}
