import { codedError, DroverError, type CodedError } from "../base/coded-error.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { readEvent } from "../engine/event-versions.ts";
import type { RunEvent } from "../engine/events.ts";
import { shapeDefect } from "./event-shape.ts";

/** Gives the content of a blob as text; throws the coded refusal of the store. */
export type BlobText = (hash: string) => string;

/** Streams of runs are called `run/<id>`. */
export const RUN_STREAM_PREFIX = "run/";

/** The id of the run a stream belongs to, or `undefined` for other streams. */
export function runIdOf(stream: string): string | undefined {
  return stream.startsWith(RUN_STREAM_PREFIX) ? stream.slice(RUN_STREAM_PREFIX.length) : undefined;
}

/** Hashes of the blobs an event names: its own content when that was too large for the log, and the plan of a run. */
export function blobsNamedBy(event: unknown): readonly string[] {
  if (typeof event !== "object" || event === null) return [];
  const own = "blob" in event && typeof event.blob === "string" ? [event.blob] : [];
  const plan = "planBody" in event && typeof event.planBody === "string" ? [event.planBody] : [];
  return [...own, ...plan];
}

/** The whole event behind what stands in the log: itself, or the content of its blob. Throws the refusal of the store. */
export function resolvedEvent(stored: JsonObject, blobText: BlobText): JsonObject {
  const { blob } = stored;
  if (typeof blob !== "string") return stored;
  const whole: unknown = JSON.parse(blobText(blob));
  if (!isObject(whole)) throw unreadable(`blob "${blob}" holds no event`);
  return whole;
}

/** The events of a row, in their current version, or why they cannot be used. */
export function eventsOfRow(body: string, blobText: BlobText): Result<readonly RunEvent[], CodedError> {
  try {
    const stored: JsonValue = parsed(body);
    if (!isJsonArray(stored)) return err(unreadableRow("it is no list of events"));
    const events: RunEvent[] = [];
    for (const item of stored) {
      if (!isJsonObject(item)) return err(unreadableRow("one of its events is no object"));
      const read = usableEvent(resolvedEvent(item, blobText));
      if (!read.ok) return read;
      events.push(read.value);
    }
    return ok(events);
  } catch (thrown) {
    if (thrown instanceof DroverError && thrown.errors[0] !== undefined) return err(thrown.errors[0]);
    return err(unreadableRow(thrown instanceof Error ? thrown.message : String(thrown)));
  }
}

function usableEvent(whole: JsonObject): Result<RunEvent, CodedError> {
  const read = readEvent(whole);
  if (!read.ok) return read;
  const defect = shapeDefect(whole);
  if (defect === undefined) return read;
  return err(unreadableRow(`event "${read.value.type}": ${defect}`));
}

function parsed(body: string): JsonValue {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse makes is JSON
  return JSON.parse(body) as JsonValue;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unreadableRow(found: string): CodedError {
  return codedError("DRV_VIEW_ROW_UNREADABLE", `Cannot read a row of the log: ${found}`);
}

function unreadable(found: string): DroverError {
  return new DroverError([unreadableRow(found)]);
}
