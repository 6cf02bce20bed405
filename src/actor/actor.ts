import { codedError, type CodedError } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { NAME_LENGTH_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ChildEnd, RunningChild } from "./child-spec.ts";
import { Deadline } from "./deadline.ts";
import { faultOf } from "./fault.ts";
import { Mailbox } from "./mailbox.ts";
import { PendingQuery } from "./pending-query.ts";
import type { ActorHandlers, ActorProtocol, AnswerOf, QueryName, QuestionOf, Reply } from "./protocol.ts";
import type { TakesTurns, TurnQueue } from "./turn-queue.ts";

/** Messages that may wait for one actor: the results of the largest fan-out, and room. */
export const MAILBOX_LIMIT_DEFAULT = 65_536;

export interface ActorOptions<Protocol extends ActorProtocol> {
  /** Shown in errors. */
  readonly name: string;
  /** The turns it shares with the other actors of the process. */
  readonly turns: TurnQueue;
  readonly handlers: ActorHandlers<Protocol>;
  /** Messages that may wait, at least 1. Default 65,536. */
  readonly mailboxLimit?: number;
}

export interface AskOptions {
  /** Milliseconds to wait for the answer. Default: as long as the actor lives. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * State with a mailbox. Messages are handled one at a time in the order in which they were sent: the next one after the
 * handler of the one before has returned, or its promise has settled. Nothing is handled while a message is sent, also
 * not when the actor sends one to itself. A handler that throws ends this actor and nothing else.
 *
 * It is a running child: a supervisor makes a new one of it after a fault.
 */
export class Actor<Protocol extends ActorProtocol> implements RunningChild, TakesTurns, AsyncDisposable {
  readonly name: string;
  readonly ended: Promise<ChildEnd>;
  readonly #turns: TurnQueue;
  readonly #handlers: ActorHandlers<Protocol>;
  readonly #mailbox: Mailbox<Protocol["command"] | PendingQuery>;
  readonly #controller = new AbortController();
  readonly #resolve: (end: ChildEnd) => void;
  #end: ChildEnd;
  #isAccepting = true;
  #hasEnded = false;
  /** In the queue for a turn, or in its turn. */
  #isScheduled = false;
  #isHandling = false;
  /** The asynchronous work of the message at hand. */
  #work: Promise<void> | undefined;
  /** Resolves when no message waits any more. */
  #drained: PromiseWithResolvers<void> | undefined;

  constructor({ name, turns, handlers, mailboxLimit = MAILBOX_LIMIT_DEFAULT }: ActorOptions<Protocol>) {
    const { promise, resolve } = Promise.withResolvers<ChildEnd>();
    this.name = name;
    this.ended = promise;
    this.#resolve = resolve;
    this.#turns = turns;
    this.#handlers = handlers;
    this.#mailbox = new Mailbox(mailboxLimit);
  }

  /** Messages that wait. */
  get waitingCount(): number {
    return this.#mailbox.size;
  }

  /** Whether messages are still taken. */
  get isAccepting(): boolean {
    return this.#isAccepting;
  }

  /** Sends a command. @returns `DRV_ACTOR_STOPPED` or `DRV_ACTOR_MAILBOX_FULL` when it was not taken */
  tell(command: Protocol["command"]): Result<undefined, CodedError> {
    return this.#put(command, "Cannot send");
  }

