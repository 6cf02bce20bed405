import { codedError, type CodedError } from "../base/coded-error.ts";
import { canonicalHash, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { EXPRESSION_LENGTH_MAX } from "./expression-limits.ts";
import { readNode } from "./read-program-node.ts";
import { type Program, PROGRAM_VERSION, type ProgramNode } from "./program.ts";
import { ownMember } from "./value-scope.ts";

/** Nodes of one program: no more than characters of the text it was made of. */
const NODES_MAX = EXPRESSION_LENGTH_MAX * 4;
/** Levels of one program; what is compiled has about as many as its expression. */
const PROGRAM_DEPTH_MAX = 1_000;

/** Identifies what a program computes, regardless of how its text is laid out: 64 hexadecimal digits. */
export function programFingerprint({ version, nodes }: Program): string {
  return canonicalHash({ version, nodes });
}

/**
 * A program from JSON that was stored or sent. Whatever passes can be evaluated: it is no loop, and every node is known.
 *
 * Error: `DRV_EXPRESSION_PROGRAM`.
 */
export function readProgram(value: JsonValue): Result<Program, CodedError> {
  if (!isJsonObject(value)) return refuse("it is no object");
  const version = ownMember(value, "version");
  if (version !== PROGRAM_VERSION) return refuse(`its version is not ${PROGRAM_VERSION}`);
  const nodes = readNodes(ownMember(value, "nodes"));
  if (typeof nodes === "string") return refuse(nodes);
  const spans = readSpans(ownMember(value, "spans"), nodes.length);
  if (spans === undefined) return refuse("its spans are not two numbers for each node");
  const secrets = readSecrets(value);
  return secrets === undefined
    ? refuse("it does not say what is secret")
    : ok({ version: PROGRAM_VERSION, nodes, spans, ...secrets });
}

function refuse(reason: string): Result<never, CodedError> {
  return err(codedError("DRV_EXPRESSION_PROGRAM", `Cannot read the stored expression: ${reason}`));
}

function readNodes(value: JsonValue | undefined): readonly ProgramNode[] | string {
  if (value === undefined || !isJsonArray(value) || value.length === 0) return "it has no nodes";
  if (value.length > NODES_MAX) return `it has more than ${NODES_MAX} nodes`;
  const nodes: ProgramNode[] = [];
  const depths: number[] = [];
  for (const [index, each] of value.entries()) {
    const reading = isJsonObject(each) ? readNode(each, index) : undefined;
    if (reading === undefined) return `its node ${index} is not one that can be evaluated`;
    const depth = 1 + Math.max(0, ...reading.children.map((child) => depths[child] ?? 0));
    if (depth > PROGRAM_DEPTH_MAX) return `it has more than ${PROGRAM_DEPTH_MAX} levels`;
    depths.push(depth);
    nodes.push(reading.node);
  }
  return nodes;
}

function readSpans(value: JsonValue | undefined, nodes: number): readonly number[] | undefined {
  if (value === undefined || !isJsonArray(value) || value.length !== nodes * 2) return undefined;
  const spans = value.filter((each) => typeof each === "number" && Number.isSafeInteger(each) && each >= 0);
  return spans.length === value.length ? spans.map(Number) : undefined;
}

function readSecrets(value: JsonObject): Pick<Program, "isSecret" | "usesSecrets" | "secretPaths"> | undefined {
  const isSecret = ownMember(value, "isSecret");
  const usesSecrets = ownMember(value, "usesSecrets");
  const paths = ownMember(value, "secretPaths");
  if (typeof isSecret !== "boolean" || typeof usesSecrets !== "boolean") return undefined;
  if (paths === undefined || !isJsonArray(paths)) return undefined;
  const secretPaths = paths.map((path) =>
    isJsonArray(path) && path.every((name) => typeof name === "string") ? path.map(String) : undefined,
  );
  const known = secretPaths.filter((path) => path !== undefined);
  return known.length === paths.length ? { isSecret, usesSecrets, secretPaths: known } : undefined;
}
