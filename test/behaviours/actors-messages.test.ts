import assert from "node:assert/strict";
import { test } from "node:test";

import { Actor, type ActorOptions } from "../../src/actor/actor.ts";
import type { Reply } from "../../src/actor/protocol.ts";
import { TurnQueue } from "../../src/actor/turn-queue.ts";
import { codedError } from "../../src/base/coded-error.ts";
import { err, ok } from "../../src/base/result.ts";
import { systemClock } from "../../src/runner/system.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { codeOf } from "./actor-family.ts";

// Row numbers refer to the feature table of the design: what each row promises is shown by at least one test.

type Words = {
  readonly command: unknown;
  readonly queries: {
    readonly heard: { readonly question: undefined; readonly answer: readonly unknown[] };
    readonly later: { readonly question: number; readonly answer: number };
    readonly refused: { readonly question: undefined; readonly answer: never };
    readonly broken: { readonly question: undefined; readonly answer: never };
  };
};

/** An actor that remembers what it is told; `"bug"` makes it throw. */
class Listener {
  readonly clock: FakeClock;
  readonly actor: Actor<Words>;
  readonly heard: unknown[] = [];
  /** What it does with a command besides hearing it. */
  onCommand: (command: unknown, signal: AbortSignal) => void | Promise<void> = () => {};

  constructor(options: Partial<ActorOptions<Words>> & { readonly clock?: FakeClock } = {}) {
    const { clock = new FakeClock(), ...rest } = options;
    this.clock = clock;
    this.actor = new Actor<Words>({
      name: "listener",
      turns: new TurnQueue(clock),
      handlers: {
        onCommand: (command, signal) => {
          if (command === "bug") throw new Error("boom");
          this.heard.push(command);
          return this.onCommand(command, signal);
        },
        queries: {
          heard: () => ok([...this.heard]),
          later: async (delayMs) => {
            await this.clock.sleep(delayMs);
            return ok(delayMs);
          },
          refused: () => err(codedError("DRV_DURATION_INVALID", "Cannot read the duration")),
          broken: () => {
            throw new Error("boom");
          },
        },
      },
      ...rest,
    });
  }

  tell(...commands: readonly unknown[]): this {
    for (const command of commands) this.actor.tell(command);
    return this;
  }

  async settle(): Promise<this> {
    await this.clock.advance(0);
    return this;
  }
}

// Order

test("given an actor, when it is told several things, then it handles them in the order in which they were sent", async () => {
  const { heard } = await new Listener().tell("a", "b", "c").settle();
  assert.deepEqual(heard, ["a", "b", "c"]);
});

test("given an idle actor, when it is told something, then nothing is handled while it is being sent", () => {
  const { heard } = new Listener().tell("a");
  assert.deepEqual(heard, []);
});

test("given a handler that tells its own actor something, when it runs, then that is handled after it has returned", async () => {
  const listener = new Listener();
  const order: string[] = [];
  listener.onCommand = (command) => {
    if (command === "a") listener.tell("b");
    order.push(`end of ${String(command)}`);
  };
  await listener.tell("a").settle();
  assert.deepEqual(order, ["end of a", "end of b"]);
});

test("given a handler that waits, when another message is sent, then it is handled after the first has ended", async () => {
  const listener = new Listener();
  listener.onCommand = () => listener.clock.sleep(1_000);
  await listener.tell("a", "b").settle();
  assert.deepEqual(listener.heard, ["a"]);
});

test("given a message that waits for a slow one, when that has ended, then it is handled", async () => {
  const listener = new Listener();
  listener.onCommand = () => listener.clock.sleep(1_000);
  listener.tell("a", "b");
  await listener.clock.advance(1_000);
  assert.deepEqual(listener.heard, ["a", "b"]);
});

test("given waiting commands, when a query is sent, then its answer knows of all of them", async () => {
  const reply = await new Listener().tell("a", "b").actor.ask("heard", undefined);
  assert.deepEqual(reply, ok(["a", "b"]));
});