  /**
   * Asks a query. Never rejects, and always settles once the actor has ended: also with the errors of
   * {@link Actor.tell}, `DRV_ACTOR_FAULTED`, `DRV_ACTOR_QUERY_UNKNOWN` and `DRV_ACTOR_QUERY_ABANDONED`.
   */
  ask<Name extends QueryName<Protocol>>(
    name: Name,
    question: QuestionOf<Protocol["queries"][Name]>,
    options: AskOptions = {},
  ): Promise<Reply<AnswerOf<Protocol["queries"][Name]>>> {
    const { promise, resolve } = Promise.withResolvers<Reply<AnswerOf<Protocol["queries"][Name]>>>();
    const pending = new PendingQuery(
      (signal) => {
        const { queries } = this.#handlers;
        if (!Object.hasOwn(queries, name)) {
          resolve(err(this.#unknownQuery(name)));
          return undefined;
        }
        const reply = queries[name](question, signal);
        if (!(reply instanceof Promise)) {
          resolve(reply);
          return undefined;
        }
        return reply.then(resolve);
      },
      (error) => resolve(err(error)),
    );
    const taken = this.#put(pending, "Cannot ask");
    if (!taken.ok) return Promise.resolve(taken);
    const { timeoutMs, signal } = options;
    if (timeoutMs === undefined && signal === undefined) return promise;
    return this.#within(promise, pending, options);
  }

  /** From now on no message is taken; those that wait are handled. */
  stopAccepting(): void {
    this.#isAccepting = false;
  }

  /** Settles when no message waits; rejects with the reason of `signal` when that aborts first. */
  async drain(signal: AbortSignal): Promise<void> {
    if (this.#hasEnded || (this.#mailbox.size === 0 && this.#work === undefined)) return;
    this.#drained ??= Promise.withResolvers<void>();
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([this.#drained.promise, promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Ends the actor after the message at hand, as a handler may do with its own: what waits is answered or dropped. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isAccepting = false;
    this.#controller.abort();
    const error = this.#refusal("DRV_ACTOR_STOPPED", "ended before it came to the message");
    while (this.#mailbox.size > 0) {
      const message = this.#mailbox.take();
      if (message instanceof PendingQuery) message.refuse(error);
    }
    this.#drained?.resolve();
    if (!this.#isHandling) this.#resolve(this.#end);
  }

  /** Ends the actor and waits for the message at hand. Handlers use {@link Actor.end}. */
  async stop(): Promise<void> {
    this.end();
    await this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Called by the turn queue. */
  takeTurn(messages: number): boolean {
    for (let count = 0; count < messages && this.#mailbox.size > 0; count++) {
      if (!this.#handleNext()) {
        this.#isScheduled = false;
        return false;
      }
    }
    if (this.#mailbox.size > 0) return true;
    this.#isScheduled = false;
    this.#drained?.resolve();
    this.#drained = undefined;
    return false;
  }

  /** @returns whether the next message can be handled at once */
  #handleNext(): boolean {
    const message = this.#mailbox.take();
    const { signal } = this.#controller;
    this.#isHandling = true;
    try {
      const work = message instanceof PendingQuery ? message.handle(signal) : this.#handlers.onCommand(message, signal);
      if (work instanceof Promise) {
        this.#work = this.#finish(message, work);
        return false;
      }
    } catch (thrown) {
      this.#fault(message, thrown);
    }
    return this.#handled();
  }

  async #finish(message: unknown, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (thrown) {
      this.#fault(message, thrown);
    }
    this.#work = undefined;
    if (!this.#handled()) return;
    this.#isScheduled = true;
    this.#turns.schedule(this);
  }

  /** The message at hand is done with. @returns whether there may be another one */
  #handled(): boolean {
    this.#isHandling = false;
    if (this.#hasEnded) this.#resolve(this.#end);
    return !this.#hasEnded;
  }

  #fault(message: unknown, thrown: unknown): void {
    const { signal } = this.#controller;
    // Work that gives up because the actor has to end did not fail.
    const isAbort = signal.aborted && thrown === signal.reason;
    const fault = faultOf("DRV_ACTOR_FAULTED", thrown, `Actor "${this.name}" failed`);
    if (!isAbort) this.#end = { kind: "faulted", ...fault };
    if (message instanceof PendingQuery) {
      const text = `Cannot answer: actor "${this.name}" ended while it worked on the question`;
      message.refuse(codedError(isAbort ? "DRV_ACTOR_STOPPED" : "DRV_ACTOR_FAULTED", text, { cause: fault.error }));
    }
    this.end();
  }

  #put(message: Protocol["command"] | PendingQuery, action: string): Result<undefined, CodedError> {
    if (!this.#isAccepting) {
      return err(this.#refusal("DRV_ACTOR_STOPPED", this.#hasEnded ? "has ended" : "is stopping", action));
    }
    if (!this.#mailbox.put(message)) {
      return err(this.#refusal("DRV_ACTOR_MAILBOX_FULL", `has ${this.#mailbox.limit} messages waiting`, action));
    }
    if (!this.#isScheduled && this.#work === undefined) {
      this.#isScheduled = true;
      this.#turns.schedule(this);
    }
    return TAKEN;
  }

  async #within<Answer>(
    answer: Promise<Reply<Answer>>,
    pending: PendingQuery,
    { timeoutMs = Infinity, signal }: AskOptions,
  ): Promise<Reply<Answer>> {
    const abandoned = this.#refusal("DRV_ACTOR_QUERY_ABANDONED", "did not answer in time", "Cannot ask");
    const onAbort = (): void => pending.refuse(abandoned);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      if (timeoutMs === Infinity) return await answer;
      using deadline = new Deadline(this.#turns.clock, timeoutMs, abandoned);
      if (!(await deadline.isMetBy(answer))) pending.refuse(abandoned);
      return await answer;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #refusal(code: ErrorCode, found: string, action = "Cannot answer"): CodedError {
    return codedError(code, `${action}: actor "${this.name}" ${found}`);
  }

  #unknownQuery(name: string): CodedError {
    const known = Object.keys(this.#handlers.queries)
      .map((query) => JSON.stringify(query))
      .join(", ");
    const asked = JSON.stringify(String(name).slice(0, NAME_LENGTH_MAX));
    return this.#refusal("DRV_ACTOR_QUERY_UNKNOWN", `does not know the question ${asked}, but ${known}`, "Cannot ask");
  }
}

const TAKEN: Result<undefined, CodedError> = ok(undefined);
