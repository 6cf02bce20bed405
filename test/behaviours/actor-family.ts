import assert from "node:assert/strict";

import type { ChildSpec, RunningChild, StartContext } from "../../src/actor/child-spec.ts";
import type { SupervisorEvent } from "../../src/actor/supervisor-event.ts";
import type { SupervisorOptions } from "../../src/actor/supervisor-options.ts";
import { Supervisor } from "../../src/actor/supervisor.ts";
import type { CodedError } from "../../src/base/coded-error.ts";
import type { Result } from "../../src/base/result.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

/** Restarts without limit, so that a test can look at what else happens. */
export const NO_LIMIT = { restartLimit: { restarts: 1_000_000, windowMs: 60_000 } } as const;

/** A supervisor on a clock of its own, whose children do nothing until they are told to. */
export class Family {
  readonly clock = new FakeClock();
  readonly events: SupervisorEvent[] = [];
  /** `+id` for each start, `-id` for each stop. */
  readonly log: string[] = [];
  readonly supervisor: Supervisor;
  readonly #instances = new Map<string, PromiseWithResolvers<void>>();

  constructor(options: Partial<SupervisorOptions> = {}) {
    const { clock } = this;
    this.supervisor = new Supervisor({
      name: "family",
      clock,
      observer: (event) => this.events.push(event),
      ...options,
    });
  }

  /** Adds a child; `with` says what it does besides stopping at once. */
  add(id: string, spec: Partial<ChildSpec> & { readonly with?: Partial<RunningChild> } = {}): this {
    const { with: child, ...rest } = spec;
    const added = this.supervisor.startChild({ id, start: () => this.instance(id, child), ...rest });
    assert.ok(added.ok);
    return this;
  }

  /** A fresh instance, for children with a start of their own. */
  instance(id: string, child: Partial<RunningChild> = {}): RunningChild {
    this.log.push(`+${id}`);
    const ended = Promise.withResolvers<void>();
    this.#instances.set(id, ended);
    return { ended: ended.promise, stop: () => void this.log.push(`-${id}`), ...child };
  }

  /** The newest instance throws. */
  async fails(id: string, thrown: unknown = new Error("boom")): Promise<this> {
    this.#instances.get(id)?.reject(thrown);
    await this.clock.advance(0);
    return this;
  }

  /** The newest instance ends as it should. */
  async exits(id: string): Promise<this> {
    this.#instances.get(id)?.resolve();
    await this.clock.advance(0);
    return this;
  }

  async passes(ms: number): Promise<this> {
    await this.clock.advance(ms);
    return this;
  }

  /** Fails and is started again, so often, waiting as long as it takes. */
  async failsAndRestarts(id: string, times: number): Promise<this> {
    for (let time = 0; time < times; time++) {
      await this.fails(id);
      await this.clock.advance(3_200);
    }
    return this;
  }

  /** So many children fail, one every `everyMs`. */
  async fallsApart(count: number, everyMs: number): Promise<this> {
    for (let index = 0; index < count && this.events.at(-1)?.type !== "ended"; index++) {
      this.add(`passing ${this.log.length}`, { restart: "temporary" });
      await this.fails(`passing ${this.log.length - 1}`);
      await this.clock.advance(everyMs);
    }
    return this;
  }

  starts(id: string): number {
    return this.log.filter((entry) => entry === `+${id}`).length;
  }

  state(id: string): string | undefined {
    return this.supervisor.child(id)?.state;
  }

  types(child?: string): readonly string[] {
    return this.events
      .filter((event) => child === undefined || ("child" in event && event.child === child))
      .map(({ type }) => type);
  }

  /** Back-offs told so far. */
  get delays(): readonly number[] {
    return this.events.flatMap((event) => (event.type === "restarting" ? [event.delayMs] : []));
  }
}

export function codeOf(result: Result<unknown, CodedError>): string | undefined {
  return result.ok ? undefined : result.error.code;
}

/** A start that takes until `open` is called. */
export function slowStart(family: Family, id: string) {
  const gate = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  return {
    open: (): void => gate.resolve(),
    signals,
    start: async ({ signal }: StartContext): Promise<RunningChild> => {
      signals.push(signal);
      await gate.promise;
      return family.instance(id);
    },
  };
}
