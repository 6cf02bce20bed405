import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { isJsonObject, toJson, type JsonObject, type JsonValue } from "../base/json.ts";
import type { HostResult } from "./outcome.ts";

/** What a mapper says about one host; what it leaves out follows from the rest. */
export interface MappedHost extends Partial<Omit<HostResult, "hostname">> {
  readonly hostname: string;
}

/** Answers of several hosts, as bridges to other systems hand them over. */
export interface Collection<Item> {
  readonly results: readonly Item[];
  /** Id of the job in the other system. */
  readonly jobId?: string;
}

/** What a task function returns that speaks for several hosts. */
export interface CollectionResult {
  readonly changed: boolean;
  readonly data?: JsonValue;
  readonly hostResults: readonly HostResult[];
  readonly jobId?: string;
}

/**
 * Turns answers of several hosts into the result of a task function.
 *
 * A host's data is what the mapper gave, else the item itself when that is plain JSON. Its status is what the mapper
 * gave, else `failed` with an error, `changed` or `unchanged`. The task has changed when any host has. The data of the
 * task is the collection as plain JSON. No items give no host results and an unchanged task. Hosts that failed do not make this
 * result a failure: the engine judges that from the host results.
 */
export function collectionResult<Item>(
  collection: Collection<Item> | readonly Item[],
  map: (item: Item) => MappedHost,
): CollectionResult {
  const { results, jobId } = isList(collection) ? { results: collection, jobId: undefined } : collection;
  const hostResults = results.map((item) => completeHost(map(item), item));
  const data = plainJson(collection);
  return {
    changed: hostResults.some((host) => host.changed),
    hostResults,
    ...(data === undefined ? {} : { data }),
    ...(jobId === undefined ? {} : { jobId }),
  };
}

function completeHost(mapped: MappedHost, item: unknown): HostResult {
  const status = mapped.status ?? statusOf(mapped);
  const data = mapped.data ?? plainJson(item);
  return {
    ...mapped,
    status,
    changed: mapped.changed ?? status === "changed",
    durationMs: mapped.durationMs ?? 0,
    ...(data === undefined ? {} : { data }),
  };
}

function statusOf(mapped: MappedHost): HostResult["status"] {
  if (mapped.error !== undefined || mapped.failure !== undefined) return "failed";
  return mapped.changed === true ? "changed" : "unchanged";
}

/**
 * A value as a JSON object, through its JSON form: members that are `undefined` are left out, instances with `toJSON`
 * are asked. `undefined` for what has no such form: nothing, cycles, functions, lists and plain texts or numbers.
 */
export function structToMap(value: unknown): JsonObject | undefined {
  const plain = plainJson(value);
  return isJsonObject(plain) ? plain : undefined;
}

function plainJson(value: unknown): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    const converted = toJson(value, { bytesMax: RESULT_BYTES_MAX });
    return converted.ok ? converted.value : undefined;
  } catch {
    // A getter or toJSON of a foreign object threw: it has no JSON form.
    return undefined;
  }
}

function isList<Item>(collection: Collection<Item> | readonly Item[]): collection is readonly Item[] {
  return Array.isArray(collection);
}
