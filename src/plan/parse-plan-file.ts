import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import { type Diagnostic, inOrder, isError, type Severity } from "../definition/plan-file/diagnostic.ts";
import { type ReadPlanFile, readPlanFile } from "../definition/plan-file/read-plan-file.ts";
import { SourceFile } from "../definition/plan-file/source-file.ts";
import type { PlanSource, SourceLoader } from "../definition/plan-file/source-loader.ts";
import { builtinOperations, type OperationCatalog } from "../operation/catalog.ts";
import { compilePlan } from "./compile.ts";
import type { CompiledPlan } from "./compiled-plan.ts";

/** A plan file that can be used. */
export interface ParsedPlan {
  readonly definition: PlanDefinition;
  /** Compiled without parameters. */
  readonly compiled: CompiledPlan;
  /** Warnings and hints. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every file it is made of, the one that was given first. */
  readonly files: readonly SourceFile[];
}

/** The texts a plan is made of: enough to make it again, by `parsePlanFile` with a `memoryLoader`. */
export interface PlanFileSources {
  /** Name of the file that is the plan. */
  readonly root: string;
  readonly texts: ReadonlyMap<string, string>;
}

export interface ParseOptions {
  /** Operations that may be named. Default: the built-in ones. */
  readonly catalog?: OperationCatalog;
}

/**
 * Reads and checks a plan file, YAML or JSON, with every file it names.
 *
 * @param source the file, as text or bytes
 * @param loader reads the files it names
 * @returns the plan, or everything that is wrong with it, each with its place; warnings and hints are among both
 */
export async function parsePlanFile(
  source: PlanSource,
  loader: SourceLoader,
  options: ParseOptions = {},
): Promise<Result<ParsedPlan, readonly Diagnostic[]>> {
  const { catalog = builtinOperations() } = options;
  const read = await readPlanFile(source, loader, { catalog });
  const { definition, files } = read;
  if (definition === undefined) return err(read.diagnostics);
  const noticed: Diagnostic[] = [];
  const notice = (error: CodedError, severity: Severity): void =>
    void noticed.push({ ...placed(error, read), severity });
  const compiled = compilePlan(definition, { catalog, notice });
  const found = [...(compiled.ok ? [] : compiled.error.map((error) => placed(error, read))), ...noticed];
  const all = [...read.diagnostics, ...withoutEchoes(found, read.diagnostics)];
  const diagnostics = inOrder(
    withoutShadowed(all),
    files.map(({ name }) => name),
  );
  if (!compiled.ok || diagnostics.some(isError)) return err(diagnostics);
  return ok({ definition, compiled: compiled.value, diagnostics, files });
}

/** The texts from which a plan can be made again. */
export function planFileSources({ files }: Pick<ParsedPlan, "files">): PlanFileSources {
  return { root: files[0]?.name ?? "", texts: new Map(files.map(({ name, text }) => [name, text])) };
}

/** An error of the compiler with what the file shows at its place. */
function placed(error: CodedError, { files }: ReadPlanFile): Diagnostic {
  const { file: name, line, column } = error.at ?? {};
  const file = files.find((candidate) => candidate.name === name) ?? files[0] ?? new SourceFile("", "");
  const { code, message, hint } = error;
  const start = file.offsetOf({ line: line ?? 1, column: column ?? 1 });
  const length = error.details?.["length"];
  const end = typeof length === "number" ? start + length : file.endOfWord(start);
  const shown = file.diagnostic({ code: "DRV_INTERNAL", message, start, end });
  return {
    ...shown,
    ...error,
    code,
    ...(hint === undefined ? {} : { hint }),
    at: { ...shown.at, ...(error.at?.path === undefined ? {} : { path: error.at.path }) },
  };
}

/** A word that means something else elsewhere matters no more where it is wrong anyway. */
function withoutShadowed(all: readonly Diagnostic[]): readonly Diagnostic[] {
  const wrong = new Set(all.filter(isError).map(placeText));
  return all.filter((one) => one.code !== "DRV_PLANFILE_AMBIGUOUS" || isError(one) || !wrong.has(placeText(one)));
}

function placeText({ at }: Diagnostic): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/** What the compiler says about a place where the file has an error already is a consequence of it. */
function withoutEchoes(found: readonly Diagnostic[], before: readonly Diagnostic[]): readonly Diagnostic[] {
  const wrong = new Set(before.filter(isError).map(placeText));
  return found.filter((one) => !wrong.has(placeText(one)));
}
