import { resolved, type Shape } from "./shape.ts";

/** What a place needs, as the rest of "…, and … is needed". */
export function wantedOf(shape: Shape): string {
  const found = resolved(shape);
  switch (found.kind) {
    case "text":
      return found.wanted ?? "text";
    case "boolean":
      return "true or false";
    case "number":
      return numberWords(found);
    case "duration":
      return 'a duration such as "30s"';
    case "choice":
      return `one of ${found.values.map((value) => `"${value}"`).join(", ")}`;
    case "condition":
      return "a condition as text";
    case "value":
      return found.wanted ?? "a value";
    case "list":
      return "a list";
    case "map":
      return `a map from ${found.keyWord} to ${nounOf(found.of)}`;
    case "record":
      return `a map with ${Object.keys(found.fields).slice(0, 3).join(", ")}${Object.keys(found.fields).length > 3 ? ", …" : ""}`;
    case "either":
      return [...new Set(found.options.map(wantedOf))].join(" or ");
  }
}

/** A word for what fits a place. */
export function nounOf(shape: Shape): string {
  const found = resolved(shape);
  if (found.kind === "record") return found.word;
  if (found.kind === "either") return [...new Set(found.options.map(nounOf))].join(" or ");
  if (found.kind === "list") return `list of ${nounOf(found.of)}`;
  if (found.kind === "map") return `map from ${found.keyWord} to ${nounOf(found.of)}`;
  return found.kind === "choice" ? found.values.map((value) => `"${value}"`).join(" or ") : found.kind;
}

function numberWords({ isInteger, min, max }: Extract<Shape, { readonly kind: "number" }>): string {
  const noun = isInteger ? "a whole number" : "a number";
  if (min === undefined && max === undefined) return noun;
  return max === undefined ? `${noun} from ${min}` : `${noun} from ${min} to ${max}`;
}

/** What a value is, in words. */
export function foundWords(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "a map";
}
