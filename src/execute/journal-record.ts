import { parseAttemptToken, type AttemptToken } from "../base/ids.ts";
import type { AttemptResult } from "../protocol/job.ts";

/** Version of the layout below. */
export const JOURNAL_FORMAT = 1;

/** A token that was claimed. */
export interface AcceptedRecord {
  readonly token: AttemptToken;
  /** When its run was created. */
  readonly runAtMs: number;
  /** Whether it was claimed before the machine was started the last time before this was written. */
  readonly isOtherBoot: boolean;
}

/** What one frame of a journal says. */
export interface JournalRecord {
  /** Number of the frame, counted through all segments without a gap. */
  readonly number: number;
  readonly atMs: number;
  /** The first frame of a segment. */
  readonly segment?: { readonly format: number; readonly number: number };
  /** A process has opened the journal: the boot of its machine. */
  readonly boot?: string;
  /** Tokens of runs created up to this time may have been forgotten. */
  readonly forgottenUntilMs?: number;
  readonly accepted: readonly AcceptedRecord[];
  readonly finished: readonly AttemptToken[];
}

export interface NewRecord extends Omit<Partial<JournalRecord>, "finished"> {
  readonly number: number;
  readonly atMs: number;
  /** Results as JSON. */
  readonly finished?: readonly string[];
}

/** A record as the body of a frame. */
export function encodeRecord(record: NewRecord): string {
  const { number, atMs, segment, boot, forgottenUntilMs, accepted = [], finished = [] } = record;
  const head = JSON.stringify({
    n: number,
    at: atMs,
    ...(segment === undefined ? {} : { v: segment.format, segment: segment.number }),
    ...(boot === undefined ? {} : { boot }),
    ...(forgottenUntilMs === undefined ? {} : { forgot: forgottenUntilMs }),
    ...(accepted.length === 0 ? {} : { accepted: accepted.map(encodeAccepted) }),
  });
  return finished.length === 0 ? head : `${head.slice(0, -1)},"finished":[${finished.join(",")}]}`;
}

function encodeAccepted({ token, runAtMs, isOtherBoot }: AcceptedRecord): readonly unknown[] {
  return isOtherBoot ? [token, runAtMs, 1] : [token, runAtMs];
}

/** What stands in the body of a frame; `undefined` when that is no record. */
export function decodeRecord(body: string): JournalRecord | undefined {
  const value = objectIn(body);
  if (value === undefined) return undefined;
  const { n, at, v, segment, boot, forgot, accepted = [], finished = [] } = value;
  if (typeof n !== "number" || typeof at !== "number" || !Array.isArray(accepted) || !Array.isArray(finished)) {
    return undefined;
  }
  const claims = accepted.map(decodeAccepted);
  const results = finished.filter(isAttemptResult);
  if (!claims.every((claim) => claim !== undefined) || results.length !== finished.length) return undefined;
  return {
    number: n,
    atMs: at,
    ...(typeof v === "number" && typeof segment === "number" ? { segment: { format: v, number: segment } } : {}),
    ...(typeof boot === "string" ? { boot } : {}),
    ...(typeof forgot === "number" ? { forgottenUntilMs: forgot } : {}),
    accepted: claims,
    finished: results.map((result) => result.token),
  };
}

/** The result of a token in the body of a frame. */
export function resultIn(body: string, token: AttemptToken): AttemptResult | undefined {
  const finished = objectIn(body)?.["finished"];
  return Array.isArray(finished)
    ? finished.filter(isAttemptResult).find((result) => result.token === token)
    : undefined;
}

function objectIn(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function decodeAccepted(value: unknown): AcceptedRecord | undefined {
  const [text, runAtMs, isOtherBoot] = listOf(value);
  const token = typeof text === "string" ? parseAttemptToken(text) : undefined;
  if (token === undefined || typeof runAtMs !== "number") return undefined;
  return { token, runAtMs, isOtherBoot: isOtherBoot === 1 };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The checksum vouches for the rest: only what was given to `finish` is ever written. */
function isAttemptResult(value: unknown): value is AttemptResult {
  if (typeof value !== "object" || value === null) return false;
  if (!("token" in value) || !("outcome" in value) || !("durationMs" in value)) return false;
  const { token, outcome, durationMs } = value;
  if (typeof token !== "string" || parseAttemptToken(token) === undefined || typeof durationMs !== "number")
    return false;
  return typeof outcome === "object" && outcome !== null && "status" in outcome && typeof outcome.status === "string";
}
