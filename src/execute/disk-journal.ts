import { open } from "node:fs/promises";
import type { Clock } from "../base/clock.ts";
import { createdAtMsOf, type AttemptToken } from "../base/ids.ts";
import { FolderLock } from "../host/folder-lock.ts";
import { makeFoldersSync } from "../host/make-folders.ts";
import { currentBoot } from "../host/process-identity.ts";
import type { AttemptResult } from "../protocol/job.ts";
import type { Acceptance, Journal, Sending } from "./journal.ts";
import { JournalIndex } from "./journal-index.ts";
import { JOURNAL_FORMAT, type AcceptedRecord } from "./journal-record.ts";
import { journalDamaged, journalFailed, journalLocked } from "./journal-refusal.ts";
import { JournalSegment } from "./journal-segment.ts";

/** Days a token and its result are known: longer than anybody leaves a crashed run alone, short enough to stay small. */
const AGE_MS_MAX = 7 * 24 * 3_600_000;
/** Age at which a segment is followed by the next, so that old ones can go. */
const SEGMENT_AGE_MS = 24 * 3_600_000;
/** Time after opening in which nothing is forgotten for its age: whoever goes on with an old run asks again in it. */
const SETTLING_MS = 3_600_000;
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Bytes of all segments: about 600,000 attempts with small results. */
const BYTES_MAX = 128 * 1024 * 1024;
/** Tokens known at a time, about 100 bytes of memory each. */
const TOKENS_MAX = 500_000;
/** Bytes of results after which a frame is closed: what comes then waits for the next. */
const FRAME_BYTES_MAX = 1024 * 1024;

export interface DiskJournalOptions {
  readonly folder: string;
  readonly clock: Pick<Clock, "nowMs">;
  /** Default 128 MiB. The newest segment is always kept. */
  readonly bytesMax?: number;
  /** Default 16 MiB. */
  readonly segmentBytes?: number;
  /** Default 500,000. */
  readonly tokensMax?: number;
  /** The boot of this machine. Default: what its system says. */
  readonly boot?: string;
}

/** A journal that outlives its process. Disposing waits for what is being written and gives the folder back. */
export type DiskJournal = Journal & AsyncDisposable;

/**
 * Opens the journal in a folder, made when missing, for this process alone: append-only segments with a checksum for
 * each sync. Claims and results that come while a sync is in progress share the next one.
 *
 * Tokens are known for 7 days, or as long as the segments stay below `bytesMax`; of tokens that never finished the claim
 * is carried on until they are 7 days old. What was forgotten is never accepted again: the journal remembers up to
 * which creation time of a run it has forgotten tokens, and answers `forgotten` for one of such a run that was sent
 * again and that it does not know.
 *
 * @throws DroverError with `DRV_JOURNAL_LOCKED`, `DRV_JOURNAL_DAMAGED`, `DRV_JOURNAL_FORMAT_UNKNOWN` or
 * `DRV_JOURNAL_FAILED`
 */
export function openDiskJournal(options: DiskJournalOptions): DiskJournal {
  try {
    return new SegmentedJournal(options);
  } catch (thrown) {
    throw journalFailed(options.folder, thrown);
  }
}

type Entry = { readonly answer: (problem: unknown) => void } & (
  | { readonly kind: "accept"; readonly accepted: AcceptedRecord }
  | { readonly kind: "finish"; readonly token: AttemptToken; readonly json: string }
);

class SegmentedJournal implements DiskJournal {
  readonly #options: DiskJournalOptions;
  readonly #index = new JournalIndex();
  readonly #lock: FolderLock;
  readonly #boot: string;
  readonly #openedAtMs: number;
  /** Oldest first; the last one is written to. */
  readonly #segments: JournalSegment[] = [];
  readonly #queue: Entry[] = [];
  #flushing: Promise<void> | undefined;
  #nextNumber = 1;
  #forgottenUntilMs = 0;
  /** Whether the journal still has to be told on which boot it is. */
  #isBootDue = true;
  #isClosed = false;

