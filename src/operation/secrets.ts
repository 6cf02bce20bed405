import type { JsonValue } from "../base/json.ts";
import type { OperationSpec } from "./spec.ts";

/** What stands in the place of a secret value. */
export const MASK = "***";
/** Shorter values hide more than they protect: masking "1" would make every report unreadable. */
const SECRET_LENGTH_MIN = 3;

/**
 * Every text inside the secret parameters of an operation, longest first, for masking by value. Texts below three
 * characters are left out. Besides the text itself, its JSON form is listed when that differs.
 * @param params as given or as read; anything
 */
export function secretValues(spec: Pick<OperationSpec, "secretParams">, params: unknown): readonly string[] {
  const found = new Set<string>();
  for (const path of spec.secretParams) {
    let value = params;
    for (const name of path.split(".")) value = memberOf(value, name);
    collect(value, found);
  }
  return [...found].sort((left, right) => right.length - left.length);
}

/** The text with every secret value replaced by {@link MASK}. */
export function maskText(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) masked = masked.replaceAll(secret, MASK);
  return masked;
}

/** The value with every secret replaced inside its texts and member names. */
export function maskValue(value: JsonValue, secrets: readonly string[]): JsonValue {
  if (secrets.length === 0) return value;
  if (typeof value === "string") return maskText(value, secrets);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Array) return value.map((item: JsonValue) => maskValue(item, secrets));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [maskText(key, secrets), maskValue(member, secrets)]),
  );
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : Object.getOwnPropertyDescriptor(value, key)?.value;
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === "string") {
    if (value.length < SECRET_LENGTH_MIN) return;
    found.add(value);
    found.add(JSON.stringify(value).slice(1, -1));
  } else if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) collect(member, found);
  }
}