test("given ten thousand messages for one actor, when another gets one, then it does not wait for all of them", async () => {
  const turns = new TurnQueue(new FakeClock());
  const flooded = new Listener({ turns }).tell(...Array.from({ length: 10_000 }).keys());
  const other = new Listener({ turns });
  const heardBefore = Promise.withResolvers<number>();
  other.onCommand = () => heardBefore.resolve(flooded.heard.length);
  other.tell("a");
  assert.ok((await heardBefore.promise) < 100);
});

test("given two actors that wake each other for ever, when a timer is due, then it fires", async () => {
  const turns = new TurnQueue(systemClock);
  const [left, right] = [new Listener({ turns }), new Listener({ turns })];
  left.onCommand = () => void right.tell("ping");
  right.onCommand = () => void left.tell("pong");
  left.tell("start");
  await systemClock.sleep(1);
  left.actor.end();
  assert.ok(right.heard.length > 1);
});

for (const command of [undefined, null, "", "; rm -rf /", "a\0b\n", { ["__proto__"]: 1 }, "x".repeat(10_000_000)]) {
  const shown = String(JSON.stringify(command)).slice(0, 20);
  test(`given the odd message ${shown}, when it is sent, then it arrives as it is`, async () => {
    const { heard } = await new Listener().tell(command).settle();
    assert.deepEqual(heard, [command]);
  });
}

// Queries and errors

test("given a query that takes time, when it is asked, then the answer comes when it is there", async () => {
  const { actor, clock } = new Listener();
  const reply = actor.ask("later", 500);
  await clock.advance(500);
  assert.deepEqual(await reply, ok(500));
});

test("given a query that cannot be answered, when it is asked, then the reply is its error (row 38)", async () => {
  assert.equal(codeOf(await new Listener().actor.ask("refused", undefined)), "DRV_DURATION_INVALID");
});

test("given an error reply, when the actor is asked again, then it is alive (row 38)", async () => {
  const { actor } = new Listener();
  await actor.ask("refused", undefined);
  assert.deepEqual(await actor.ask("heard", undefined), ok([]));
});

test("given a question the actor does not know, when it is asked, then the reply lists those it knows (row 38)", async () => {
  const reply = await askAnything(new Listener(), "toString");
  assert.match(reply.ok ? "" : reply.error.message, /"toString".*"heard"/);
});

test("given a question the actor does not know, when it was asked, then the actor is alive (row 38)", async () => {
  const listener = new Listener();
  await askAnything(listener, "__proto__");
  assert.equal(listener.actor.isAccepting, true);
});

/** As code without types could ask. */
function askAnything({ actor }: Listener, name: string): Promise<Reply<unknown>> {
  const untyped: { ask(name: string, question: undefined): Promise<Reply<unknown>> } = actor;
  return untyped.ask(name, undefined);
}

test("given an actor without time, when a query has a limit, then it is answered as abandoned by then", async () => {
  const { actor, clock } = new Listener();
  const reply = actor.ask("later", 10_000, { timeoutMs: 1_000 });
  await clock.advance(1_000);
  assert.equal(codeOf(await reply), "DRV_ACTOR_QUERY_ABANDONED");
});

test("given a query in time, when it had a limit, then no timer is left", async () => {
  const { actor, clock } = new Listener();
  await actor.ask("heard", undefined, { timeoutMs: 1_000 });
  assert.equal(clock.pendingTimerCount, 0);
});

test("given a query that waits, when whoever asked is stopped, then it is answered as abandoned", async () => {
  const controller = new AbortController();
  const reply = new Listener().actor.ask("heard", undefined, { signal: controller.signal });
  controller.abort();
  assert.equal(codeOf(await reply), "DRV_ACTOR_QUERY_ABANDONED");
});

// Faults

test("given a handler with a bug, when it throws, then the actor ends with the fault", async () => {
  const end = await new Listener().tell("bug").actor.ended;
  assert.match(end?.error.message ?? "", /"listener" failed: boom/);
});

test("given a handler with a bug, when it rejects, then the actor ends with the fault", async () => {
  const listener = new Listener();
  listener.onCommand = () => Promise.reject(new Error("later boom"));
  assert.match((await listener.tell("a").actor.ended)?.error.message ?? "", /later boom/);
});

