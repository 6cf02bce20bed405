/** Work that ends after a number of tasks or a time, whatever comes first. */
export class Countdown {
  readonly #startMs = performance.now();
  readonly #taskCount: number;
  readonly #msMax: number;
  readonly #over = Promise.withResolvers<void>();
  readonly #timer: NodeJS.Timeout;
  #begun = 0;
  #done = 0;
  #elapsedMs: number | undefined;

  constructor({ taskCount, secondsMax }: { readonly taskCount: number; readonly secondsMax: number }) {
    this.#taskCount = taskCount;
    this.#msMax = secondsMax * 1_000;
    this.#timer = setTimeout(() => this.end(), this.#msMax);
  }

  /** Resolves when the work is over. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get isOver(): boolean {
    return this.#elapsedMs !== undefined;
  }

  /** Whether one more task may begin; counts it. */
  take(count = 1): boolean {
    if (this.isOver || this.#begun >= this.#taskCount) return false;
    this.#begun += count;
    return true;
  }

  /** Tasks have been acknowledged. */
  done(count = 1): void {
    if (this.isOver) return;
    this.#done += count;
    if (this.#done >= this.#taskCount) this.end();
  }

  end(): void {
    if (this.isOver) return;
    clearTimeout(this.#timer);
    this.#elapsedMs = performance.now() - this.#startMs;
    this.#over.resolve();
  }

  get times() {
    return { taskCount: this.#done, elapsedMs: this.#elapsedMs ?? performance.now() - this.#startMs };
  }
}

/** Does the same in so many lanes side by side. */
export async function inLanes(count: number, lane: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, lane));
}
