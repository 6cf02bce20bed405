import type { ComprehensionExpression, ListExpression, MapExpression } from "./ast.ts";
import { type CheckContext, type Infer, taintedBy, type Typed } from "./check-context.ts";
import { conversionHint, notNullHint } from "./conversion-hint.ts";
import { anyMemberOf } from "./find-member.ts";
import { isAssignable, unionOf } from "./type-relations.ts";
import { typeText } from "./type-text.ts";
import { ANY, INTEGER, listOf, mapOf, type ObjectField, STRING, type ValueType } from "./value-type.ts";

/** `[one, other]` */
export function checkList(context: CheckContext, infer: Infer, { items, span }: ListExpression): Typed | undefined {
  const typed = items.map((item) => infer(item));
  const known = typed.filter((item) => item !== undefined);
  if (known.length < items.length) return undefined;
  const node = context.emit({ do: "list", items: known.map((item) => item.node) }, span);
  return { type: listOf(unionOf(known.map((item) => item.type))), node };
}

/** `{name: value}`: an object when all names are written out, else a map. */
export function checkMap(context: CheckContext, infer: Infer, { entries, span }: MapExpression): Typed | undefined {
  const keys: Typed[] = [];
  const values: Typed[] = [];
  const fields = new Map<string, ObjectField>();
  for (const { key, value } of entries) {
    const typedKey = infer(key);
    const typedValue = infer(value);
    if (typedKey !== undefined && isText(context, typedKey, key)) keys.push(typedKey);
    if (typedValue !== undefined) values.push(typedValue);
    if (key.kind !== "literal" || typeof key.value !== "string" || typedValue === undefined) continue;
    if (fields.has(key.value)) {
      context.fail("DRV_EXPRESSION_TYPE", key.span, [
        `Cannot make the map: ${JSON.stringify(key.value)} is there twice`,
        "Leave one of them out",
      ]);
    }
    fields.set(key.value, { type: typedValue.type });
  }
  if (keys.length < entries.length || values.length < entries.length) return undefined;
  const node = context.emit(
    { do: "map", keys: keys.map((each) => each.node), values: values.map((each) => each.node) },
    span,
  );
  const isObject = fields.size === entries.length;
  const type = isObject ? ({ kind: "object", fields } as const) : mapOf(unionOf(values.map((value) => value.type)));
  return { type: taintedBy(type, isObject ? [] : keys.map((key) => key.type)), node };
}

function isText(context: CheckContext, { type }: Typed, { span }: { readonly span: MapExpression["span"] }): boolean {
  if (isAssignable(type, STRING)) return true;
  context.fail("DRV_EXPRESSION_TYPE", span, [
    `Cannot use a value of type ${typeText(type)} as the name of a member: names are texts`,
    conversionHint(type, STRING),
  ]);
  return false;
}

/** `[value for x in source if condition]` and `{key: value for …}` */
export function checkComprehension(
  context: CheckContext,
  infer: Infer,
  expression: ComprehensionExpression,
): Typed | undefined {
  const source = infer(expression.source);
  const variables = source === undefined ? undefined : variableTypes(context, expression, source.type);
  // Without knowing the variables there is nothing to say about what uses them.
  if (source === undefined || variables === undefined) return undefined;
  const slot = context.addLocals(variables);
  const condition = expression.condition === undefined ? undefined : infer(expression.condition);
  const key = expression.key === undefined ? undefined : infer(expression.key);
  const value = infer(expression.value);
  context.removeLocals(slot);
  const isConditionRight = isCondition(context, expression, condition);
  const isKeyRight = expression.key === undefined || (key !== undefined && isText(context, key, expression.key));
  if (value === undefined || !isConditionRight || !isKeyRight) return undefined;
  const node = context.emit(
    {
      do: "each",
      slot,
      names: variables.length > 1 ? 2 : 1,
      source: source.node,
      condition: condition?.node ?? null,
      key: key?.node ?? null,
      value: value.node,
    },
    expression.span,
  );
  const type = expression.key === undefined ? listOf(value.type) : mapOf(value.type);
  const deciding = [...(condition === undefined ? [] : [condition.type]), ...(key === undefined ? [] : [key.type])];
  return { type: taintedBy(type, [...deciding, ...(source.type.isSecret === true ? [source.type] : [])]), node };
}

function isCondition(context: CheckContext, { condition }: ComprehensionExpression, typed: Typed | undefined): boolean {
  if (condition === undefined) return true;
  if (typed === undefined) return false;
  if (typed.type.kind === "boolean") return true;
  context.fail("DRV_EXPRESSION_CONDITION", condition.span, [
    `Cannot choose items by a value of type ${typeText(typed.type)}: it is not true or false`,
    notNullHint(typed.type),
  ]);
  return false;
}

interface Variable {
  readonly name: string;
  readonly type: ValueType;
}

function variableTypes(
  context: CheckContext,
  { names, source }: ComprehensionExpression,
  type: ValueType,
): readonly Variable[] | undefined {
  const [first, second] = names;
  if (first === undefined) return undefined;
  const inherited = type.isSecret === true ? [type] : [];
  if (type.kind === "list") {
    const item = taintedBy(type.item.kind === "never" ? ANY : type.item, inherited);
    return second === undefined
      ? [{ name: first.name, type: item }]
      : [
          { name: first.name, type: INTEGER },
          { name: second.name, type: item },
        ];
  }
  if (type.kind !== "map" && type.kind !== "object") {
    return context.fail("DRV_EXPRESSION_TYPE", source.span, [
      `Cannot go through a value of type ${typeText(type)}: it is no list or map`,
      conversionHint(type, listOf(ANY)),
    ]);
  }
  if (second === undefined) {
    return context.fail("DRV_EXPRESSION_TYPE", first.span, [
      "Cannot go through a map with one name: its members have a name and a value",
      `Write two names, as in: for key, ${first.name} in …`,
    ]);
  }
  const value = type.kind === "map" ? type.value : anyMemberOf(type);
  return [
    { name: first.name, type: taintedBy(STRING, inherited) },
    { name: second.name, type: taintedBy(value.kind === "never" ? ANY : value, inherited) },
  ];
}
