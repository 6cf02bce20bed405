import { codedError, type CodedError } from "../base/coded-error.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { readEvent } from "../engine/event-versions.ts";
import type { RunEvent } from "../engine/events.ts";
import type { BlobStore } from "../eventlog/durable-log.ts";

/** Characters of an event's JSON up to which it stands in the log itself; larger ones are blobs. */
export const EVENT_LENGTH_MAX = 4_096;

/** Members that readers without the blob may want; all small. */
const STUB_MEMBERS = ["type", "v", "at", "task", "unit", "attempt"] as const;

/**
 * Writes events as the JSON of one row. What is too large for the log goes into the blob store first, and a stub with
 * its hash stands in its place.
 *
 * @returns the JSON at once when nothing is large, else a promise that settles when the blobs are durable
 */
export function encodeEvents(events: readonly RunEvent[], blobs: BlobStore): string | Promise<string> {
  const texts = events.map((event) => JSON.stringify(event));
  if (!texts.some((text) => text.length > EVENT_LENGTH_MAX)) return `[${texts.join(",")}]`;
  return encodeLarge(events, texts, blobs);
}

async function encodeLarge(events: readonly RunEvent[], texts: readonly string[], blobs: BlobStore): Promise<string> {
  const encoder = new TextEncoder();
  const encoded: string[] = [];
  for (const [index, text] of texts.entries()) {
    const event = events[index];
    const isLarge = event !== undefined && text.length > EVENT_LENGTH_MAX;
    encoded.push(isLarge ? JSON.stringify(stubOf(event, await blobs.put(encoder.encode(text)))) : text);
  }
  return `[${encoded.join(",")}]`;
}

function stubOf(event: RunEvent, blob: string): JsonObject {
  const members: [string, JsonValue][] = [];
  const values = new Map<string, unknown>(Object.entries(event));
  for (const name of STUB_MEMBERS) {
    const value = values.get(name);
    if (typeof value === "string" || typeof value === "number") members.push([name, value]);
  }
  const outcome = "outcome" in event ? [["status", event.outcome.status] as [string, JsonValue]] : [];
  return Object.fromEntries([...members, ...outcome, ["blob", blob]]);
}

/**
 * Reads the events of one row, in their current versions.
 *
 * @returns the events, or `DRV_RUN_EVENT_UNKNOWN`; rejects when a blob cannot be read
 */
export async function decodeEvents(
  stored: readonly unknown[],
  blobs: Pick<BlobStore, "get">,
): Promise<Result<readonly RunEvent[], CodedError>> {
  const events: RunEvent[] = [];
  for (const item of stored) {
    const whole = hasBlob(item) ? await blobOf(item.blob, blobs) : item;
    if (!isObject(whole)) return err(notAnEvent(whole));
    const event = readEvent(whole);
    if (!event.ok) return event;
    events.push(event.value);
  }
  return ok(events);
}

/** Whether an event stands in the blob store. No event has a member of this name. */
export function hasBlob(item: unknown): item is { readonly blob: string } {
  return typeof item === "object" && item !== null && "blob" in item && typeof item.blob === "string";
}

async function blobOf(hash: string, blobs: Pick<BlobStore, "get">): Promise<unknown> {
  const text = new TextDecoder().decode(await blobs.get(hash));
  const parsed: unknown = JSON.parse(text);
  return parsed;
}

function isObject(value: unknown): value is JsonObject {
  // What comes out of a log was JSON when it went in.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- narrowed in the same line
  return isJsonObject(value as JsonValue);
}

function notAnEvent(found: unknown): CodedError {
  const text = JSON.stringify(found)?.slice(0, 80) ?? String(found);
  return codedError("DRV_RUN_EVENT_UNKNOWN", `Cannot read the log of the run: ${text} is not an event`);
}
