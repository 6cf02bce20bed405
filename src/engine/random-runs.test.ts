import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { must } from "../base/assert.ts";
import type { Outcome, OutcomeStatus } from "../operation/outcome.ts";
import { BUILTIN_GUARD_KINDS } from "../definition/guard.ts";
import type { BuiltinGuardKind } from "../plan/compiled-plan.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { endsWell, randomRun } from "../testing/random-world.ts";
import { foretell, type OracleTask } from "../testing/run-oracle.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { givenRun, RunSpecification } from "../testing/run-specification.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { apply } from "./apply.ts";
import type { StartCommand } from "./commands.ts";
import { createState } from "./create-state.ts";
import { decide } from "./decide.ts";
import type { RunEvent } from "./events.ts";
import { outstandingEffects } from "./outstanding-effects.ts";
import { stateHash } from "./state-hash.ts";
import { takeEffects } from "./take-effects.ts";

// Random plans in a random world. A failing run names its seed: `randomRun(seed)` repeats it.

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const RUNS = { numRuns: 250 } as const;

test("given any run in any world, when everything is answered at last, then it ends", () => {
  fc.assert(
    fc.property(seeds, (seed) => endsWell(randomRun(seed, 60))),
    RUNS,
  );
});

test("given any run, when it is made again from the same inputs, then its events are the same byte for byte", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      assert.equal(JSON.stringify(randomRun(seed, 40).events), JSON.stringify(randomRun(seed, 40).events));
    }),
    { numRuns: 60 },
  );
});

test("given any prefix of any log, when the run is taken up from it, then it ends too", () => {
  fc.assert(
    fc.property(seeds, fc.nat(), (seed, cut) => {
      const run = randomRun(seed, 60);
      endsWell(run);
      const events = run.events.slice(0, 2 + (cut % run.events.length));
      assert.equal(resume(run, events), "finished");
    }),
    RUNS,
  );
});

/** Folds part of a log, performs what is outstanding as a runner would after a crash, and returns the last phase. */
function resume(run: RunSpecification, events: readonly RunEvent[]): string {
  const state = RunSpecification.fold(run.state.plan, events);
  takeEffects(state);
  let nowMs = state.run.lastAtMs;
  decide(state, { type: "advance" }, nowMs);
  for (let round = 0; round < 3_000 && state.run.phase !== "finished"; round++) {
    for (const effect of outstandingEffects(state)) {
      const { task, generation } = effect;
      const outcome = { status: "unchanged" } as const;
      if (effect.type === "evaluate") {
        decide(state, { type: "evaluated", task, generation, evaluation: { params: {}, host: "h1" } }, nowMs);
      } else if (effect.type !== "cancelAttempt") {
        const type = effect.type === "undo" ? "undoFinished" : "attemptFinished";
        decide(state, { type, task, unit: effect.unit, attempt: effect.attempt, generation, outcome }, nowMs);
      }
    }
    if (state.run.pause !== undefined) decide(state, { type: "resume" }, nowMs);
    nowMs += 1_000;
    decide(state, { type: "tick" }, nowMs);
    decide(state, { type: "signal", name: "go", id: "late" }, nowMs);
    for (const task of Array.from(state.gates.keys())) {
      for (const actor of ["ada", "bob"]) decide(state, { type: "approve", task, actor }, nowMs);
    }
    for (const key of Array.from(state.unknowns.keys())) {
      const place = { task: Math.floor(key / 1_048_576), unit: key % 1_048_576 };
      decide(state, { type: "resolveUnknown", ...place, decision: "succeeded" }, nowMs);
    }
  }
  return state.run.phase;
}

test("given a run at rest, when it is copied from its log, then both decide the same from there on", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 40 }), (seed, steps) => {
      const run = randomRun(seed, steps);
      const copy = run.copy();
      const first = run.events.length;
      endsWell(run);
      const later = run.events.slice(first);
      assert.equal(stateHash(fold(copy, later)), stateHash(run.state));
    }),
    { numRuns: 60 },
  );
});

function fold(state: RunSpecification["state"], events: readonly RunEvent[]): RunSpecification["state"] {
  for (const event of events) apply(state, event);
  return state;
}

test("given a copy of a run from its log, when both get the same answers, then they write the same events", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 40 }), (seed, steps) => {
      const run = randomRun(seed, steps);
      const copy = run.copy();
      assert.deepEqual(decide(copy, { type: "advance" }, run.nowMs), advanceTwice(run));
      for (let round = 0; round < 200 && run.view.phase !== "finished"; round++) {
        const effect = outstandingEffects(copy).find(({ type }) => type === "dispatch");
        if (effect?.type !== "dispatch") break;
        const { task, unit, attempt, generation } = effect;
        const command = {
          type: "attemptFinished",
          task,
          unit,
          attempt,
          generation,
          outcome: { status: "changed" },
        } as const;
        const before = run.events.length;
        run.when(command);
        const decision = decide(copy, command, run.nowMs);
        assert.deepEqual(decision.ok ? decision.events : [], run.events.slice(before));
      }
    }),
    { numRuns: 120 },
  );
});

/** A run at rest has nothing to decide; said in the words of a decision. */
function advanceTwice(run: RunSpecification): unknown {
  const before = run.events.length;
  if (run.view.phase === "finished") return decide(run.state, { type: "advance" }, run.nowMs);
  run.when({ type: "advance" });
  assert.equal(run.events.length, before);
  return { ok: true, events: [], hasMore: false, staleCount: 0 };
}

