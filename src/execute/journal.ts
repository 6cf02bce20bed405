import type { AttemptToken, RunId } from "../base/ids.ts";
import { toJson } from "../base/json.ts";
import type { AttemptResult } from "../protocol/job.ts";

/**
 * What an executor remembers so that it starts each token at most once. A durable one survives the executor: it syncs
 * the acceptance before `accept` answers, and the result before it is reported.
 */
export interface Journal {
  /**
   * Claims a token. Of all calls with the same token, also after a restart, one is answered `accepted`. Rejects when the
   * claim cannot be kept: then nothing may be started.
   */
  accept(token: AttemptToken, sending?: Sending): Promise<Acceptance>;
  /** What is known about a token, without claiming it. */
  find(token: AttemptToken): Promise<Acceptance | undefined>;
  /** Keeps the result of an accepted token. Rejects when it cannot be kept. */
  finish(result: AttemptResult): Promise<void>;
}

/** What a journal that forgets needs to know about a token so that it accepts none again that it has forgotten. */
export interface Sending {
  readonly runId: RunId;
  /** Whether the token may have been sent before, by a process that has ended. Default false. */
  readonly isResent?: boolean;
}

export type Acceptance =
  | { readonly state: "accepted" }
  /** Accepted before, by whom is not known, and never finished: it may have run to its end. */
  | {
      readonly state: "started";
      /** Whether the machine has not been started since: what was left of the attempt on it is as it was. */
      readonly isSameBoot: boolean;
    }
  /** So old that the journal would no longer know it. It is not accepted. */
  | { readonly state: "forgotten" }
  | { readonly state: "finished"; readonly result: AttemptResult };

/** Results kept in memory: the runner asks again for recent ones only. */
const RESULTS_MAX = 1_000;
/** Bytes of results kept in memory. */
const RESULT_BYTES_TOTAL_MAX = 64 * 1024 * 1024;
/** Tokens kept in memory, about 100 bytes each. */
const TOKENS_MAX = 100_000;

export interface MemoryJournalOptions {
  readonly resultsMax?: number;
  readonly resultBytesMax?: number;
  readonly tokensMax?: number;
}

/**
 * A journal that lives as long as its process. Its memory is bounded: the oldest results are forgotten first, then
 * the tokens themselves. A token whose result is forgotten is `started`, so that it is never run again.
 */
export function createMemoryJournal(options: MemoryJournalOptions = {}): Journal {
  return new MemoryJournal(options);
}

interface Entry {
  readonly result: AttemptResult;
  readonly bytes: number;
}

class MemoryJournal implements Journal {
  readonly #resultsMax: number;
  readonly #resultBytesMax: number;
  readonly #tokensMax: number;
  readonly #tokens = new Set<AttemptToken>();
  readonly #results = new Map<AttemptToken, Entry>();
  #resultBytes = 0;

  constructor(options: MemoryJournalOptions) {
    this.#resultsMax = options.resultsMax ?? RESULTS_MAX;
    this.#resultBytesMax = options.resultBytesMax ?? RESULT_BYTES_TOTAL_MAX;
    this.#tokensMax = options.tokensMax ?? TOKENS_MAX;
  }

  async accept(token: AttemptToken): Promise<Acceptance> {
    // Not by `find`: between the look and the claim nobody else may have a turn.
    const known = this.#known(token);
    if (known !== undefined) return known;
    this.#tokens.add(token);
    for (const oldest of this.#tokens) {
      if (this.#tokens.size <= this.#tokensMax) break;
      this.#tokens.delete(oldest);
      this.#forgetResult(oldest);
    }
    return { state: "accepted" };
  }

  async find(token: AttemptToken): Promise<Acceptance | undefined> {
    return this.#known(token);
  }

  #known(token: AttemptToken): Acceptance | undefined {
    const entry = this.#results.get(token);
    if (entry !== undefined) return { state: "finished", result: entry.result };
    return this.#tokens.has(token) ? { state: "started", isSameBoot: true } : undefined;
  }

  async finish(result: AttemptResult): Promise<void> {
    const bytes = sizeOf(result);
    this.#results.set(result.token, { result, bytes });
    this.#resultBytes += bytes;
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= this.#resultsMax && this.#resultBytes <= this.#resultBytesMax) break;
      this.#forgetResult(oldest);
    }
  }

  #forgetResult(token: AttemptToken): void {
    this.#resultBytes -= this.#results.get(token)?.bytes ?? 0;
    this.#results.delete(token);
  }
}

function sizeOf(result: AttemptResult): number {
  const converted = toJson(result, { bytesMax: Number.MAX_SAFE_INTEGER });
  return converted.ok ? converted.bytes : 0;
}
