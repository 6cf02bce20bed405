import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { assert } from "../base/assert.ts";
import { codedError, DroverError, fromThrown, type CodedError, type SourcePosition } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { CliContext } from "./cli-context.ts";
import { isPlanFileName, openPlanFile } from "./plan-source.ts";
import type { PlanHandle, RunPort } from "./run-port.ts";

/** Where a plan is: a TypeScript or JavaScript module, and which of its exports. */
export interface PlanReference {
  /** Absolute. */
  readonly path: string;
  readonly exportName: string;
  /** As the person wrote it. */
  readonly text: string;
}

const MODULE_NAME = /\.(?:[cm]?ts|[cm]?js)$/;

/** Splits `file.ts#name`; without a name it is the default export. */
export function parsePlanReference(text: string, folder: string): PlanReference {
  const at = text.lastIndexOf("#");
  const isNamed = at > 0 && MODULE_NAME.test(text.slice(0, at));
  return {
    path: resolve(folder, isNamed ? text.slice(0, at) : text),
    exportName: isNamed ? text.slice(at + 1) : "default",
    text,
  };
}

export interface LoadedPlan {
  readonly plan: PlanHandle;
  readonly reference: PlanReference;
  /** Parameters that were not used up by calling the module's function. */
  readonly params: JsonObject;
  /** All parameters: loading the module again with them makes the same plan. */
  readonly given: JsonObject;
}

/**
 * Loads a plan from a plan file, or from a module whose export is a plan or a function that makes one of the parameters.
 * Loading runs the module: it is code the person asked to run.
 * @returns the plan, or every problem: `DRV_CLI_PLAN_NOT_FOUND`, `DRV_CLI_PLAN_MODULE_FAILED`, `DRV_CLI_PLAN_EXPORT`, or
 * what is wrong with the plan itself
 */
export async function loadPlan(
  text: string,
  params: JsonObject,
  context: Pick<CliContext, "folder" | "openRunPort">,
): Promise<Result<LoadedPlan, readonly CodedError[]>> {
  const reference = parsePlanReference(text, context.folder);
  const missing = await missingFile(reference);
  if (missing !== undefined) return err([missing]);
  const port = await context.openRunPort();
  if (isPlanFileName(reference.path)) {
    const opened = await openPlanFile(text, context.folder);
    const plan = opened.ok ? compile(port, opened.value, reference) : opened;
    return plan === undefined ? err([notAPlan(reference, undefined)]) : withParams(plan, reference, params);
  }
  const exported = await importExport(reference, context.folder);
  if (!exported.ok) return exported;
  const direct = compile(port, exported.value, reference);
  if (direct !== undefined) return withParams(direct, reference, params);
  if (typeof exported.value !== "function") return err([notAPlan(reference, exported.value)]);
  const made = callMaker(exported.value, params, reference, context.folder);
  if (!made.ok) return made;
  const plan = compile(port, made.value, reference);
  if (plan === undefined) return err([notAPlan(reference, made.value)]);
  const isUsedUp = plan.ok && plan.value.compiled.parameters === undefined;
  return withParams(plan, reference, params, isUsedUp);
}

async function missingFile(reference: PlanReference): Promise<CodedError | undefined> {
  try {
    const found = await stat(reference.path);
    if (found.isFile()) return undefined;
    return notFound(reference, "it is not a file", "Name the module itself, such as plan.ts");
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    const found = code === "ENOENT" || code === "ENOTDIR" ? "there is no such file" : String(thrown);
    return notFound(reference, found, "Check the path; it is meant from the current folder");
  }
}

async function importExport(reference: PlanReference, folder: string): Promise<Result<unknown, readonly CodedError[]>> {
  try {
    const module: unknown = await import(pathToFileURL(reference.path).href);
    assert(typeof module === "object" && module !== null, "A module is an object");
    const exported = new Map<string, unknown>(Object.entries(module));
    if (exported.has(reference.exportName)) return ok(exported.get(reference.exportName));
    return err([missingExport(reference, [...exported.keys()])]);
  } catch (thrown) {
    return err(moduleProblems(thrown, reference, folder, "Cannot load"));
  }
}

