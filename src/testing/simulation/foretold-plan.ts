import { BUILTIN_GUARD_KINDS } from "../../definition/guard.ts";
import type { Outcome, OutcomeStatus } from "../../operation/outcome.ts";
import type { CompiledPlan } from "../../plan/compiled-plan.ts";
import { planFixture, type TaskFixture } from "../plan-fixture.ts";
import { pick } from "../random-plan.ts";
import { foretell, type OracleEnd, type OracleTask } from "../run-oracle.ts";
import type { SeededRandom } from "../seeded-random.ts";

/** A task whose every outcome is known before it runs. */
export interface ForetoldTask extends OracleTask {
  /** Times it fails, on each host, before it ends as foretold; its policy has more retries. */
  readonly failsFirst: number;
}

/** What is known of the runs of one plan before they begin. */
export interface Foretelling {
  readonly tasks: ReadonlyMap<string, ForetoldTask>;
  /** How every task ends in a run that nobody stops, whatever goes wrong around it. */
  readonly ends: ReadonlyMap<string, OracleEnd>;
}

const HOST_SETS: readonly (readonly string[])[] = [["h1"], ["h2", "h3"], ["h1", "h2", "h3"]];
const KINDS = ["success", "success", "success", "failure", "always"] as const;
/** Most work does what it should: eight of ten. */
const STATUSES: readonly OutcomeStatus[] = [
  "changed",
  "changed",
  "changed",
  "changed",
  "changed",
  "unchanged",
  "unchanged",
  "unchanged",
  "skipped",
  "failed",
];
/** Tasks back to which a dependency reaches, at least, so that plans are wide and deep. */
const REACH_MIN = 12;
const YEAR_MS = 31_536_000_000;

export interface ForetoldShape {
  /** Tasks. */
  readonly size: number;
  /** Part of the tasks that are functions; the others do something on hosts. */
  readonly functionShare: number;
}

/** A plan that ends the same way whatever goes wrong around it. */
export function foretoldPlan(
  random: SeededRandom,
  { size, functionShare }: ForetoldShape,
): { plan: CompiledPlan; foretelling: Foretelling } {
  const reach = Math.max(REACH_MIN, size >> 3);
  const tasks = Array.from({ length: size }, (_, index) => randomTask(random, index, { reach, functionShare }));
  const fixtures = tasks.map((task): [string, TaskFixture] => [task.name, toFixture(task)]);
  const plan = planFixture(Object.fromEntries(fixtures), {
    limits: { maxParallel: 1 + random.integer(8 + (size >> 2)), maxWritingPerHost: 1 + random.integer(4) },
  });
  const byName = new Map(tasks.map((task) => [task.name, task]));
  return { plan, foretelling: { tasks: byName, ends: foretell(tasks) } };
}

function randomTask(
  random: SeededRandom,
  index: number,
  { reach, functionShare }: { readonly reach: number; readonly functionShare: number },
): ForetoldTask {
  const after = new Map<string, (typeof KINDS)[number]>();
  for (let edges = random.integer(4); edges > 0 && index > 0; edges--) {
    after.set(`t${index - 1 - random.integer(Math.min(index, reach))}`, pick(random, KINDS));
  }
  const hosts = random.next() < functionShare ? [""] : pick(random, HOST_SETS);
  return {
    name: `t${index}`,
    after: [...after].map(([task, kind]) => ({ task, kind })),
    outcomes: new Map(hosts.map((host) => [host, statusOn(random, host)])),
    maxFail: hosts.length > 1 ? random.integer(2) : 0,
    failsFirst: random.integer(6) === 0 ? 1 + random.integer(2) : 0,
    ...(random.integer(5) === 0 ? { guard: pick(random, BUILTIN_GUARD_KINDS) } : {}),
  };
}

/** Functions cannot say that they are not for this host. */
function statusOn(random: SeededRandom, host: string): OutcomeStatus {
  const status = pick(random, STATUSES);
  return host === "" && status === "skipped" ? "unchanged" : status;
}

function toFixture({ name, after, guard, outcomes, maxFail }: ForetoldTask): TaskFixture {
  const hosts = [...outcomes.keys()].join("+");
  return {
    after: after.map(({ task, kind }) => `${task} ${kind}`),
    guards: guard === undefined ? [] : [guard],
    policy: {
      afterFailure: "continueRun",
      maxFail: { hosts: maxFail },
      totalTimeoutMs: YEAR_MS,
      retry: { retries: 2, initialMs: 50, factor: 2, maxMs: 500, jitter: 0.5, on: "retryable" },
    },
    unknownPolicy: "rerun",
    ...(hosts === "" ? {} : { target: `set:${hosts}`, title: name }),
  };
}

/** Says how attempts at foretold tasks end. */
export class ForetoldOutcomes {
  readonly #foretellingOf: (runId: string) => Foretelling | undefined;
  /** Failures so far, by run, task and host. */
  readonly #failures = new Map<string, number>();

  constructor(foretellingOf: (runId: string) => Foretelling | undefined) {
    this.#foretellingOf = foretellingOf;
  }

  /** How the next attempt ends; `undefined` when the run is not foretold. */
  next(place: { readonly runId: string; readonly task: string; readonly host: string }): Outcome["status"] | undefined {
    const { runId, task, host } = place;
    const foretold = this.#foretellingOf(runId)?.tasks.get(task);
    if (foretold === undefined) return undefined;
    const key = `${runId} ${task}@${host}`;
    const failures = this.#failures.get(key) ?? 0;
    if (failures >= foretold.failsFirst) return foretold.outcomes.get(host);
    this.#failures.set(key, failures + 1);
    return "failed";
  }
}
