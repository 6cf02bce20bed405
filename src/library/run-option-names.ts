import { codedError, type CodedError } from "../base/coded-error.ts";
import { didYouMean } from "../base/suggest.ts";
import type { DurableRunOptions } from "./durable-runs.ts";
import type { DurableForkOptions } from "./fork-run.ts";
import type { RunOptions } from "./run-options.ts";

type Names<Options> = Readonly<Record<keyof Options, true>>;

const SHARED = {
  params: true,
  maxParallel: true,
  rollback: true,
  allowIrreversible: true,
  actor: true,
  reason: true,
  observer: true,
  onUnknownHeld: true,
} as const;
const DURABLE = { ...SHARED, readsText: true, source: true } as const;

/** Options of `Plan.run`, `start` and `dryRun`. */
export const RUN_OPTIONS: Names<RunOptions> = {
  ...SHARED,
  fleet: true,
  hooks: true,
  signal: true,
  log: true,
  estimates: true,
  clock: true,
  random: true,
};

/** Options of `DurableRuns.start`. */
export const DURABLE_RUN_OPTIONS: Names<DurableRunOptions> = { ...DURABLE, fleet: true, idempotencyKey: true };

/** Options of `DurableRuns.fork`. */
export const DURABLE_FORK_OPTIONS: Names<DurableForkOptions> = { ...DURABLE, from: true, plan: true, isSameCode: true };

/** What people write who want to change nothing. */
const DRY_RUN = /^(is)?-?(dry-?run|check|noop|whatif)$/i;

/**
 * A problem for each option that nobody reads. Types refuse those; programs without types would lose them silently, and
 * `run({ dryRun: true })` would change what it was to leave alone.
 */
export function unknownRunOptions(options: object, known: Readonly<Record<string, true>>): readonly CodedError[] {
  const names = Object.keys(known);
  return Object.keys(options)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) =>
      codedError(
        "DRV_RUN_OPTION_UNKNOWN",
        `Cannot start a run: ${JSON.stringify(name.slice(0, 80))} is not an option of runs`,
        {
          hint: DRY_RUN.test(name)
            ? "To change nothing, call plan.dryRun()"
            : (didYouMean(name, names) ?? `Use one of ${names.join(", ")}`),
        },
      ),
    );
}
