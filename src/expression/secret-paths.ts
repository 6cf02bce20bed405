import type { ValueType } from "./value-type.ts";

/** Which parts of a value are secret, as paths with `*` for every item or member; an empty path is all of it. */
export function secretPathsOf(type: ValueType): readonly (readonly string[])[] {
  if (type.isSecret === true) return [[]];
  switch (type.kind) {
    case "list":
      return secretPathsOf(type.item).map((path) => ["*", ...path]);
    case "map":
      return secretPathsOf(type.value).map((path) => ["*", ...path]);
    case "object":
      return [...type.fields].flatMap(([name, field]) => secretPathsOf(field.type).map((path) => [name, ...path]));
    case "union":
      return type.members.flatMap(secretPathsOf);
    case "any":
    case "never":
    case "null":
    case "boolean":
    case "integer":
    case "number":
    case "string":
      return [];
  }
}