test("given two actors, when one of them faults, then the other goes on", async () => {
  const turns = new TurnQueue(new FakeClock());
  await new Listener({ turns }).tell("bug").actor.ended;
  assert.deepEqual(await new Listener({ turns }).tell("a").actor.ask("heard", undefined), ok(["a"]));
});

test("given messages behind the one that faults, when it faults, then they are not handled", async () => {
  const { heard } = await new Listener().tell("a", "bug", "b").settle();
  assert.deepEqual(heard, ["a"]);
});

test("given a query with a bug, when it is asked, then the reply says that the actor failed", async () => {
  assert.equal(codeOf(await new Listener().actor.ask("broken", undefined)), "DRV_ACTOR_FAULTED");
});

test("given a query behind the message that faults, when it faults, then the query is answered with an error", async () => {
  assert.equal(codeOf(await new Listener().tell("bug").actor.ask("heard", undefined)), "DRV_ACTOR_STOPPED");
});

// Limits

test("given a full mailbox, when one more message is sent, then it is refused", () => {
  const { actor } = new Listener({ mailboxLimit: 2 }).tell("a", "b");
  assert.equal(codeOf(actor.tell("c")), "DRV_ACTOR_MAILBOX_FULL");
});

test("given a full mailbox, when a query is sent, then it is refused at once", async () => {
  const { actor } = new Listener({ mailboxLimit: 2 }).tell("a", "b");
  assert.equal(codeOf(await actor.ask("heard", undefined)), "DRV_ACTOR_MAILBOX_FULL");
});

test("given a refused message, when the waiting ones are handled, then none of them is lost", async () => {
  const { heard } = await new Listener({ mailboxLimit: 2 }).tell("a", "b", "c").settle();
  assert.deepEqual(heard, ["a", "b"]);
});

test("given a mailbox that was full, when its messages are handled, then there is room again", async () => {
  const { actor } = await new Listener({ mailboxLimit: 2 }).tell("a", "b").settle();
  assert.equal(codeOf(actor.tell("c")), undefined);
});

// Ends

test("given a stopped actor, when it is told something, then that is refused", async () => {
  const { actor } = new Listener();
  await actor.stop();
  assert.equal(codeOf(actor.tell("a")), "DRV_ACTOR_STOPPED");
});

test("given a stopped actor, when it is asked something, then the reply says so", async () => {
  const { actor } = new Listener();
  await actor.stop();
  assert.equal(codeOf(await actor.ask("heard", undefined)), "DRV_ACTOR_STOPPED");
});

test("given a waiting query, when the actor is stopped, then the query is answered", async () => {
  const { actor } = new Listener();
  const reply = actor.ask("heard", undefined);
  await actor.stop();
  assert.equal(codeOf(await reply), "DRV_ACTOR_STOPPED");
});

test("given a handler at work, when the actor is stopped, then its signal aborts and its end is no fault", async () => {
  const listener = new Listener();
  listener.onCommand = (_, signal) => listener.clock.sleep(60_000, signal);
  await listener.tell("a").settle();
  await listener.actor.stop();
  assert.equal(await listener.actor.ended, undefined);
});

test("given a handler that ends its own actor, when it has returned, then that was a normal end", async () => {
  const listener = new Listener();
  listener.onCommand = () => listener.actor.end();
  assert.equal(await listener.tell("a", "b").actor.ended, undefined);
});

test("given a handler that ends its own actor and throws, when it has ended, then that was a fault", async () => {
  const listener = new Listener();
  listener.onCommand = () => {
    listener.actor.end();
    throw new Error("boom");
  };
  assert.equal((await listener.tell("a").actor.ended)?.kind, "faulted");
});

test("given an actor that takes no more messages, when it drains, then those that wait are handled", async () => {
  const { actor, heard } = new Listener().tell("a", "b");
  actor.stopAccepting();
  await actor.drain(new AbortController().signal);
  assert.deepEqual(heard, ["a", "b"]);
});

test("given an actor at work, when the time for draining is up, then the drain ends with the reason", async () => {
  const listener = new Listener();
  listener.onCommand = (_, signal) => listener.clock.sleep(60_000, signal);
  await listener.tell("a").settle();
  await assert.rejects(listener.actor.drain(AbortSignal.abort(new Error("late"))), /late/);
});
