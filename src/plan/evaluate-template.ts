import type { CodedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { codedError } from "../base/coded-error.ts";
import { evaluate } from "../expression/evaluate.ts";
import type { Program } from "../expression/program.ts";
import type { ValueScope } from "../expression/value-scope.ts";
import type { TemplateNode, ValueTemplate } from "./value-template.ts";

/** Where expressions find their values. */
export type TemplateScope = ValueScope;

export interface TemplateValue {
  readonly value: JsonValue;
  /** Texts in it that must never be shown. */
  readonly secrets: readonly string[];
}

/** Computes a template. Pure: the same values always give the same; what goes wrong is `DRV_EXPRESSION_*`. */
export function evaluateTemplate(template: ValueTemplate, scope: TemplateScope): Result<TemplateValue, CodedError> {
  const work: Work = { scope, secrets: new Set<string>(), error: undefined };
  const value = valueOf(template.node, work, "");
  const { error } = work;
  return error === undefined ? ok({ value, secrets: [...work.secrets] }) : err(error);
}

/** Computes a condition; what goes wrong is `DRV_EXPRESSION_*`, or `DRV_TASK_GUARD_FAILED` for anything but a truth value. */
export function evaluateCondition(program: Program, scope: TemplateScope): Result<boolean, CodedError> {
  const evaluated = evaluate(program, scope);
  if (!evaluated.ok) return err(evaluated.error.error);
  const { value } = evaluated.value;
  if (typeof value === "boolean") return ok(value);
  const message = "Cannot decide whether the task runs: its condition is neither true nor false";
  return err(codedError("DRV_TASK_GUARD_FAILED", message));
}

interface Work {
  readonly scope: ValueScope;
  readonly secrets: Set<string>;
  error: CodedError | undefined;
}

function valueOf(node: TemplateNode, work: Work, path: string): JsonValue {
  if (work.error !== undefined) return null;
  if ("value" in node) return node.value;
  if ("items" in node) return node.items.map((item, index) => valueOf(item, work, `${path}[${index}]`));
  if ("program" in node) {
    const evaluated = evaluate(node.program, work.scope);
    if (!evaluated.ok) {
      const { error } = evaluated.error;
      work.error = path === "" ? error : { ...error, at: { ...error.at, path } };
      return null;
    }
    for (const secret of evaluated.value.secrets) work.secrets.add(secret);
    return evaluated.value.value;
  }
  const entries = node.members.map(([key, value]): [string, JsonValue] => {
    const name = valueOf(key, work, path);
    const text = typeof name === "string" ? name : JSON.stringify(name);
    return [text, valueOf(value, work, path === "" ? text : `${path}.${text}`)];
  });
  return Object.fromEntries(entries);
}
