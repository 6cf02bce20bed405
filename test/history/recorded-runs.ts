import type { RunSpecification } from "../../src/testing/run-specification.ts";
import { givenRun } from "../../src/testing/run-specification.ts";
import { planFixture, type TaskFixture } from "../../src/testing/plan-fixture.ts";
import type { CompiledPlan } from "../../src/plan/compiled-plan.ts";

/** A run whose log is kept for good: each build must fold it to the same state and go on with it. */
export interface RecordedRun {
  readonly plan: () => CompiledPlan;
  /** How the log was made; never changed once it is recorded. */
  readonly play: (plan: CompiledPlan) => RunSpecification;
}

const GO_ON = { policy: { afterFailure: "continueRun" } } as const;
const BY = { actor: "ada", reason: "disk replaced" } as const;
const RETRY = { retries: 1, initialMs: 100, factor: 2, maxMs: 1_000, jitter: 0, on: "any" } as const;

const HOSTS: Record<string, TaskFixture> = {
  config: { target: "_all", operation: { isReversible: true }, policy: { batches: [{ hosts: 1 }] } },
  check: { target: "h1", after: ["config"], policy: { retry: RETRY } },
  clean: { after: ["check always"] },
  tell: { isRollbackStep: true },
};

const GROUP: Record<string, TaskFixture> = {
  list: {},
  each: {
    after: ["list"],
    group: { tasks: { x: GO_ON, y: { after: ["x"] } }, keys: { kind: "result", task: "list", path: [] } },
    ...GO_ON,
  },
  gate: { after: ["each"], gate: { kind: "approval", quorum: 1 } },
};

/** By the name of their file. */
export const RECORDED_RUNS: Readonly<Record<string, RecordedRun>> = {
  "rolled-back": {
    plan: () => planFixture(HOSTS, { rollback: "onFailure" }),
    play: (plan) => {
      const run = givenRun(plan, { hosts: { _all: ["h1", "h2"], h1: ["h1"] }, options: { allowIrreversible: true } });
      const changed = { status: "changed", isReversible: true, data: { version: 2 } } as const;
      run.ends("config@h1", changed).ends("config@h2", changed).fails("check").untilDue().fails("check");
      run.succeeds("clean").undoEnds("config@h1").undoEnds("config@h2").succeeds("tell");
      return run;
    },
  },
  "groups-and-words": {
    plan: () => planFixture(GROUP),
    play: (plan) => {
      const run = givenRun(plan)
        .when({ type: "pause", ...BY })
        .succeeds("list", ["p", "q"])
        .when({ type: "resume", ...BY });
      run.changes("each[p].x").succeeds("each[p].y").fails("each[q].x");
      run
        .when({ type: "retryFailed", ...BY })
        .fails("each[q].x")
        .when({ type: "skip", task: run.index("each[q].x"), ...BY });
      return run.succeeds("each[q].y");
    },
  },
  "done-again": {
    plan: () => planFixture({ a: { hasUndo: true }, b: { after: ["a"] }, c: { after: ["b"] } }, { rollback: "manual" }),
    play: (plan) => {
      const run = givenRun(plan).changes("a").isLost("b");
      run.when({ type: "markSucceeded", task: 1, data: { by: "hand" }, ...BY });
      run
        .fails("c")
        .when({ type: "retryFrom", task: 0, ...BY })
        .changes("a")
        .changes("b")
        .changes("c");
      run.when({ type: "rewind", task: 1, ...BY }).when({ type: "undo", ...BY });
      return run;
    },
  },
};
