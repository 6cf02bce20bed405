import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { must } from "../base/assert.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { RunningChild } from "./child-spec.ts";
import { type FailureLevel, FailureRate } from "./failure-rate.ts";
import { Mailbox } from "./mailbox.ts";
import { backOffMs, RestartWindow } from "./restart-window.ts";
import { Supervisor } from "./supervisor.ts";
import type { Strategy } from "./supervisor-options.ts";

// Laws of supervision, checked against the plainest way to work out the same thing.

const strategies = fc.constantFrom<Strategy>("oneForOne", "oneForAll", "restForOne");
/** Times between events, often exactly on the edge of a window of 100 ms. */
const gaps = fc.array(fc.oneof(fc.nat(60), fc.constantFrom(0, 1, 50, 99, 100, 101)), { maxLength: 60 });

function timesOf(gapsMs: readonly number[]): readonly number[] {
  let timeMs = 0;
  return gapsMs.map((gapMs) => (timeMs += gapMs));
}

test("given any failures, when restarts are counted, then no window has more than allowed and none is refused early", () => {
  fc.assert(
    fc.property(gaps, fc.nat(5), (gapsMs, restarts) => {
      const window = new RestartWindow({ restarts, windowMs: 100 });
      const taken: number[] = [];
      for (const timeMs of timesOf(gapsMs)) {
        const recent = taken.filter((other) => other > timeMs - 100).length;
        assert.equal(window.take(timeMs), recent < restarts ? recent : -1);
        if (recent < restarts) taken.push(timeMs);
      }
    }),
  );
});

test("given any back-off, when restarts follow each other, then each waits twice as long until the longest", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.nat(10_000), fc.nat(2_000), (firstMs, more, before) => {
      const maxMs = firstMs + more;
      let expectedMs = firstMs;
      for (let count = 0; count < before && expectedMs < maxMs; count++) expectedMs *= 2;
      assert.equal(backOffMs({ firstMs, maxMs }, before), Math.min(expectedMs, maxMs));
    }),
  );
});

test("given any failures, when they are counted, then the level is that of the failures within the window", () => {
  fc.assert(
    fc.property(gaps, (gapsMs) => {
      const rate = new FailureRate({ failuresPerSecond: 60, warningPerSecond: 30, windowMs: 100 });
      let hasWarned = false;
      const times = timesOf(gapsMs);
      for (const [index, timeMs] of times.entries()) {
        const recent = times.slice(0, index + 1).filter((other) => other > timeMs - 100).length;
        const level: FailureLevel = recent >= 6 ? "meltdown" : recent >= 3 && !hasWarned ? "warning" : "calm";
        assert.equal(rate.add(timeMs), level);
        if (recent >= 6) return;
        hasWarned = recent >= 3;
      }
    }),
  );
});

test("given any puts and takes, when they are done, then a mailbox is a bounded list", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), fc.integer({ min: 1, max: 70 }), (puts, limit) => {
      const mailbox = new Mailbox<number>(limit);
      const model: number[] = [];
      for (const [index, isPut] of puts.entries()) {
        if (isPut) {
          assert.equal(mailbox.put(index), model.length < limit);
          if (model.length < limit) model.push(index);
        } else assert.equal(mailbox.take(), model.shift());
        assert.equal(mailbox.size, model.length);
      }
    }),
  );
});

/** For each child those before it on which it depends. */
const families = fc
  .integer({ min: 1, max: 7 })
  .chain((count) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, index) => fc.subarray(Array.from({ length: index }).map((__, at) => at))),
    ),
  );

/** Children that fail when told to, and a count of the instances alive. */
class World {
  readonly clock = new FakeClock();
  readonly starts: number[] = [];
  readonly alive: number[] = [];
  readonly fail: (() => void)[] = [];
  readonly supervisor: Supervisor;
  /** How long starts and stops take. */
  slowMs = 0;

  constructor(strategy: Strategy, restarts: number) {
    const restartLimit = { restarts, windowMs: 60_000 };
    this.supervisor = new Supervisor({ name: "world", clock: this.clock, strategy, restartLimit, meltdown: "never" });
  }

