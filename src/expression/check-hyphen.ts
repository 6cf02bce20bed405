import type { BinaryExpression, Expression } from "./ast.ts";
import type { CheckContext } from "./check-context.ts";
import type { ValueType } from "./value-type.ts";

/**
 * Names with hyphens are the oldest trap of such languages: `tasks.create-user.changed` subtracts. When the hyphenated
 * name exists and the one before the hyphen does not, that is said instead of what follows from it.
 */
export function hyphenProblem(context: CheckContext, { operator, operatorSpan, left }: BinaryExpression): boolean {
  if (operator !== "-" || context.text[operatorSpan.offset - 1] === " ") return false;
  const last = rightmostMember(left);
  if (last === undefined) return false;
  const written = /^[\w-]+/.exec(context.text.slice(last.nameSpan.offset))?.[0] ?? "";
  const names = namesOf(context, last.object);
  const name = [...names.keys()]
    .filter((each) => written.startsWith(each) && each.length > last.name.length)
    .sort((one, other) => other.length - one.length)[0];
  if (name === undefined || names.has(last.name)) return false;
  const { span } = last.object;
  const object = context.text.slice(span.offset, span.offset + span.length);
  context.fail("DRV_EXPRESSION_NAME_UNKNOWN", { offset: last.nameSpan.offset, length: name.length }, [
    `Cannot find ${JSON.stringify(last.name)}: the hyphen behind it subtracts`,
    `Write ${object}[${JSON.stringify(name)}]`,
  ]);
  return true;
}

function rightmostMember(expression: Expression): (Expression & { kind: "member" }) | undefined {
  if (expression.kind === "member") return expression;
  return expression.kind === "binary" && expression.operator === "-" ? rightmostMember(expression.left) : undefined;
}

/** Names of the members of what is a path of names from a root. */
function namesOf(context: CheckContext, expression: Expression): ReadonlyMap<string, unknown> {
  const type = typeOf(context, expression);
  return type?.kind === "object" ? type.fields : new Map();
}

function typeOf(context: CheckContext, expression: Expression): ValueType | undefined {
  if (expression.kind === "name") return context.environment.roots.get(expression.name);
  if (expression.kind !== "member") return undefined;
  const type = typeOf(context, expression.object);
  return type?.kind === "object" ? type.fields.get(expression.name)?.type : undefined;
}
