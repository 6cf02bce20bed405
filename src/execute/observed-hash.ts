import { canonicalHash, sha256, toJson } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";

/** What differs although nothing was changed. */
const FLEETING: ReadonlySet<string> = new Set(["pid", "mtimeMs", "atimeMs"]);

/**
 * A digest of the state of a host as an operation found it: equal while it would find the same. Bytes count by their own
 * digest. `undefined` for a state that is no plain data.
 */
export function observedHash(observed: unknown): string | undefined {
  const converted = toJson(plain(observed), { bytesMax: RESULT_BYTES_MAX });
  return converted.ok ? canonicalHash(converted.value) : undefined;
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { sha256: sha256(value) };
  if (value instanceof Map) return [...value].map(([key, member]): readonly unknown[] => [plain(key), plain(member)]);
  if (value instanceof Set) return [...value].map(plain);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const members: readonly (readonly [string, unknown])[] = Object.entries(value);
  return Object.fromEntries(
    members.filter(([name]) => !FLEETING.has(name)).map(([name, member]) => [name, plain(member)]),
  );
}
