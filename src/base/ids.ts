import type { Clock, Random } from "./clock.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Identifies one execution of a plan: `run_` and a UUID version 7. */
export type RunId = Branded<"RunId">;
/** Identifies one try of one task on one host; never changes on re-send: `att_` and 32 hexadecimal digits. */
export type AttemptToken = Branded<"AttemptToken">;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A fresh run id, ordered by creation to the millisecond. */
export function newRunId(clock: Pick<Clock, "nowMs">, random: Random): RunId {
  return `run_${uuidV7(clock.nowMs(), random.bytes(10))}` as RunId;
}

/** The run id written in `text`, or `undefined` when it is not one. */
export function parseRunId(text: string): RunId | undefined {
  return text.startsWith("run_") && UUID.test(text.slice(4)) ? (text as RunId) : undefined;
}

/** When a run was created, in milliseconds since 1970: the first 48 bits of its id. */
export function createdAtMsOf(runId: RunId): number {
  return Number.parseInt(runId.slice(4, 12) + runId.slice(13, 17), 16);
}

/** Brands the hexadecimal digest that identifies an attempt; see `engine/token.ts` for how it is derived. */
export function attemptToken(digest: string): AttemptToken {
  return `att_${digest.slice(0, 32)}` as AttemptToken;
}

/** The attempt token written in `text`, or `undefined` when it is not one. */
export function parseAttemptToken(text: string): AttemptToken | undefined {
  return /^att_[0-9a-f]{32}$/.test(text) ? (text as AttemptToken) : undefined;
}

/** Lays out a UUID version 7 (RFC 9562, section 5.7) from a time and ten random bytes. */
function uuidV7(nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  let time = Math.max(0, Math.floor(nowMs));
  for (let index = 5; index >= 0; index--) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
