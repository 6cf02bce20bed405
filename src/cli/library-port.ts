import { join } from "node:path";
import { DroverError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { killAllProcesses } from "../host/process-group.ts";
import { fleetFromFile, localFleet } from "../library/local-fleet.ts";
import type { Plan } from "../library/plan.ts";
import type { RunHandle } from "../library/run-handle.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { repairPlan } from "../plan/repair-plan.ts";
import { stateFolderOf } from "./last-run.ts";
import { watchedFleet } from "./watched-fleet.ts";
import type { PlanHandle, RunPort, StartedRun, StartOptions } from "./run-port.ts";

/** Binds the CLI to the library: plans of modules, run on fleets of this machine. */
export function libraryPort(env: { readonly [name: string]: string | undefined }): RunPort {
  return {
    compile(candidate) {
      if (!isPlan(candidate)) return undefined;
      const compiled = candidate.tryCompile();
      return compiled.ok ? ok({ compiled: compiled.value, source: candidate }) : compiled;
    },
    bind({ source }, params) {
      if (!isPlan(source)) return err([]);
      const bound = source.tryBind(params, { readsText: true, isDryRun: true });
      return bound.ok ? ok({ compiled: bound.value.plan, params: bound.value.params }) : bound;
    },
    start: (plan, options) => start(plan, options, env),
  };
}

/** By what it can do, not by its class: the module may have loaded another copy of the library. */
export function isPlan(candidate: unknown): candidate is Plan {
  return (
    typeof candidate === "object" &&
    candidate !== null &&
    "tryCompile" in candidate &&
    typeof candidate.tryCompile === "function" &&
    "tryStart" in candidate &&
    typeof candidate.tryStart === "function" &&
    "tryBind" in candidate &&
    typeof candidate.tryBind === "function"
  );
}

async function start(
  plan: PlanHandle,
  options: StartOptions,
  env: { readonly [name: string]: string | undefined },
): Promise<Result<StartedRun, readonly CodedError[]>> {
  const { source } = plan;
  if (!isPlan(source)) return err([]);
  // A plan that brings its own hosts runs there, unless the person names others.
  const isOwnFleet = source.fleet !== undefined && options.fleetFile === undefined;
  const opened = isOwnFleet ? ok(undefined) : await openFleet(options, env);
  if (!opened.ok) return opened;
  const { params, isDryRun, repairs, maxParallel, rollback, allowIrreversible, observer, onAttempt } = options;
  const used = opened.value ?? source.fleet;
  const fleet = used === undefined || onAttempt === undefined ? opened.value : watchedFleet(used, onAttempt);
  const started = source.tryStart(
    {
      params,
      observer,
      ...(fleet === undefined ? {} : { fleet }),
      ...(maxParallel === undefined ? {} : { maxParallel }),
      ...(rollback === undefined ? {} : { rollback }),
      ...(allowIrreversible === undefined ? {} : { allowIrreversible }),
    },
    { isDryRun, readsText: true, ...(repairs === undefined ? {} : { adjust: repairing(repairs.leavesOut) }) },
  );
  if (started.ok) return ok(new LibraryRun(started.value, opened.value));
  await opened.value?.[Symbol.asyncDispose]();
  return started;
}

function repairing(leavesOut: ReadonlySet<string>): (plan: CompiledPlan) => CompiledPlan {
  return (plan) => repairPlan(plan, ({ name }) => leavesOut.has(name));
}

async function openFleet(
  options: StartOptions,
  env: { readonly [name: string]: string | undefined },
): Promise<Result<Fleet, readonly CodedError[]>> {
  const contentFolder = join(stateFolderOf(env), "contents");
  if (options.fleetFile === undefined) return ok(localFleet({ contentFolder }));
  try {
    return ok(await fleetFromFile(options.fleetFile, { contentFolder }));
  } catch (thrown) {
    if (thrown instanceof DroverError) return err(thrown.errors);
    throw thrown;
  }
}

class LibraryRun implements StartedRun {
  readonly view: StartedRun["view"];
  readonly report: StartedRun["report"];
  readonly #handle: RunHandle;
  /** The fleet that was opened for the run. */
  readonly #fleet: Fleet | undefined;

  constructor(handle: RunHandle, fleet: Fleet | undefined) {
    this.view = handle.view;
    this.report = handle.report;
    this.#handle = handle;
    this.#fleet = fleet;
  }

  cancel(reason: string): void {
    if (this.view.phase === "finished") return;
    this.#handle.cancel({ reason });
  }

  kill(): void {
    killAllProcesses();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.report.catch(() => {});
    await this.#fleet?.[Symbol.asyncDispose]();
  }
}
