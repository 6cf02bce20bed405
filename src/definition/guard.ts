import type { SourcePosition } from "../base/coded-error.ts";
import type { OpaqueFunction } from "./task-body.ts";

/** Guards that look at how the dependencies ended; their truth tables stand in `docs/semantics.md`. */
export const BUILTIN_GUARD_KINDS = [
  "onlyIfChanged",
  "onlyIfAllChanged",
  "onlyIfFailed",
  "onlyIfAnyHostFailed",
  "onlyIfAllHostsFailed",
  "onlyIfAnyHostSkipped",
  "onlyIfAnyHostChanged",
  "onlyIfAllHostsChanged",
] as const;

export type BuiltinGuardKind = (typeof BUILTIN_GUARD_KINDS)[number];

/** A condition on which a task runs. All guards of a task must pass; they never switch off a dependency. */
export type GuardDefinition =
  | { readonly kind: BuiltinGuardKind }
  /** Called with a `ValueContext`; `reason` is shown when it answers false. */
  | { readonly kind: "when"; readonly evaluate: OpaqueFunction; readonly reason?: string }
  /**
   * Called with the facts of one host at a time; passes when it holds for at least one host of the task's target, or of
   * the agent list that `task` returned.
   */
  | { readonly kind: "whenFact"; readonly evaluate: OpaqueFunction; readonly task?: string; readonly reason?: string }
  /** An expression of a file, true or false when the task is reached. */
  | {
      readonly kind: "expression";
      readonly expression: string;
      readonly reason?: string;
      readonly at?: SourcePosition;
    };
