/** Events between two reports. */
export const EVENTS_PER_REPORT = 100;

/** How far a replay of a log has come. */
export interface ReplayReport {
  readonly events: number;
  /** Position of the row that was folded in last. */
  readonly position: number;
  /** 0 to 100, to one decimal; 100 only at the end. */
  readonly percent: number;
  /** Milliseconds still needed at the speed so far; absent before there is one. */
  readonly etaMs?: number;
}

export interface ReplaySpan {
  /** Oldest position that is replayed. */
  readonly first: number;
  /** Newest position that is replayed. */
  readonly last: number;
  /** When it began, on the clock of the caller. */
  readonly startedMs: number;
}

/** Counts events of a replay and says something after each hundred. Pure: time is an argument. */
export class ReplayProgress {
  readonly #span: ReplaySpan;
  #events = 0;
  #position: number;
  #done = 0;

  constructor(span: ReplaySpan) {
    this.#span = span;
    this.#position = span.first - 1;
  }

  get events(): number {
    return this.#events;
  }

  /** Counts one event: the one after which `doneOfRow` (0 to 1) of the row at `position` is folded in. */
  event(position: number, doneOfRow: number, nowMs: () => number): ReplayReport | undefined {
    this.#events += 1;
    this.#position = position;
    this.#done = position - this.#span.first + doneOfRow;
    return this.#events % EVENTS_PER_REPORT === 0 ? this.#report(nowMs()) : undefined;
  }

  /** What the end says, when the last hundred was not full; also of a replay without events. */
  end(nowMs: number): ReplayReport | undefined {
    if (this.#events > 0 && this.#events % EVENTS_PER_REPORT === 0) return undefined;
    return { events: this.#events, position: this.#position, percent: 100, ...this.#eta(nowMs, 1) };
  }

  #report(nowMs: number): ReplayReport {
    const { first, last } = this.#span;
    const rows = Math.max(1, last - first + 1);
    // Rows that came while the replay went on are replayed too.
    const share = Math.min(1, this.#done / rows);
    const percent = share === 1 ? 100 : Math.min(99.9, Math.floor(share * 1_000) / 10);
    return { events: this.#events, position: this.#position, percent, ...this.#eta(nowMs, share) };
  }

  #eta(nowMs: number, share: number): { readonly etaMs?: number } {
    const elapsedMs = nowMs - this.#span.startedMs;
    if (share <= 0 || elapsedMs < 0) return {};
    return { etaMs: Math.round((elapsedMs / share) * (1 - share)) };
  }
}
