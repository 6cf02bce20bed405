import type { AttemptToken } from "../base/ids.ts";
import type { JournalRecord } from "./journal-record.ts";

/** What is known about a token, and where it stands. */
export type IndexEntry =
  | { readonly kind: "started"; readonly segment: number; readonly isOtherBoot: boolean }
  | { readonly kind: "finished"; readonly segment: number; readonly offset: number };

const OFFSETS = 2 ** 32;

/**
 * Which token stands where. An entry is one number, for the sake of memory: `segment × 2³² + offset` of a result, or of a
 * claim minus twice the segment, one less when it was made before the last start of the machine.
 */
export class JournalIndex {
  readonly #entries = new Map<AttemptToken, number>();

  get size(): number {
    return this.#entries.size;
  }

  find(token: AttemptToken): IndexEntry | undefined {
    const entry = this.#entries.get(token);
    return entry === undefined ? undefined : decode(entry);
  }

  start(token: AttemptToken, place: { readonly segment: number; readonly isOtherBoot: boolean }): void {
    this.#entries.set(token, -2 * place.segment - (place.isOtherBoot ? 1 : 0));
  }

  finish(token: AttemptToken, place: { readonly segment: number; readonly offset: number }): void {
    this.#entries.set(token, place.segment * OFFSETS + place.offset);
  }

  /** What a record at this place says. */
  note(record: JournalRecord, place: { readonly segment: number; readonly offset: number }): void {
    const { segment } = place;
    for (const { token, isOtherBoot } of record.accepted) this.start(token, { segment, isOtherBoot });
    for (const token of record.finished) this.finish(token, place);
  }

  forget(token: AttemptToken): void {
    this.#entries.delete(token);
  }

  /** Claims in a segment that have no result. */
  startedIn(segment: number): readonly { readonly token: AttemptToken; readonly isOtherBoot: boolean }[] {
    const started = [];
    for (const [token, number] of this.#entries) {
      const entry = decode(number);
      if (entry.kind === "started" && entry.segment === segment) {
        started.push({ token, isOtherBoot: entry.isOtherBoot });
      }
    }
    return started;
  }

  forgetSegment(segment: number): void {
    for (const [token, entry] of this.#entries) {
      if (decode(entry).segment === segment) this.#entries.delete(token);
    }
  }

  /** The machine was started: whatever was left of the claims on it is gone. */
  markOtherBoot(): void {
    for (const [token, number] of this.#entries) {
      const entry = decode(number);
      if (entry.kind === "started") this.start(token, { segment: entry.segment, isOtherBoot: true });
    }
  }
}

function decode(entry: number): IndexEntry {
  if (entry >= 0) return { kind: "finished", segment: Math.floor(entry / OFFSETS), offset: entry % OFFSETS };
  const segment = Math.floor(-entry / 2);
  return { kind: "started", segment, isOtherBoot: -entry % 2 === 1 };
}