function callMaker(
  maker: Function,
  params: JsonObject,
  reference: PlanReference,
  folder: string,
): Result<unknown, readonly CodedError[]> {
  try {
    return ok(Reflect.apply(maker, undefined, [params]));
  } catch (thrown) {
    return err(moduleProblems(thrown, reference, folder, "Cannot make the plan of"));
  }
}

function compile(port: RunPort, candidate: unknown, reference: PlanReference): ReturnType<RunPort["compile"]> {
  try {
    return port.compile(candidate);
  } catch (thrown) {
    return err(moduleProblems(thrown, reference, "", "Cannot compile the plan of"));
  }
}

function withParams(
  plan: Result<PlanHandle, readonly CodedError[]>,
  reference: PlanReference,
  given: JsonObject,
  isUsedUp = false,
): Result<LoadedPlan, readonly CodedError[]> {
  return plan.ok ? ok({ plan: plan.value, reference, params: isUsedUp ? {} : given, given }) : plan;
}

/** What a module threw: the library's own problems as they are, anything else with the line of the module it came from. */
function moduleProblems(
  thrown: unknown,
  reference: PlanReference,
  folder: string,
  action: string,
): readonly CodedError[] {
  if (thrown instanceof DroverError) {
    const at = positionIn(thrown, reference, folder);
    return thrown.errors.map((error) => (error.at === undefined && at !== undefined ? { ...error, at } : error));
  }
  const error = fromThrown("DRV_CLI_PLAN_MODULE_FAILED", thrown, `${action} ${JSON.stringify(reference.text)}`);
  const at = positionIn(thrown, reference, folder);
  return [{ ...error, ...(at !== undefined && { at }), hint: hintFor(thrown) }];
}

function hintFor(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  if (code === "ERR_MODULE_NOT_FOUND") return "Install the missing package, or correct the import";
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" || thrown instanceof SyntaxError) {
    return "Correct the syntax; enums, namespaces and parameter properties are not available in plan modules";
  }
  return "Correct the module; a plan module only describes the plan and does no work while it is loaded";
}

/** The innermost line of the stack that lies in the plan module. */
function positionIn(thrown: unknown, reference: PlanReference, folder: string): SourcePosition | undefined {
  if (!(thrown instanceof Error) || thrown.stack === undefined) return undefined;
  const url = pathToFileURL(reference.path).href;
  for (const line of thrown.stack.split("\n").slice(0, 100)) {
    const start = line.indexOf(url);
    const match = start === -1 ? null : /^:(\d+)(?::(\d+))?/.exec(line.slice(start + url.length));
    if (match === null) continue;
    const file = relative(folder, reference.path);
    return { file, line: Number(match[1]), ...(match[2] !== undefined && { column: Number(match[2]) }) };
  }
  return undefined;
}

function notFound(reference: PlanReference, found: string, hint: string): CodedError {
  return codedError("DRV_CLI_PLAN_NOT_FOUND", `Cannot open plan ${JSON.stringify(reference.text)}: ${found}`, { hint });
}

function missingExport(reference: PlanReference, names: readonly string[]): CodedError {
  const message = `Cannot find a plan in ${JSON.stringify(reference.text)}: it has no export "${reference.exportName}"`;
  const others = names.slice(0, 10).map((name) => JSON.stringify(name));
  return codedError("DRV_CLI_PLAN_EXPORT", message, {
    hint: others.length === 0 ? "Add: export default plan" : `Name one after #; it exports ${others.join(", ")}`,
  });
}

function notAPlan(reference: PlanReference, found: unknown): CodedError {
  const kind = found === null ? "null" : found instanceof Promise ? "a promise" : typeof found;
  const message = `Cannot use export "${reference.exportName}" of ${JSON.stringify(reference.text)}: it is ${kind}, not a plan`;
  return codedError("DRV_CLI_PLAN_EXPORT", message, {
    hint: "Export a Plan, or a synchronous function that takes the parameters and returns one",
  });
}
