import { formatWrapped } from "../../report/wrap-line.ts";
import { stat } from "node:fs/promises";
import { describeOperation, operationText } from "../../operation/describe.ts";
import { findOperation } from "../../operation/catalog.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { explainLines, levelsOf } from "../../report/explain-text.ts";
import { detailOf } from "../../report/graph-picture.ts";

import type { CompiledPlan } from "../../plan/compiled-plan.ts";
import { assert } from "../../base/assert.ts";
import { toJson, type JsonObject } from "../../base/json.ts";
import type { CliContext } from "../cli-context.ts";
import { styleFor, type CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { parsePlanReference } from "../plan-module.ts";
import { printProblems } from "../problem-text.ts";
import { loadWithParameters } from "./run.ts";

interface ExplainContext {
  readonly options: CommonOptions;
  readonly context: CliContext;
}

/** `drover explain FILE|OPERATION`: what a plan will do and with which limits, or how an operation is used. */
export async function explainCommand(
  subject: string,
  words: readonly string[],
  explain: ExplainContext,
): Promise<ExitCode> {
  return (await isPlanFile(subject, explain.context))
    ? explainPlan(subject, words, explain)
    : explainOperation(subject, explain);
}

/** A word with a path or the ending of a module, or a file that exists, means a plan; anything else an operation. */
async function isPlanFile(subject: string, { folder }: CliContext): Promise<boolean> {
  if (/[/\\#]|\.[cm]?[jt]s$/.test(subject)) return true;
  const found = await stat(parsePlanReference(subject, folder).path).catch(() => undefined);
  return found?.isFile() === true;
}

async function explainPlan(
  file: string,
  words: readonly string[],
  { options, context }: ExplainContext,
): Promise<ExitCode> {
  const loaded = await loadWithParameters(file, words, { options, context });
  if (loaded === undefined) return EXIT_CODES.validation;
  const { compiled } = loaded.plan;
  if (isDataFormat(options.output)) await writeData(planDocument(compiled), options.output, context.stdout);
  else context.stdout.write(formatWrapped(explainLines(compiled), styleFor(context.stdout, options, context)));
  return EXIT_CODES.ok;
}

function planDocument(plan: CompiledPlan): JsonObject {
  return {
    version: 1,
    plan: plan.name,
    fingerprint: plan.fingerprint(),
    levels: levelsOf(plan).map((tasks) => tasks.map((task) => task.name)),
    tasks: plan.tasks.map((task) => {
      const dependencies = plan.graph.dependencies(task.name);
      return {
        name: task.name,
        kind: task.body.kind,
        detail: detailOf(task),
        dependsOn: dependencies.ok ? dependencies.value : [],
        guards: task.guards.map((guard) => guard.kind),
        afterFailure: task.policy.afterFailure,
        retries: task.policy.retry?.retries ?? 0,
        totalTimeoutMs: task.policy.totalTimeoutMs,
        ...(task.policy.attemptTimeoutMs !== undefined && { attemptTimeoutMs: task.policy.attemptTimeoutMs }),
      };
    }),
    warnings: plan.warnings,
  };
}

async function explainOperation(name: string, { options, context }: ExplainContext): Promise<ExitCode> {
  const found = findOperation(name);
  if (!found.ok) {
    printProblems([found.error], context, options);
    return EXIT_CODES.usage;
  }
  const description = describeOperation(found.value);
  if (isDataFormat(options.output)) {
    const document = toJson(description, { bytesMax: Number.MAX_SAFE_INTEGER });
    assert(document.ok, "A description is plain data");
    await writeData(document.value, options.output, context.stdout);
  } else context.stdout.write(operationText(description));
  return EXIT_CODES.ok;
}
