import type { CodedError } from "../base/coded-error.ts";
import { ok, type Result } from "../base/result.ts";
import { ShellChannel, type ShellChannelOptions } from "./shell-channel.ts";

export interface ShellPoolOptions extends Omit<ShellChannelOptions, "nonce"> {
  readonly newNonce: () => string;
  /** Shells open at once. Ending a running command may take one more. */
  readonly channelsMax: number;
}

interface Waiter {
  readonly turn: () => void;
}

/** The shells of one host. A call has a shell for itself while it runs; the others wait their turn. */
export class ShellPool {
  readonly #options: ShellPoolOptions;
  readonly #idle: ShellChannel[] = [];
  readonly #all = new Set<ShellChannel>();
  readonly #waiters: Waiter[] = [];
  #takenCount = 0;

  constructor(options: ShellPoolOptions) {
    this.#options = options;
  }

  /** Runs `work` with a shell of its own. Errors of getting one are answered; the signal's reason is thrown. */
  async use<T>(
    signal: AbortSignal | undefined,
    work: (channel: ShellChannel) => Promise<Result<T, CodedError>>,
  ): Promise<Result<T, CodedError>> {
    await this.#takeTurn(signal);
    try {
      return await this.#useNow(signal, work);
    } finally {
      this.#takenCount--;
      this.#waiters.shift()?.turn();
    }
  }

  /** Like {@link use}, without waiting for a turn: for ending what the other shells wait for. */
  async useAtOnce<T>(work: (channel: ShellChannel) => Promise<Result<T, CodedError>>): Promise<Result<T, CodedError>> {
    return await this.#useNow(undefined, work);
  }

  /** Closes every shell and waits for their ends. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#all, (channel) => channel.close("the host was closed")));
  }

  async #takeTurn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.#takenCount++;
    if (this.#takenCount <= this.#options.channelsMax) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { turn: resolve };
    this.#waiters.push(waiter);
    const onAbort = (): void => {
      const at = this.#waiters.indexOf(waiter);
      if (at < 0) return; // Its turn has come at the same moment.
      this.#waiters.splice(at, 1);
      this.#takenCount--;
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #useNow<T>(
    signal: AbortSignal | undefined,
    work: (channel: ShellChannel) => Promise<Result<T, CodedError>>,
  ): Promise<Result<T, CodedError>> {
    const opened = await this.#channel(signal);
    if (!opened.ok) return opened;
    const channel = opened.value;
    try {
      return await work(channel);
    } finally {
      this.#release(channel);
    }
  }

  async #channel(signal: AbortSignal | undefined): Promise<Result<ShellChannel, CodedError>> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isBroken) {
        this.#retire(idle);
        continue;
      }
      idle.setBusy(true);
      return ok(idle);
    }
    const opened = await ShellChannel.open({ ...this.#options, nonce: this.#options.newNonce() }, signal);
    if (opened.ok) this.#all.add(opened.value);
    return opened;
  }

  #release(channel: ShellChannel): void {
    if (channel.isBroken || this.#idle.length >= this.#options.channelsMax) {
      this.#retire(channel);
      return;
    }
    channel.setBusy(false);
    this.#idle.push(channel);
  }

  /** Closes a channel that is of no more use; until it has ended, closing the pool waits for it too. */
  #retire(channel: ShellChannel): void {
    void channel.close("it is not needed any more").finally(() => this.#all.delete(channel));
  }
}
