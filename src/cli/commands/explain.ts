import { stat } from "node:fs/promises";
import { findOperation } from "../../operation/catalog.ts";
import { describeOperation, operationText } from "../../operation/describe.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { explainLines } from "../../report/explain-text.ts";
import { assert } from "../../base/assert.ts";
import { ok } from "../../base/result.ts";
import { toJson } from "../../base/json.ts";
import { explainShape, type ShapeExplanation } from "../../definition/plan-file/explain-shape.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import type { ParameterOptions } from "../given-parameters.ts";
import { languageLines } from "../language-lines.ts";
import { planDocument } from "../plan-document.ts";
import { parsePlanReference } from "../plan-module.ts";
import { printProblems } from "../problem-text.ts";
import { refuse, withPlan, type Invocation } from "../with-plan.ts";

export interface ExplainOptions extends CommonOptions, ParameterOptions {
  /** Hosts, for \`drover explain var\`. */
  readonly fleet?: string;
  readonly host?: string;
}

/** `drover explain FILE|OPERATION|var NAME`: what a plan will do and with which limits, or how an operation is used. */
export async function explainCommand(
  subject: string,
  parameters: readonly string[],
  invocation: Invocation<ExplainOptions>,
): Promise<ExitCode> {
  if (subject === "var") {
    const { explainValue } = await import("./explain-value.ts");
    return explainValue(parameters, invocation);
  }
  if (!(await isPlanFile(subject, invocation.context))) {
    const part = explainShape(subject);
    return part === undefined ? explainOperation(subject, invocation) : explainLanguage(part, invocation);
  }
  const { options, context } = invocation;
  return withPlan({ file: subject, parameters }, invocation, async ({ plan, params }) => {
    // With parameters it is the plan that they make; without, what can be said of any.
    const hasParameters = Object.keys(params).length > 0;
    const bound = hasParameters ? (await context.openRunPort()).bind(plan, params) : ok({ compiled: plan.compiled });
    if (!bound.ok) return refuse(bound.error, invocation);
    const { compiled } = bound.value;
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
