import { stat } from "node:fs/promises";
import { findOperation } from "../../operation/catalog.ts";
import { describeOperation, operationText } from "../../operation/describe.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { explainLines, levelsOf, rollbackStepNames } from "../../report/explain-text.ts";
import { detailOf } from "../../report/graph-picture.ts";

import type { CompiledPlan } from "../../plan/compiled-plan.ts";
import { assert } from "../../base/assert.ts";
import { toJson, type JsonObject } from "../../base/json.ts";
import { explainShape, type ShapeExplanation } from "../../definition/plan-file/explain-shape.ts";
import { printLines } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { languageLines } from "../language-lines.ts";
import { parsePlanReference } from "../plan-module.ts";
import { printProblems } from "../problem-text.ts";
import { withPlan, type Invocation } from "../with-plan.ts";

/** `drover explain FILE|OPERATION`: what a plan will do and with which limits, or how an operation is used. */
export async function explainCommand(
  subject: string,
  parameters: readonly string[],
  invocation: Invocation,
): Promise<ExitCode> {
  if (!(await isPlanFile(subject, invocation.context))) {
    const part = explainShape(subject);
    return part === undefined ? explainOperation(subject, invocation) : explainLanguage(part, invocation);
  }
  const { options, context } = invocation;
  return withPlan({ file: subject, parameters }, invocation, async ({ plan: { compiled } }) => {
    if (isDataFormat(options.output)) await writeData(planDocument(compiled), options.output, context.stdout);
    else printLines(explainLines(compiled), invocation);
    return EXIT_CODES.ok;
  });
}

/** A word with a path or the ending of a module, or a file that exists, means a plan; anything else an operation. */
async function isPlanFile(subject: string, { folder }: Invocation["context"]): Promise<boolean> {
  if (/[/\\#]|\.(?:[cm]?[jt]s|ya?ml|json)$/.test(subject)) return true;
  const found = await stat(parsePlanReference(subject, folder).path).catch(() => undefined);
  return found?.isFile() === true;
}

function planDocument(plan: CompiledPlan): JsonObject {
  return {
    version: 1,
    plan: plan.name,
    fingerprint: plan.fingerprint(),
    levels: levelsOf(plan).map((tasks) => tasks.map((task) => task.name)),
    ...rollbackStepNames(plan),
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

/** A part of the language of plan files. */
async function explainLanguage(part: ShapeExplanation, { options, context }: Invocation): Promise<ExitCode> {
  if (!isDataFormat(options.output)) {
    printLines(languageLines(part), { options, context });
    return EXIT_CODES.ok;
  }
  const document = toJson(part, { bytesMax: Number.MAX_SAFE_INTEGER });
  assert(document.ok, "An explanation is plain data");
  await writeData(document.value, options.output, context.stdout);
  return EXIT_CODES.ok;
}

async function explainOperation(name: string, { options, context }: Invocation): Promise<ExitCode> {
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
  } else {
    const lines = operationText(description).trimEnd().split("\n");
    printLines(
      lines.map((line) => [line]),
      { options, context },
    );
  }
  return EXIT_CODES.ok;
}