  constructor(options: DiskJournalOptions) {
    this.#options = options;
    this.#boot = options.boot ?? currentBoot();
    this.#openedAtMs = options.clock.nowMs();
    makeFoldersSync(options.folder, 0o700);
    const lock = FolderLock.take(options.folder);
    if (!(lock instanceof FolderLock)) throw journalLocked(options.folder, lock.holder);
    this.#lock = lock;
    try {
      this.#load();
    } catch (thrown) {
      lock[Symbol.dispose]();
      throw thrown;
    }
  }

  async accept(token: AttemptToken, sending?: Sending): Promise<Acceptance> {
    const isKnown = this.#index.find(token) !== undefined;
    // Nobody else may have a turn between this look and the claim below.
    const known = isKnown ? await this.find(token) : undefined;
    if (known !== undefined) return known;
    const runAtMs = sending === undefined ? this.#options.clock.nowMs() : createdAtMsOf(sending.runId);
    if (sending?.isResent === true && runAtMs <= this.#forgottenUntilMs) return { state: "forgotten" };
    this.#index.start(token, { segment: this.#segments.at(-1)?.number ?? 1, isOtherBoot: false });
    try {
      await this.#enqueue((answer) => ({ kind: "accept", accepted: { token, runAtMs, isOtherBoot: false }, answer }));
    } catch (thrown) {
      this.#index.forget(token);
      throw thrown;
    }
    return { state: "accepted" };
  }

  async find(token: AttemptToken): Promise<Acceptance | undefined> {
    const known = this.#index.find(token);
    if (known === undefined) return undefined;
    if (known.kind === "started") return { state: "started", isSameBoot: !known.isOtherBoot };
    const segment = this.#segments.find(({ number }) => number === known.segment);
    if (segment === undefined) throw journalDamaged(this.#options.folder, `segment ${known.segment} is missing`);
    const result = await segment.resultAt(known.offset, token);
    return result === undefined ? undefined : { state: "finished", result };
  }

  async finish(result: AttemptResult): Promise<void> {
    const json = JSON.stringify(result);
    await this.#enqueue((answer) => ({ kind: "finish", token: result.token, json, answer }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#flushing;
    await this.#segments.at(-1)?.close();
    this.#lock[Symbol.dispose]();
  }

  async #enqueue(entryOf: (answer: Entry["answer"]) => Entry): Promise<void> {
    if (this.#isClosed) throw journalFailed(this.#options.folder, new Error("it is closed"));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#queue.push(entryOf((problem) => (problem === undefined ? resolve() : reject(problem))));
    this.#flushing ??= this.#flush();
    await promise;
  }

  async #flush(): Promise<void> {
    // What is asked for in the same turn goes into the same sync.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const entries = this.#take();
      try {
        await this.#write(entries);
        for (const entry of entries) entry.answer(undefined);
      } catch (thrown) {
        const problem = journalFailed(this.#options.folder, thrown);
        for (const entry of entries) entry.answer(problem);
      }
    }
    this.#flushing = undefined;
  }

  #take(): readonly Entry[] {
    let bytes = 0;
    let count = 0;
    for (; count < this.#queue.length && bytes < FRAME_BYTES_MAX; count++) {
      const entry = this.#queue[count];
      bytes += entry?.kind === "finish" ? entry.json.length : 64;
    }
    return this.#queue.splice(0, count);
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const { segmentBytes = SEGMENT_BYTES } = this.#options;
    const current = this.#segments.at(-1);
    if (current?.isUsable === false) throw new Error("an earlier write failed; open it again");
    if (current === undefined || current.sizeBytes >= segmentBytes || nowMs - current.firstAtMs > SEGMENT_AGE_MS) {
      await this.#rotate(nowMs);
      await this.#dropOld(nowMs);
    }
    const accepted = entries.flatMap((entry) => (entry.kind === "accept" ? [entry.accepted] : []));
    const finished = entries.flatMap((entry) => (entry.kind === "finish" ? [entry.json] : []));
    const offset = await this.#append({ atMs: nowMs, accepted, finished });
    const segment = this.#current().number;
    for (const entry of entries) {
      if (entry.kind === "finish") this.#index.finish(entry.token, { segment, offset });
      else this.#index.start(entry.accepted.token, { segment, isOtherBoot: false });
    }
  }

