import type { DurationInput } from "../../base/duration.ts";

/** A duration as text; files have no numbers without units. */
export function durationText(duration: DurationInput): string {
  return typeof duration === "number" ? `${duration}ms` : duration;
}

/** A text that must not be read as an expression. */
export function escaped(text: string): string {
  return text.replaceAll("${", () => "$${");
}

/** A plain value whose texts and keys must not be read as expressions or names of files. */
export function escapedValue(value: unknown): unknown {
  if (typeof value === "string") return escaped(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(escapedValue);
  return new Map(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [escaped(/^\$+file$/.test(name) ? `$${name}` : name), escapedValue(member)]),
  );
}

export function isFunctionValue(value: unknown): boolean {
  return typeof value === "function";
}
