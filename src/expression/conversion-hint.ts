import { isAssignable, withoutNull } from "./type-relations.ts";
import { isNullable, listOf, ANY, type ValueType } from "./value-type.ts";

/** How a value of one type becomes one of another; `undefined` when nothing helps. */
export function conversionHint(from: ValueType, to: ValueType): string | undefined {
  if (isNullable(from)) {
    const rest = conversionHint(withoutNull(from), to);
    return `Give another value for null with ??, as in (x ?? other)${rest === undefined ? "" : `; then: ${rest}`}`;
  }
  if (isAssignable(from, to)) return undefined;
  if (from.kind === "map" && from.isByHost === true) {
    return "It has one value for each host: take one with [host], or ask all(…), any(…), first(…), count(…)";
  }
  switch (to.kind) {
    case "boolean":
      return notNullHint(from);
    case "integer":
      return from.kind === "number" ? "Convert it with round(x) or floor(x)" : scalarHint(from, "int");
    case "number":
      return scalarHint(from, "number");
    case "string":
      return from.kind === "list" || from.kind === "map" || from.kind === "object"
        ? "Convert it with json(x), or join(list, separator)"
        : scalarHint(from, "string");
    case "list":
      return from.kind === "any"
        ? "Convert it with list(x)"
        : "Write a list as [x]; the values of a map are values(map)";
    case "map":
    case "object":
      return from.kind === "any" ? "Convert it with map(x)" : undefined;
    case "any":
    case "never":
    case "null":
    case "union":
      return undefined;
  }
}

function scalarHint(from: ValueType, name: string): string | undefined {
  const isConvertible = ["any", "string", "number", "integer", "boolean"].includes(from.kind);
  return isConvertible ? `Convert it with ${name}(x)` : undefined;
}

/** What to ask of a value so that the answer is true or false. */
export function notNullHint(type: ValueType): string {
  if (isNullable(type)) return "Compare it with null, or give another value with ??";
  if (type.kind === "any") return "Convert it with bool(x)";
  if (type.kind === "string") return 'Compare it with a text, as in x == "yes", or convert it with bool(x)';
  if (type.kind === "integer" || type.kind === "number") return "Compare it with a number, as in x > 0";
  if (type.kind === "list") return "Ask for its length, as in x.length > 0, or use any(x), all(x)";
  if (type.kind === "map" && type.isByHost === true && isAssignable(type, listOf(ANY))) return "Use any(x) or all(x)";
  return "Ask any(x) or all(x) of its values, or for one of its members";
}
