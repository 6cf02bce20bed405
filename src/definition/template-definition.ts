/**
 * A value as an author of a file wrote it, with expressions in `${ }` in its texts and keys. A class, so that no plain value
 * is ever taken for one: what came from elsewhere is never read as an expression.
 */
export class TemplateDefinition {
  /** Plain JSON; its texts and keys are templates. */
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Whether a text or a key anywhere in a value holds `${`. */
export function hasExpressions(value: unknown): boolean {
  if (typeof value === "string") return value.includes("${");
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasExpressions);
  return Object.entries(value).some(([key, member]) => key.includes("${") || hasExpressions(member));
}
