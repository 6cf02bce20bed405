import { didYouMean } from "../base/suggest.ts";
import type { CallExpression, Expression } from "./ast.ts";
import { type CheckContext, type Infer, taintedBy, type Typed } from "./check-context.ts";
import { checkDefault } from "./check-operators.ts";
import { conversionHint } from "./conversion-hint.ts";
import type { FunctionDeclaration, FunctionParameter } from "./function-declaration.ts";
import { findFunction, functionNames } from "./functions.ts";
import { parsePattern } from "./parse-pattern.ts";
import { typeText } from "./type-text.ts";
import { BOOLEAN, isNullable, STRING } from "./value-type.ts";

/** `name(arguments)` */
export function checkCall(context: CheckContext, infer: Infer, call: CallExpression): Typed | undefined {
  if (call.name === "has") return checkHas(context, infer, call);
  if (call.name === "default") return checkDefaultCall(context, infer, call);
  const declaration = findFunction(call.name);
  if (declaration === undefined) return unknownFunction(context, infer, call);
  if (!hasRightCount(context, call, declaration.parameters)) return undefined;
  const values = call.arguments.map((argument) => infer(argument));
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length) return undefined;
  const types = known.map((value) => value.type);
  let isRight = true;
  for (const [at, parameter] of declaration.parameters.entries()) {
    const argument = call.arguments[at];
    const value = known[at];
    if (argument === undefined || value === undefined) continue;
    if (!isArgumentRight(context, { declaration, parameter, argument, value })) isRight = false;
  }
  if (!isRight) return undefined;
  const node = context.emit({ do: "call", name: call.name, arguments: known.map((value) => value.node) }, call.span);
  return { type: taintedBy(declaration.result(types), types), node };
}

interface ArgumentCheck {
  readonly declaration: FunctionDeclaration;
  readonly parameter: FunctionParameter;
  readonly argument: Expression;
  readonly value: Typed;
}

function isArgumentRight(context: CheckContext, { declaration, parameter, argument, value }: ArgumentCheck): boolean {
  const { kind, name } = parameter;
  if (!kind.accepts(value.type)) {
    const hint = isNullable(value.type) ? conversionHint(value.type, STRING) : kind.hint;
    context.fail("DRV_EXPRESSION_TYPE", argument.span, [
      `Cannot call ${declaration.name}: "${name}" is of type ${typeText(value.type)}, wanted ${kind.label}`,
      hint,
    ]);
    return false;
  }
  return parameter.isLiteral !== true || isPatternRight(context, argument);
}

function isPatternRight(context: CheckContext, argument: Expression): boolean {
  if (argument.kind !== "literal" || typeof argument.value !== "string") {
    context.fail("DRV_EXPRESSION_PATTERN", argument.span, ["Cannot use the pattern: it is computed, not written out"]);
    return false;
  }
  const pattern = parsePattern(argument.value);
  if (pattern.ok) return true;
  context.fail("DRV_EXPRESSION_PATTERN", argument.span, [
    `Cannot use the pattern: ${pattern.error.reason}, at its character ${pattern.error.offset + 1}`,
  ]);
  return false;
}

function hasRightCount(
  context: CheckContext,
  call: CallExpression,
  parameters: readonly Pick<FunctionParameter, "name" | "isOptional">[],
): boolean {
  const needed = parameters.filter((parameter) => parameter.isOptional !== true).length;
  const given = call.arguments.length;
  if (given >= needed && given <= parameters.length) return true;
  const names = parameters.map((each) => (each.isOptional === true ? `[${each.name}]` : each.name)).join(", ");
  context.fail("DRV_EXPRESSION_ARGUMENTS", call.span, [
    `Cannot call ${call.name}: it takes ${countText(needed, parameters.length)}, but ${given} ${given === 1 ? "is" : "are"} given`,
    `Write ${call.name}(${names})`,
  ]);
  return false;
}

function countText(min: number, max: number): string {
  const count = min === max ? String(min) : `${min} to ${max}`;
  return `${count} value${max === 1 ? "" : "s"}`;
}

function unknownFunction(context: CheckContext, infer: Infer, call: CallExpression): undefined {
  const hint = didYouMean(call.name, functionNames()) ?? insteadOf(call.name);
  context.fail("DRV_EXPRESSION_FUNCTION_UNKNOWN", call.nameSpan, [
    `Cannot call "${call.name.slice(0, 60)}": there is no such function`,
    hint,
  ]);
  for (const argument of call.arguments) infer(argument);
}

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["len", "Write x.length"],
  ["length", "Write x.length"],
  ["size", "Write x.length"],
  ["now", "There is no clock in expressions: their result depends on their values alone"],
  ["date", "There is no clock in expressions: their result depends on their values alone"],
  ["random", "There is no chance in expressions: their result depends on their values alone"],
  ["uuid", "There is no chance in expressions: their result depends on their values alone"],
  ["env", "Hand values of the environment to the plan as parameters"],
  ["shellquote", "Values never become shell text: hand them on as argv, env or stdin"],
  ["toString", "Write string(x)"],
  ["eval", "Values are never evaluated"],
  ["map_values", "Write a comprehension: {k: f(v) for k, v in map}"],
  ["filter", "Write a comprehension: [x for x in list if x.ok]"],
]);

function insteadOf(name: string): string | undefined {
  return INSTEAD.get(name) ?? INSTEAD.get(name.toLowerCase());
}

/** `has(x)`: whether x is there and not null. */
function checkHas(context: CheckContext, infer: Infer, call: CallExpression): Typed | undefined {
  const [argument] = call.arguments;
  if (!hasRightCount(context, call, [{ name: "value" }]) || argument === undefined) return undefined;
  const typed = infer(argument, { isLenient: true });
  if (typed === undefined) return undefined;
  if (!isNullable(typed.type) && typed.type.kind !== "any") {
    context.hint(call.span, ["The answer is always true: the value is always there"]);
  }
  return { type: taintedBy(BOOLEAN, [typed.type]), node: context.emit({ do: "has", of: typed.node }, call.span) };
}

/** `default(x, other)`: the same as `x ?? other`. */
function checkDefaultCall(context: CheckContext, infer: Infer, call: CallExpression): Typed | undefined {
  const [left, right] = call.arguments;
  if (!hasRightCount(context, call, [{ name: "value" }, { name: "other" }])) return undefined;
  if (left === undefined || right === undefined) return undefined;
  return checkDefault(context, infer, { left, right, span: call.span });
}
