import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "../testing/fake-clock.ts";
import type { ChildSpec } from "./child-spec.ts";
import { Supervisor } from "./supervisor.ts";
import type { Strategy } from "./supervisor-options.ts";
import type { SupervisorEvent } from "./supervisor-event.ts";

/** A supervisor whose children do nothing until they are told to fail. */
class Family {
  readonly clock = new FakeClock();
  readonly events: SupervisorEvent[] = [];
  readonly supervisor: Supervisor;
  readonly log: string[] = [];
  readonly #fail = new Map<string, (reason: unknown) => void>();

  constructor(strategy: Strategy) {
    const { clock } = this;
    this.supervisor = new Supervisor({ name: "family", clock, strategy, observer: (event) => this.events.push(event) });
  }

  add(id: string, spec: Partial<ChildSpec> = {}): this {
    const added = this.supervisor.startChild({ id, start: () => this.#start(id), ...spec });
    assert.ok(added.ok);
    return this;
  }

  async fail(id: string): Promise<void> {
    this.#fail.get(id)?.(new Error("boom"));
    await this.clock.advance(0);
  }

  #start(id: string): { ended: Promise<void>; stop: () => void } {
    this.log.push(`+${id}`);
    const { promise, reject } = Promise.withResolvers<void>();
    this.#fail.set(id, reject);
    return { ended: promise, stop: () => void this.log.push(`-${id}`) };
  }
}

test("given three children one for one, when one fails, then it alone is started again", async () => {
  const family = new Family("oneForOne").add("a").add("b").add("c");
  await family.fail("b");
  assert.equal(family.supervisor.child("b")?.state, "waiting");
  await family.clock.advance(100);
  assert.deepEqual(family.log, ["+a", "+b", "+c", "+b"]);
});

test("given three children one for all, when one fails, then all are stopped and started again in order", async () => {
  const family = new Family("oneForAll").add("a").add("b").add("c");
  await family.fail("b");
  await family.clock.advance(100);
  assert.deepEqual(family.log, ["+a", "+b", "+c", "-c", "-a", "+a", "+b", "+c"]);
});

test("given dependants, when a child fails rest for one, then they are stopped before and started after it", async () => {
  const family = new Family("restForOne")
    .add("a")
    .add("b", { dependsOn: ["a"] })
    .add("c")
    .add("d", { dependsOn: ["b"] });
  await family.fail("a");
  await family.clock.advance(100);
  assert.deepEqual(family.log, ["+a", "+b", "+c", "+d", "-d", "-b", "+a", "+b", "+d"]);
});

test("given a running family, when it is shut down, then it stops in reverse order and no timer is left", async () => {
  const family = new Family("oneForOne").add("a").add("b");
  const report = await family.supervisor.shutdown();
  assert.deepEqual(report, { durationMs: 0, children: 2, problems: [], abandoned: [] });
  assert.deepEqual(family.log, ["+a", "+b", "-b", "-a"]);
  assert.equal(family.clock.pendingTimerCount, 0);
});
