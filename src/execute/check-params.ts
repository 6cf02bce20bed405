import type { z } from "zod";
import { codedError, type CodedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";

/** Problems named one by one in the message; the rest is counted. */
const ISSUES_SHOWN_MAX = 50;

/**
 * Reads the parameters of an operation with its schema.
 * @returns the parameters with defaults filled in, or one `DRV_OPERATION_PARAMS_INVALID` that names every problem
 */
export async function checkParams<Params>(
  schema: z.ZodType<Params>,
  found: { readonly operation: string; readonly params: JsonValue },
): Promise<Result<Params, CodedError>> {
  const parsed = await schema.safeParseAsync(found.params);
  if (parsed.success) return ok(parsed.data);
  const issues = parsed.error.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message }));
  const shown = issues.slice(0, ISSUES_SHOWN_MAX);
  const lines = shown.map((issue) => `${issue.path === "" ? "parameters" : issue.path}: ${issue.message}`);
  if (issues.length > shown.length) lines.push(`and ${issues.length - shown.length} more`);
  return err(
    codedError(
      "DRV_OPERATION_PARAMS_INVALID",
      `Cannot run operation "${found.operation}": its parameters are not valid: ${lines.join("; ")}`,
      {
        hint: `See the parameters with: drover explain ${found.operation}`,
        details: { operation: found.operation, issues: shown },
      },
    ),
  );
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}