  async #append(record: Omit<Parameters<JournalSegment["append"]>[0], "number">): Promise<number> {
    const boot = this.#isBootDue ? { boot: this.#boot } : {};
    const offset = await this.#current().append({ ...record, ...boot, number: this.#nextNumber });
    this.#nextNumber += 1;
    this.#isBootDue = false;
    return offset;
  }

  async #rotate(nowMs: number): Promise<void> {
    const old = this.#segments.at(-1);
    const next = new JournalSegment(this.#options.folder, (old?.number ?? 0) + 1);
    next.openSync();
    const segment = { format: JOURNAL_FORMAT, number: next.number };
    const head = { segment, boot: this.#boot, forgottenUntilMs: this.#forgottenUntilMs };
    try {
      await next.append({ number: this.#nextNumber, atMs: nowMs, ...head });
      await syncFolder(this.#options.folder);
    } catch (thrown) {
      await next.remove();
      throw thrown;
    }
    this.#nextNumber += 1;
    this.#isBootDue = false;
    this.#segments.push(next);
    await old?.close();
  }

  /** Removes the oldest segments while they are too old or there is too much; what must be known of them is written before. */
  async #dropOld(nowMs: number): Promise<void> {
    const { bytesMax = BYTES_MAX, tokensMax = TOKENS_MAX } = this.#options;
    for (
      let oldest = this.#segments[0];
      oldest !== undefined && this.#segments.length > 1;
      oldest = this.#segments[0]
    ) {
      const isOld = nowMs - oldest.lastAtMs > AGE_MS_MAX && nowMs - this.#openedAtMs > SETTLING_MS;
      const bytes = this.#segments.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
      if (!isOld && bytes <= bytesMax && this.#index.size <= tokensMax) break;
      this.#forgottenUntilMs = Math.max(this.#forgottenUntilMs, oldest.newestRunAtMs);
      const runAtMs = oldest.newestRunAtMs;
      const carried = isOld ? [] : this.#index.startedIn(oldest.number).map((claim) => ({ ...claim, runAtMs }));
      await this.#append({ atMs: nowMs, forgottenUntilMs: this.#forgottenUntilMs, accepted: carried });
      const segment = this.#current().number;
      for (const { token, isOtherBoot } of carried) this.#index.start(token, { segment, isOtherBoot });
      this.#index.forgetSegment(oldest.number);
      this.#segments.shift();
      await oldest.remove();
    }
  }

  /** Reads all segments. What a process was writing when it ended is cut off. */
  #load(): void {
    const { folder } = this.#options;
    const numbers = JournalSegment.list(folder);
    let boot: string | undefined;
    numbers.forEach((number, index) => {
      if (index > 0 && number !== (numbers[0] ?? 0) + index)
        throw journalDamaged(folder, `segment ${number - 1} is missing`);
      const segment = new JournalSegment(folder, number);
      const places = segment.load(index === numbers.length - 1);
      for (const { offset, record } of places) {
        const isFirst = this.#segments.length === 0 && record === places[0]?.record;
        if (!isFirst && record.number !== this.#nextNumber) {
          throw journalDamaged(segment.path, `frame ${this.#nextNumber} is missing before the one at ${offset}`);
        }
        this.#nextNumber = record.number + 1;
        if (record.boot !== undefined && record.boot !== boot) this.#index.markOtherBoot();
        boot = record.boot ?? boot;
        this.#index.note(record, { segment: number, offset });
        this.#forgottenUntilMs = Math.max(this.#forgottenUntilMs, record.forgottenUntilMs ?? 0);
      }
      // One without a frame was being made when its process ended: the next one takes its place.
      if (places.length > 0) this.#segments.push(segment);
    });
    if (boot !== this.#boot) this.#index.markOtherBoot();
    this.#segments.at(-1)?.openSync();
  }

  #current(): JournalSegment {
    const current = this.#segments.at(-1);
    if (current === undefined) throw new Error("a journal has a segment");
    return current;
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
