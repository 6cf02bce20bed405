import type { z } from "zod";

/**
 * `read-only` never changes anything, `idempotent` may be repeated with the same end state, `non-idempotent` may not.
 */
export type OperationClass = "read-only" | "idempotent" | "non-idempotent";

/** What happens to an attempt whose end nobody saw. */
export type UnknownPolicy = "rerun" | "probe" | "hold";

/** What `undo` can restore: everything it changed, some of it, or nothing. */
export type Reversibility = "full" | "partial" | "none";

/** Facts a host must have for an operation: one of the values of each. */
export interface HostRequirement {
  readonly serviceManager?: readonly string[];
  readonly packageManager?: readonly string[];
}

/**
 * One declaration of an operation, from which come validation, typed constructors, help, reference pages and forms.
 * Declared once per operation under `operation/catalog/`.
 */
export interface OperationSpec<Params = unknown, ResultData = unknown, Input = unknown> {
  /** Canonical name: dots separate domain, resource and verb, as in `file.deploy`. */
  readonly name: string;
  /** Other accepted names, such as `file.deploy.execute`. */
  readonly aliases: readonly string[];
  readonly category: string;
  /** One sentence without a final period. */
  readonly summary: string;
  /** More paragraphs for the reference page. */
  readonly description?: string;
  /**
   * Reads what an author writes (`Input`) into what a provider gets (`Params`). Reading its own output again changes
   * nothing, so that a controller and an executor may both read.
   */
  readonly params: z.ZodType<Params, Input>;
  readonly result: z.ZodType<ResultData>;
  /** May depend on the parameters: a GET is read-only, a POST is not idempotent. */
  readonly operationClass: OperationClass | ClassByParams<Params>["classOf"];
  readonly reversibility: Reversibility;
  /** OS families it works on; elsewhere it is skipped with a reason. */
  readonly osFamilies: "any" | readonly string[];
  /** What the host must have besides; where it has something else, or nothing, it is skipped with a reason. */
  readonly requires?: HostRequirement;
  /** Whether only root may do it. Default false. */
  readonly needsRoot?: boolean;
  /** Default time of one attempt. */
  readonly attemptTimeoutMs: number;
  readonly unknownPolicy: UnknownPolicy;
  /**
   * Parameters whose values must never appear in results, errors, logs or diffs: names of top-level parameters, or
   * paths below them joined by dots, as in `headers.authorization`, in any case. The executor masks them by value.
   */
  readonly secretParams: readonly string[];
  /** Runs where the plan runs and gets no host (`file.upload`, notifications). Default false. */
  readonly isControllerOperation?: boolean;
  /** A complete example of parameters, used in help, docs and tests. */
  readonly example: Input;
}

/** Written as a method so that specs of any parameters are specs of `unknown` ones: executors read before they ask. */
interface ClassByParams<Params> {
  classOf(params: Params): OperationClass;
}

/** Declares an operation; the identity function that infers the types from the schemas. */
export function defineOperation<const Name extends string, Params, ResultData, Input>(
  spec: OperationSpec<Params, ResultData, Input> & { readonly name: Name },
): OperationSpec<Params, ResultData, Input> & { readonly name: Name } {
  return spec;
}

/** The class of an operation with these parameters, which must have been read by its schema. */
export function operationClassOf<Params>(spec: OperationSpec<Params>, params: Params): OperationClass {
  return typeof spec.operationClass === "function" ? spec.operationClass(params) : spec.operationClass;
}

/** Type of the data an operation returns. */
export type ResultDataOf<Spec> = Spec extends { readonly result: z.ZodType<infer ResultData> } ? ResultData : never;
