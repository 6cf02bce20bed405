import { must } from "../base/assert.ts";
import type { JsonValue } from "../base/json.ts";
import { evaluateEach } from "./evaluate-each.ts";
import { calculate, compare, negate } from "./evaluate-operators.ts";
import type { Evaluation } from "./evaluation.ts";
import { findFunction } from "./functions.ts";
import { indexOf, lengthOf, memberOf, missingMember } from "./look-up.ts";
import { kindOf, scalarToText } from "./print-value.ts";
import type { ProgramNode } from "./program.ts";

/** The value of one node; `undefined` when there is none, the failure is noted then. */
export function evaluateNode(evaluation: Evaluation, index: number): JsonValue | undefined {
  evaluation.node = index;
  if (!evaluation.spend(1)) return undefined;
  const node = must(evaluation.program.nodes[index], "nodes refer to nodes of their program");
  switch (node.do) {
    case "literal":
      return node.value;
    case "local":
      return evaluateLocal(evaluation, node.slot);
    case "root":
    case "field":
      return evaluateRoot(evaluation, node);
    case "member":
    case "length":
    case "has":
    case "not":
    case "negate":
      return evaluateOne(evaluation, index, node);
    case "index":
    case "compare":
    case "calculate":
      return evaluateTwo(evaluation, index, node);
    case "and":
    case "or":
    case "default":
    case "if":
      return evaluateBranch(evaluation, index, node);
    case "list":
      return evaluateAll(evaluation, node.items);
    case "map":
      return evaluateMap(evaluation, index, node);
    case "each":
      return evaluateEach(evaluation, { index, node, evaluate: evaluateNode });
    case "call":
      return evaluateCall(evaluation, index, node);
    case "text":
      return evaluateText(evaluation, index, node);
  }
}

type NodeOf<Name extends ProgramNode["do"]> = Extract<ProgramNode, { readonly do: Name }>;

function evaluateRoot(evaluation: Evaluation, node: NodeOf<"root"> | NodeOf<"field">): JsonValue | undefined {
  const { scope } = evaluation;
  const value = node.do === "root" ? scope.root(node.name) : scope.member(node.root, node.name);
  if (value !== undefined) return value;
  if (node.do === "field" && node.missing !== "error") return null;
  return node.do === "field"
    ? missingMember(evaluation, node.name)
    : evaluation.fail("DRV_EXPRESSION_MISSING", `Cannot find "${node.name}": it has no value here`);
}

function evaluateLocal(evaluation: Evaluation, slot: number): JsonValue | undefined {
  // Only a stored program that somebody changed can ask for a variable that is not set.
  const value = evaluation.locals[slot];
  if (value !== undefined) return value;
  return evaluation.fail("DRV_EXPRESSION_PROGRAM", "Cannot find a variable of the program");
}

function evaluateOne(
  evaluation: Evaluation,
  index: number,
  node: NodeOf<"member" | "length" | "has" | "not" | "negate">,
): JsonValue | undefined {
  const value = evaluateNode(evaluation, node.of);
  if (value === undefined) return undefined;
  evaluation.node = index;
  switch (node.do) {
    case "member":
      return memberOf(evaluation, value, node);
    case "length":
      return lengthOf(evaluation, value, node.missing);
    case "has":
      return value !== null;
    case "not":
      return typeof value === "boolean" ? !value : wrongKind(evaluation, value, "true or false");
    case "negate":
      return negate(evaluation, value);
  }
}

function evaluateTwo(
  evaluation: Evaluation,
  index: number,
  node: NodeOf<"index" | "compare" | "calculate">,
): JsonValue | undefined {
  const left = evaluateNode(evaluation, node.do === "index" ? node.of : node.left);
  if (left === undefined) return undefined;
  const right = evaluateNode(evaluation, node.do === "index" ? node.at : node.right);
  if (right === undefined) return undefined;
  evaluation.node = index;
  switch (node.do) {
    case "index":
      return indexOf(evaluation, { value: left, at: right, missing: node.missing });
    case "compare":
      return compare(evaluation, node.operator, [left, right]);
    case "calculate":
      return calculate(evaluation, node.operator, [left, right]);
  }
}

/** What is not needed is not evaluated. */
function evaluateBranch(
  evaluation: Evaluation,
  index: number,
  node: NodeOf<"and" | "or" | "default"> | NodeOf<"if">,
): JsonValue | undefined {
  const first = evaluateNode(evaluation, node.do === "if" ? node.condition : node.left);
  if (first === undefined) return undefined;
  if (node.do === "default") return first === null ? evaluateNode(evaluation, node.right) : first;
  evaluation.node = index;
  if (typeof first !== "boolean") return wrongKind(evaluation, first, "true or false");
  if (node.do === "if") return evaluateNode(evaluation, first ? node.whenTrue : node.whenFalse);
  return first === (node.do === "or") ? first : evaluateNode(evaluation, node.right);
}

function evaluateAll(evaluation: Evaluation, nodes: readonly number[]): readonly JsonValue[] | undefined {
  const values: JsonValue[] = [];
  for (const node of nodes) {
    const value = evaluateNode(evaluation, node);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function evaluateMap(evaluation: Evaluation, index: number, node: NodeOf<"map">): JsonValue | undefined {
  const keys = evaluateAll(evaluation, node.keys);
  const values = keys === undefined ? undefined : evaluateAll(evaluation, node.values);
  if (keys === undefined || values === undefined) return undefined;
  evaluation.node = index;
  const entries: (readonly [string, JsonValue])[] = [];
  for (const [at, key] of keys.entries()) {
    if (typeof key !== "string") return wrongKind(evaluation, key, "a text as name");
    entries.push([key, values[at] ?? null]);
  }
  // Makes own members of every name, "__proto__" too.
  return Object.fromEntries(entries);
}

function evaluateCall(evaluation: Evaluation, index: number, node: NodeOf<"call">): JsonValue | undefined {
  const values = evaluateAll(evaluation, node.arguments);
  if (values === undefined) return undefined;
  evaluation.node = index;
  const called = must(findFunction(node.name), "a program calls functions that exist");
  const { name, parameters } = called;
  for (const [at, value] of values.entries()) {
    const kind = parameters[at]?.kind;
    if (kind?.holds(value) !== true) {
      return evaluation.fail(
        "DRV_EXPRESSION_VALUE_KIND",
        `Cannot call ${name}: "${parameters[at]?.name ?? ""}" is ${kindOf(value)}, wanted ${kind?.label ?? "nothing"}`,
      );
    }
  }
  return called.run(values, evaluation);
}

function evaluateText(evaluation: Evaluation, index: number, node: NodeOf<"text">): JsonValue | undefined {
  const pieces: string[] = [];
  let length = 0;
  for (const [at, part] of node.parts.entries()) {
    const value = evaluateNode(evaluation, part);
    if (value === undefined) return undefined;
    const piece = scalarToText(value);
    if (piece === undefined) {
      evaluation.node = part;
      return evaluation.fail("DRV_EXPRESSION_CONVERSION", `Cannot put ${kindOf(value)} into a text`);
    }
    if (node.secrets[at] === true && typeof value !== "boolean") evaluation.secrets.add(piece);
    length += piece.length;
    evaluation.node = index;
    if (evaluation.isTooLong(length) || !evaluation.spendText(piece.length)) return undefined;
    pieces.push(piece);
  }
  return pieces.join("");
}

function wrongKind(evaluation: Evaluation, value: JsonValue, wanted: string): undefined {
  return evaluation.fail("DRV_EXPRESSION_VALUE_KIND", `Cannot use ${kindOf(value)}: wanted ${wanted}`);
}
