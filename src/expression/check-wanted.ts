import type { CheckContext, Typed } from "./check-context.ts";
import { conversionHint, notNullHint } from "./conversion-hint.ts";
import { SCALAR } from "./parameter-kinds.ts";
import type { Span } from "./span.ts";
import { isAssignable } from "./type-relations.ts";
import { typeText } from "./type-text.ts";
import { isTainted, secret, STRING, type ValueType } from "./value-type.ts";

/** What an expression must give at its place. */
export type Wanted = "condition" | "text" | ValueType;

/** Holds a result against what is wanted; for `text`, adds how it is written. */
export function checkWanted(
  context: CheckContext,
  typed: Typed,
  { want, span }: { readonly want?: Wanted; readonly span: Span },
): Typed | undefined {
  if (want === undefined) return typed;
  const { type } = typed;
  if (want === "condition") {
    if (type.kind !== "boolean") {
      return context.fail("DRV_EXPRESSION_CONDITION", span, [
        `Cannot use the value as a condition: it is of type ${typeText(type)}, wanted boolean`,
        notNullHint(type),
      ]);
    }
    if (context.references.length === 0) context.hint(span, ["The condition is always the same: it refers to nothing"]);
    return typed;
  }
  if (want === "text") return checkScalar(context, typed, span);
  // Any JSON is looked at when it is there.
  if (type.kind === "any" || isAssignable(type, want)) return typed;
  return context.fail("DRV_EXPRESSION_TYPE", span, [
    `Cannot use the value: it is of type ${typeText(type)}, wanted ${typeText(want)}`,
    conversionHint(type, want),
  ]);
}

function checkScalar(context: CheckContext, typed: Typed, span: Span): Typed | undefined {
  const { type } = typed;
  if (!SCALAR.accepts(type)) {
    return context.fail("DRV_EXPRESSION_TYPE", span, [
      `Cannot use the value as text: it is of type ${typeText(type)}`,
      conversionHint(type, STRING),
    ]);
  }
  if (isAssignable(type, STRING)) return typed;
  const isSecret = isTainted(type);
  const node = context.emit({ do: "text", parts: [typed.node], secrets: [isSecret] }, span);
  return { type: isSecret ? secret(STRING) : STRING, node };
}