// The oracle

const KINDS = ["success", "success", "failure", "always"] as const;
const STATUSES = ["changed", "unchanged", "unchanged", "skipped", "failed"] as const;
const GUARDS: readonly (BuiltinGuardKind | undefined)[] = [undefined, undefined, undefined, ...BUILTIN_GUARD_KINDS];

const workload = fc
  .array(
    fc.record({
      edges: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...KINDS)), { maxLength: 4 }),
      guard: fc.constantFrom(...GUARDS),
      hosts: fc.constantFrom(0, 0, 1, 2, 3),
      statuses: fc.array(fc.constantFrom(...STATUSES), { minLength: 3, maxLength: 3 }),
      maxFail: fc.nat(1),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((tasks) => tasks.map(toOracleTask));

interface RawTask {
  readonly edges: readonly (readonly [number, (typeof KINDS)[number]])[];
  readonly guard: BuiltinGuardKind | undefined;
  readonly hosts: number;
  readonly statuses: readonly OutcomeStatus[];
  readonly maxFail: number;
}

function toOracleTask(raw: RawTask, index: number): OracleTask {
  const after = new Map(index === 0 ? [] : raw.edges.map(([place, kind]) => [`t${place % index}`, kind]));
  const hosts = raw.hosts === 0 ? [""] : Array.from({ length: raw.hosts }, (_, host) => `h${host}`);
  return {
    name: `t${index}`,
    after: [...after].map(([task, kind]) => ({ task, kind })),
    outcomes: new Map(hosts.map((host, place) => [host, raw.statuses[place] ?? "unchanged"])),
    maxFail: raw.hosts === 0 ? 0 : raw.maxFail,
    ...(raw.guard === undefined ? {} : { guard: raw.guard }),
  };
}

test("given any workload of known outcomes, when it runs in any order, then every task ends as plain recursion foretells", () => {
  fc.assert(
    fc.property(workload, fc.integer({ min: 1, max: 8 }), seeds, (tasks, maxParallel, seed) => {
      const random = new SeededRandom(seed);
      const hosts = Object.fromEntries(tasks.map((task) => [`set:${task.name}`, [...task.outcomes.keys()]]));
      const fixtures = Object.fromEntries(tasks.map((task) => [task.name, toFixture(task)]));
      const run = givenRun(planFixture(fixtures, { limits: { maxParallel } }), { hosts, isReplayed: false });
      while (run.running.length > 0) {
        const place = must(run.running[random.integer(run.running.length)], "A running attempt");
        run.ends(place, outcomeAt(tasks, place));
      }
      const ends = [...foretell(tasks)].map(([name, { status, cause }]) => [name, status, cause]);
      const found = ends.map(([name]) => [name, run.status(name ?? ""), run.task(name ?? "").skipCause]);
      assert.deepEqual(found, ends);
    }),
    { numRuns: 500 },
  );
});

function toFixture({ name, after, guard, outcomes, maxFail }: OracleTask): TaskFixture {
  return {
    after: after.map(({ task, kind }) => `${task} ${kind}`),
    guards: guard === undefined ? [] : [guard],
    policy: { afterFailure: "continueRun", maxFail: { hosts: maxFail } },
    ...(outcomes.has("") ? {} : { target: `set:${name}` }),
  };
}

function outcomeAt(tasks: readonly OracleTask[], place: string): Outcome {
  const [name, host = ""] = place.split("@");
  const status = tasks.find((task) => task.name === name)?.outcomes.get(host);
  if (status === "failed") return failedOutcome();
  if (status === "skipped") return { status, reason: "not supported" };
  return { status: status === "changed" ? "changed" : "unchanged" };
}

// Large and simple

const START: StartCommand = {
  type: "start",
  runId: givenRun(planFixture({})).view.runId,
  params: {},
  hosts: [],
  options: {},
};

test("given 20,000 tasks in layers, when all of them succeed, then each is started and ended exactly once", () => {
  const width = 200;
  const tasks: Record<string, TaskFixture> = {};
  for (let index = 0; index < 20_000; index++) {
    const layer = Math.floor(index / width) - 1;
    const after = layer < 0 ? [] : [`t${layer * width + (index % width)}`, `t${layer * width + ((index * 7) % width)}`];
    tasks[`t${index}`] = { after: [...new Set(after)] };
  }
  const state = createState(planFixture(tasks, { limits: { maxParallel: 50 } }), { invariants: "events" });
  const counts = { "task.dispatched": 0, "task.completed": 0 };
  let decision = decide(state, START, 1);
  while (decision.ok && state.run.phase !== "finished") {
    for (const { type } of decision.events) if (type === "task.dispatched" || type === "task.completed") counts[type]++;
    const results = takeEffects(state).flatMap((effect) =>
      effect.type === "dispatch" ? [{ ...effect, outcome: { status: "unchanged" } as const }] : [],
    );
    decision = decide(state, { type: "attemptsFinished", results }, 2);
  }
  for (const { type } of decision.ok ? decision.events : []) {
    if (type === "task.dispatched" || type === "task.completed") counts[type]++;
  }
  assert.deepEqual(counts, { "task.dispatched": 20_000, "task.completed": 20_000 });
});
