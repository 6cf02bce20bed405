import { codedError, type CodedError } from "../base/coded-error.ts";
import { didYouMean } from "../base/suggest.ts";
import type { ErrorStrategyDefinition } from "./error-strategy.ts";
import type { PlanDefinition } from "./definition.ts";
import type { ParametersDefinition } from "./parameters.ts";

/** What a plan can be told besides its tasks; see {@link PlanDefinition} for meaning and defaults. */
export interface PlanOptions<Parameters extends ParametersDefinition = ParametersDefinition> {
  readonly title?: string;
  readonly description?: string;
  /** A zod object or a record of short declarations; decides the type of `params` in functions. */
  readonly params?: Parameters;
  /** Target of operations and scripts that name none. */
  readonly target?: string;
  readonly onError?: ErrorStrategyDefinition;
  readonly maxParallel?: number;
  readonly maxWritingPerHost?: number;
  readonly concurrency?: { readonly [key: string]: number };
  readonly rollback?: "off" | "onFailure" | "manual";
  readonly levelBarriers?: boolean;
}

const PLAN_OPTION_NAMES: readonly (keyof PlanOptions)[] = [
  "title",
  "description",
  "params",
  "target",
  "onError",
  "maxParallel",
  "maxWritingPerHost",
  "concurrency",
  "rollback",
  "levelBarriers",
];

/** The options that are given, as members of a definition. */
export function definitionMembers(options: PlanOptions): Partial<PlanDefinition> {
  const given = PLAN_OPTION_NAMES.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

/** A problem for each option that nobody reads; types refuse those, and plans without types would lose them silently. */
export function unknownPlanOptions(options: object): readonly CodedError[] {
  const known: ReadonlySet<string> = new Set(PLAN_OPTION_NAMES);
  return Object.keys(options)
    .filter((name) => !known.has(name))
    .map((name) =>
      codedError(
        "DRV_PLAN_OPTION_UNKNOWN",
        `Cannot read the options of a plan: ${JSON.stringify(name.slice(0, 80))} is not an option`,
        { hint: didYouMean(name, PLAN_OPTION_NAMES) ?? `Use one of ${PLAN_OPTION_NAMES.join(", ")}` },
      ),
    );
}