  add(index: number, dependsOn: readonly number[]): void {
    this.starts[index] ??= 0;
    this.alive[index] ??= 0;
    this.supervisor.startChild({
      id: String(index),
      dependsOn: dependsOn.map(String),
      start: () =>
        this.slowMs === 0 ? this.#begin(index) : this.clock.sleep(this.slowMs).then(() => this.#begin(index)),
    });
  }

  #begin(index: number): RunningChild {
    this.starts[index] = must(this.starts[index], "added before") + 1;
    this.alive[index] = must(this.alive[index], "added before") + 1;
    const { promise, reject } = Promise.withResolvers<void>();
    let isAlive = true;
    const die = (): void => {
      if (isAlive) this.alive[index] = must(this.alive[index], "added before") - 1;
      isAlive = false;
    };
    this.fail[index] = () => {
      die();
      reject(new Error("boom"));
    };
    return { ended: promise, stop: () => (this.slowMs === 0 ? die() : this.clock.sleep(this.slowMs).then(die)) };
  }
}

/** Who is started again with `failed`, worked out by asking everybody. */
function restartedWith(strategy: Strategy, family: readonly (readonly number[])[], failed: number): readonly number[] {
  const depends = (index: number): boolean =>
    index === failed || (family[index] ?? []).some((dependency) => depends(dependency));
  return family
    .map((_, index) => index)
    .filter((index) => {
      if (strategy === "oneForOne") return index === failed;
      return strategy === "oneForAll" || depends(index);
    });
}

test("given any family and strategy, when children fail one after the other, then exactly those concerned start again", async () => {
  await fc.assert(
    fc.asyncProperty(
      strategies,
      families,
      fc.array(fc.nat(6), { maxLength: 6 }),
      async (strategy, family, failures) => {
        const world = new World(strategy, 1_000);
        for (const [index, dependsOn] of family.entries()) world.add(index, dependsOn);
        const expected = family.map(() => 1);
        for (const failure of failures) {
          const failed = failure % family.length;
          world.fail[failed]?.();
          await world.clock.advance(3_200);
          for (const index of restartedWith(strategy, family, failed))
            expected[index] = must(expected[index], "a child") + 1;
          assert.deepEqual(world.starts, expected);
        }
      },
    ),
    { numRuns: 60 },
  );
});

const steps = fc.array(
  fc.record({ deed: fc.constantFrom("fail", "fail", "stop", "add", "release"), child: fc.nat(6), ms: fc.nat(400) }),
  { maxLength: 25 },
);

test("given slow starts and stops, when anything happens at any time, then no child ever runs twice and all of them rest", async () => {
  await fc.assert(
    fc.asyncProperty(strategies, families, steps, async (strategy, family, deeds) => {
      const world = new World(strategy, 2);
      world.slowMs = 70;
      const { supervisor, clock } = world;
      for (const [index, dependsOn] of family.entries()) world.add(index, dependsOn);
      for (const { deed, child, ms } of deeds) {
        const index = child % family.length;
        if (deed === "fail") world.fail[index]?.();
        if (deed === "stop") void supervisor.stopChild(String(index));
        if (deed === "add") world.add(index, family[index] ?? []);
        if (deed === "release") supervisor.releaseChild(String(index));
        await clock.advance(ms);
        assert.ok(
          world.alive.every((count) => count <= 1),
          "at most one instance",
        );
      }
      await clock.runUntilIdle();
      for (const [index, dependsOn] of family.entries()) {
        const state = supervisor.child(String(index))?.state;
        assert.equal(world.alive[index], state === "running" ? 1 : 0, `${index} is ${state}`);
        assert.ok([undefined, "running", "held", "quarantined"].includes(state), `${index} rests: ${state}`);
        const needed = dependsOn.map((dependency) => supervisor.child(String(dependency))?.state ?? "running");
        if (state === "held")
          assert.ok(
            needed.some((other) => other !== "running"),
            `${index} waits for something`,
          );
      }
      const end = supervisor.stop();
      await clock.runUntilIdle();
      await end;
      assert.deepEqual([...new Set(world.alive)], [0]);
    }),
    { numRuns: 60 },
  );
});
