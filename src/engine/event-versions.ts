import type { JsonObject } from "../base/json.ts";
import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { RunEvent, RunEventType } from "./events.ts";

/** Turns the payload of one version into that of the next. */
export type Upcast = (event: JsonObject) => JsonObject;

/**
 * Every event type with the upcasts that lead to its current version: the entry at place 0 turns version 1 into 2, and
 * so on. A type whose payload has never changed has none. Exhaustive: a new event does not compile until it is here.
 */
export const EVENT_UPCASTS: Readonly<Record<RunEventType, readonly Upcast[]>> = {
  "run.created": [],
  "hosts.resolved": [],
  "task.evaluated": [],
  "task.dispatched": [],
  "unit.completed": [],
  "task.completed": [],
  "retry.scheduled": [],
  "attempt.refused": [],
  "attempt.unknown": [],
  "attempt.timedOut": [],
  "attempt.cancelRequested": [],
  "unknown.resolved": [],
  "tasks.skipped": [],
  "tasks.notRun": [],
  "group.expanded": [],
  "gate.entered": [],
  "signal.received": [],
  "approval.given": [],
  "approval.refused": [],
  "run.stopping": [],
  "phase.entered": [],
  "undo.started": [],
  "undo.completed": [],
  "run.completed": [],
  "run.paused": [],
  "run.resumed": [],
  "task.marked": [],
  "tasks.reset": [],
  "tasks.adopted": [],
};

/**
 * Reads an event from a log, whatever version wrote it. Payloads are trusted: the log was written by the engine and is
 * guarded by checksums; only type and version are looked at.
 *
 * @returns the event in its current version, or `DRV_RUN_EVENT_UNKNOWN` for a type or version of a newer program
 */
export function readEvent(stored: JsonObject): Result<RunEvent, CodedError> {
  const type = stored["type"];
  const version = stored["v"];
  const current = isEventType(type) ? upcastEvent(stored, EVENT_UPCASTS[type]) : undefined;
  if (current === undefined) {
    const found = `${JSON.stringify(type ?? null)} version ${JSON.stringify(version ?? null)}`;
    return err(
      codedError("DRV_RUN_EVENT_UNKNOWN", `Cannot read the log of the run: event ${found} is not known`, {
        hint: "Read it with the version of drover that wrote it, or a newer one",
      }),
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codec border of the log: its payload is our own
  return ok(current as unknown as RunEvent);
}

/** Whether {@link readEvent} knows the type and version of what a log holds, at less cost. */
export function isKnownEvent(stored: { readonly type?: unknown; readonly v?: unknown }): boolean {
  const { type, v } = stored;
  if (!isEventType(type) || typeof v !== "number" || !Number.isInteger(v)) return false;
  return v >= 1 && v <= EVENT_UPCASTS[type].length + 1;
}

/** Brings an event of any known version to the current one; `undefined` for a version that does not exist. */
export function upcastEvent(stored: JsonObject, upcasts: readonly Upcast[]): JsonObject | undefined {
  const version = stored["v"];
  if (typeof version !== "number" || !Number.isInteger(version)) return undefined;
  if (version < 1 || version > upcasts.length + 1) return undefined;
  let current = stored;
  for (const upcast of upcasts.slice(version - 1)) current = upcast(current);
  return current;
}

function isEventType(type: unknown): type is RunEventType {
  return typeof type === "string" && Object.hasOwn(EVENT_UPCASTS, type);
}
