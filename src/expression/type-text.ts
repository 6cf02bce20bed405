import type { ObjectType, ValueType } from "./value-type.ts";

export interface TypeTextOptions {
  /** Everything, so that different types have different texts; otherwise what people want to read. */
  readonly isComplete?: boolean;
}

const VALUES_SHOWN_MAX = 6;
const FIELDS_SHOWN_MAX = 6;

/** A type as people read it: `list<integer>`, `string or null`, `"present" or "absent"`. */
export function typeText(type: ValueType, options: TypeTextOptions = {}): string {
  const text = plainText(type, options);
  return type.isSecret === true ? `secret ${type.kind === "union" ? `(${text})` : text}` : text;
}

function plainText(type: ValueType, options: TypeTextOptions): string {
  switch (type.kind) {
    case "list":
      return `list<${typeText(type.item, options)}>`;
    case "map":
      return `${type.isByHost === true ? "map<host, " : "map<string, "}${typeText(type.value, options)}>`;
    case "string":
      return type.oneOf === undefined ? "string" : valuesText(type.oneOf, options);
    case "object":
      return objectText(type, options);
    case "union":
      return type.members.map((member) => typeText(member, options)).join(" or ");
    case "any":
      return "any JSON";
    case "never":
      return "nothing";
    case "null":
    case "boolean":
    case "integer":
    case "number":
      return type.kind;
  }
}

function valuesText(values: readonly string[], { isComplete }: TypeTextOptions): string {
  const shown = isComplete === true ? values : values.slice(0, VALUES_SHOWN_MAX);
  const rest = values.length - shown.length;
  const texts = shown.map((value) => JSON.stringify(value)).join(" or ");
  return rest === 0 ? texts : `${texts} or ${rest} others`;
}

function objectText(type: ObjectType, options: TypeTextOptions): string {
  if (options.isComplete !== true && type.title !== undefined) return type.title;
  const names = [...type.fields.keys()];
  if (options.isComplete !== true) {
    const shown = names.slice(0, FIELDS_SHOWN_MAX).join(", ");
    return `{${shown}${names.length > FIELDS_SHOWN_MAX ? ", …" : ""}}`;
  }
  const fields = [...type.fields].map(
    ([name, field]) =>
      `${JSON.stringify(name)}${field.isOptional === true ? "?" : ""}: ${typeText(field.type, options)}`,
  );
  return `{${fields.join(", ")}}`;
}
