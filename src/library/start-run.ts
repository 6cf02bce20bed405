import type { CodedError } from "../base/coded-error.ts";
import { newRunId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { StartCommand } from "../engine/commands.ts";
import { MemoryLog } from "../eventlog/memory-log.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { observersOf, type RunObserver } from "../runner/run-observer.ts";
import { RunDriver } from "../runner/run-driver.ts";
import { resolveTargets } from "../runner/resolve-targets.ts";
import { systemClock, systemRandom } from "../runner/system.ts";
import { authorCode } from "./author-code.ts";
import { HookObserver, type LevelIndices } from "./hook-observer.ts";
import type { Hooks } from "./hooks.ts";
import { localFleet } from "./local-fleet.ts";
import { RunHandle } from "./run-handle.ts";
import type { RunOptions } from "./run-options.ts";

/** A plan with everything that a run of it freezes. */
export interface BoundPlan {
  readonly plan: CompiledPlan;
  readonly params: JsonObject;
  /** Hooks of the plan, called before those of the options. */
  readonly hooks: Hooks | undefined;
  readonly fleet: Fleet | undefined;
}

export interface BoundRun extends BoundPlan {
  readonly isDryRun: boolean;
}

/**
 * Starts a run of a compiled plan; or answers why not: a target that matches no host, or inputs the engine rejects
 * (`DRV_RUN_*`). Nothing has run then.
 */
export function startRun(bound: BoundRun, options: RunOptions): Result<RunHandle, readonly CodedError[]> {
  const { plan, params, isDryRun } = bound;
  const { clock = systemClock, random = systemRandom } = options;
  const given = options.fleet ?? bound.fleet;
  const fleet = given ?? localFleet();
  const log = options.log ?? new MemoryLog();
  const hosts = resolveTargets(plan, fleet);
  if (!hosts.ok) return hosts;
  const hookErrors: unknown[] = [];
  const observer = observerOf(bound, options, hookErrors);
  const start: StartCommand = {
    type: "start",
    runId: newRunId(clock, random),
    params,
    hosts: hosts.value,
    options: runChoices(options, isDryRun),
    ...(options.actor === undefined ? {} : { actor: options.actor }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  };
  const driver = new RunDriver({
    plan,
    start,
    fleet,
    log,
    clock,
    userCode: authorCode,
    ...(observer === undefined ? {} : { observer }),
  });
  const rejection = driver.start();
  if (rejection !== undefined) return err([rejection]);
  const stopListening = cancelOn(options.signal, driver);
  const handle = new RunHandle(driver, hookErrors, async () => {
    stopListening();
    if (options.log === undefined) await log[Symbol.asyncDispose]();
    if (given === undefined) await fleet[Symbol.asyncDispose]();
  });
  return ok(handle);
}

/** What a run chooses for itself, as the engine wants it. */
export function runChoices(
  options: Pick<RunOptions, "maxParallel" | "rollback" | "allowIrreversible" | "onUnknownHeld" | "estimates">,
  isDryRun: boolean,
): StartCommand["options"] {
  const { maxParallel, rollback, allowIrreversible, onUnknownHeld, estimates } = options;
  return {
    isDryRun,
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(rollback === undefined ? {} : { rollback }),
    ...(allowIrreversible === undefined ? {} : { allowIrreversible }),
    ...(onUnknownHeld === undefined ? {} : { onUnknownHeld }),
    ...(estimates === undefined ? {} : { estimates }),
  };
}

function cancelOn(signal: AbortSignal | undefined, driver: RunDriver): () => void {
  if (signal === undefined) return () => {};
  const cancel = (): void => {
    driver.submit({ type: "cancel", reason: reasonOf(signal) });
  };
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  return () => signal.removeEventListener("abort", cancel);
}

function reasonOf(signal: AbortSignal): string {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason.message : typeof reason === "string" ? reason : "the signal was aborted";
}

function observerOf(bound: BoundRun, options: RunOptions, hookErrors: unknown[]): RunObserver | undefined {
  const hooks = [bound.hooks, options.hooks].map((given) =>
    given === undefined ? undefined : hookObserver(bound.plan, given, hookErrors),
  );
  return observersOf([...hooks, options.observer]);
}

/** Calls hooks for what happens in a run of the plan. */
export function hookObserver(plan: CompiledPlan, hooks: Hooks, hookErrors: unknown[]): RunObserver {
  return new HookObserver({
    hooks,
    planName: plan.name,
    levels: () => {
      const levels = plan.graph.levels();
      if (!levels.ok) return [];
      const indices = levels.value.map((ids) => ids.map((id) => plan.graph.indexOf(id) ?? 0));
      return withoutRollbackSteps(indices, plan);
    },
    nameOf: (task) => plan.tasks[task]?.name ?? "",
    failed: (thrown) => hookErrors.push(thrown),
  });
}

/** Rollback steps run when all levels are through: they are in none. */
function withoutRollbackSteps(levels: LevelIndices, plan: CompiledPlan): LevelIndices {
  return levels
    .map((tasks) => tasks.filter((task) => plan.tasks[task]?.isRollbackStep !== true))
    .filter((tasks) => tasks.length > 0);
}
