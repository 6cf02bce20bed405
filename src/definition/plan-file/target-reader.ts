import type { TemplateDefinition } from "../template-definition.ts";
import { withExpressions } from "./body-reader.ts";
import { membersOf } from "./members.ts";
import type { ReaderContext } from "./reader-context.ts";
import type { SourcePath } from "./source-tree.ts";

/** The hosts of a task: a text, with expressions or without. */
export function readTarget(
  given: unknown,
  path: SourcePath,
  context: ReaderContext,
): string | TemplateDefinition | undefined {
  if (typeof given === "string") return withExpressions(given);
  if (membersOf(given)?.has("where") !== true) return undefined;
  context.report({
    code: "DRV_PLANFILE_NOT_AVAILABLE",
    severity: "warning",
    path: [...path, "where"],
    isKey: true,
    message: "Cannot run on hosts chosen by a condition yet",
    hint: 'Give the hosts a label and write it as target: "role:web"',
  });
  return "_all";
}
