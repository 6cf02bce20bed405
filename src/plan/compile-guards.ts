import { codedError } from "../base/coded-error.ts";
import { BUILTIN_GUARD_KINDS, type BuiltinGuardKind, type GuardDefinition } from "../definition/guard.ts";
import { shown } from "../definition/task-input.ts";
import { compileExpression, knownTruth } from "./compile-template.ts";
import type { Guard } from "./compiled-plan.ts";
import type { TaskScope } from "./plan-scope.ts";
import { memberOf, positionOf } from "./problems.ts";

/** What all tasks without guards share. */
const NO_GUARDS: readonly Guard[] = Object.freeze([]);
const BUILTIN_GUARDS: ReadonlyMap<unknown, Guard> = new Map(
  BUILTIN_GUARD_KINDS.map((kind) => [kind, Object.freeze({ kind })]),
);
/** Guards that ask how a dependency failed, so that a task must wait for it however it ends. */
const FAILURE_GUARDS: ReadonlySet<unknown> = new Set<BuiltinGuardKind>([
  "onlyIfFailed",
  "onlyIfAnyHostFailed",
  "onlyIfAllHostsFailed",
]);

/** Checks guards and keeps them in declared order. */
export function compileGuards(given: unknown, scope: TaskScope): readonly Guard[] {
  const { problems, place } = scope;
  if (given === undefined) return NO_GUARDS;
  const items: readonly unknown[] = Array.isArray(given) ? given : [given];
  const guards: Guard[] = [];
  for (const [index, item] of items.entries()) {
    if (isExpression(item)) {
      const compiled = compileCondition(item, scope);
      if (compiled !== undefined) guards.push(compiled);
      continue;
    }
    const guard = readGuard(item);
    if (guard !== undefined) guards.push(guard);
    else {
      const found = `guard ${index + 1} is ${describe(item)}, and a known kind with a function where it needs one is wanted`;
      problems.add("DRV_PLAN_GUARD_INVALID", memberOf(place, "guards"), found);
    }
  }
  return guards;
}

type ExpressionDefinition = Extract<GuardDefinition, { readonly kind: "expression" }>;

function isExpression(item: unknown): item is ExpressionDefinition {
  const isObject = typeof item === "object" && item !== null && "kind" in item && "expression" in item;
  return isObject && item.kind === "expression" && typeof item.expression === "string";
}

/** A condition of a file; one that is known to hold is no guard any more. */
function compileCondition({ expression, reason, at }: ExpressionDefinition, scope: TaskScope): Guard | undefined {
  const { subject, path } = memberOf(scope.place, "when");
  const place = { subject, path, at: at ?? scope.place.at };
  const checked = compileExpression(expression, scope, { place: "task", wanted: "condition", at: place });
  if (checked === undefined) return undefined;
  const truth = knownTruth(checked, scope);
  if (truth === true) return undefined;
  if (truth === false && checked.references.length === 0) {
    const message = `Nothing runs ${place.subject}: its condition is never true`;
    const error = codedError("DRV_PLANFILE_UNREACHABLE", message, { at: positionOf(place) });
    scope.plan.notice?.(error, "warning");
  }
  const because = reason === undefined ? {} : { reason };
  const never = truth === false ? { isNever: true as const } : {};
  return { kind: "expression", text: expression, program: checked.program, ...never, ...because };
}

/** Whether dependencies without a condition are waited for however they end. */
export function waitsForFailures(guards: readonly Guard[]): boolean {
  return guards.some((guard) => FAILURE_GUARDS.has(guard.kind));
}

function readGuard(item: unknown): Guard | undefined {
  if (typeof item !== "object" || item === null || !("kind" in item)) return undefined;
  const builtin = BUILTIN_GUARDS.get(item.kind);
  if (builtin !== undefined) return builtin;
  const evaluate = "evaluate" in item ? item.evaluate : undefined;
  if (!isFunction(evaluate)) return undefined;
  const reason = "reason" in item && typeof item.reason === "string" ? { reason: item.reason } : {};
  if (item.kind === "when") return { kind: "when", evaluate, ...reason };
  if (item.kind !== "whenFact") return undefined;
  const task = "task" in item && typeof item.task === "string" ? { task: item.task } : {};
  return { kind: "whenFact", evaluate, ...task, ...reason };
}

function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === "function";
}

function describe(item: unknown): string {
  const kind = typeof item === "object" && item !== null && "kind" in item ? item.kind : undefined;
  return typeof kind === "string" ? `of kind ${shown(kind)}` : shown(item);
}
