import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SeededRandom } from "../testing/seeded-random.ts";
import { DUE_RETRY, DUE_TOTAL_TIMEOUT, type DueEntry, DueQueue } from "./due-queue.ts";
import { IntQueue } from "./int-queue.ts";
import { ReadyQueue } from "./ready-queue.ts";
import { comesFirst, type StartOrder } from "./start-order.ts";

test("given any pushes from both ends and shifts, when an integer queue is compared with a list, then both agree", () => {
  const action = fc.oneof(fc.nat(9), fc.constant("shift"), fc.record({ front: fc.nat(9) }));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const queue = new IntQueue();
      const list: number[] = [];
      for (const one of actions) {
        if (one === "shift") assert.equal(queue.shift(), list.shift() ?? -1);
        else if (typeof one === "number") list.push((queue.push(one), one));
        else list.unshift((queue.unshift(one.front), one.front));
        assert.equal(queue.size, list.length);
      }
    }),
  );
});

test("given a cleared queue, when it is shifted, then it is empty", () => {
  const queue = new IntQueue();
  queue.push(1);
  queue.clear();
  assert.equal(queue.shift(), -1);
});

/** Few distinct keys, so that every tie is broken by each of the rules. */
const orders: fc.Arbitrary<StartOrder> = fc
  .array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 200 })
  .map((tasks) => ({
    orderKey: Float64Array.from(tasks, ([key]) => key),
    softRank: Uint32Array.from(tasks, ([, rank]) => rank),
  }));

test("given any tasks, when they are taken from the ready queue, then each comes before the next", () => {
  fc.assert(
    fc.property(orders, fc.integer({ min: 1 }), (order, seed) => {
      const queue = new ReadyQueue(order);
      const random = new SeededRandom(seed);
      const shuffled = Array.from(order.softRank, (_, task) => ({ task, at: random.next() }));
      for (const { task } of shuffled.sort((left, right) => left.at - right.at)) queue.push(task, 0);
      let last = queue.top();
      queue.pop();
      for (let task = queue.top(); task !== -1; task = queue.top()) {
        assert.ok(comesFirst(order, last, task));
        queue.pop();
        last = task;
      }
    }),
  );
});

test("given several units of one task, when they are taken from the ready queue, then they come in order", () => {
  const queue = new ReadyQueue({ orderKey: new Float64Array(1), softRank: new Uint32Array(1) });
  for (const unit of [3, 1, 2]) queue.push(0, unit);
  const units: number[] = [];
  while (queue.size > 0) {
    units.push(queue.topUnit());
    queue.pop();
  }
  assert.deepEqual(units, [1, 2, 3]);
});

test("given an empty ready queue, when it is popped, then nothing happens", () => {
  const queue = new ReadyQueue({ orderKey: new Float64Array(1), softRank: new Uint32Array(1) });
  queue.pop();
  assert.deepEqual([queue.top(), queue.size], [-1, 0]);
});

test("given entries of recurring and of own times, when they are taken, then they come in the order of time", () => {
  const entries = fc.array(fc.record({ delayMs: fc.option(fc.constantFrom(10, 20, 50)), dueMs: fc.nat(100) }));
  fc.assert(
    fc.property(entries, (some) => {
      const queue = new DueQueue(() => true);
      for (const [nowMs, { delayMs, dueMs }] of some.entries()) {
        if (delayMs === null) queue.at({ dueMs, kind: DUE_RETRY, key: nowMs, attempt: 1 });
        else queue.after(delayMs, { dueMs: nowMs + delayMs, kind: DUE_TOTAL_TIMEOUT, key: nowMs, attempt: 1 });
      }
      const taken = drain(queue);
      assert.equal(taken.length, some.length);
      assert.deepEqual(
        taken,
        taken.toSorted((left, right) => left - right),
      );
    }),
  );
});

test("given entries that have lost their meaning, when the queue is asked, then they are passed over", () => {
  const dead = new Set([0, 1, 3]);
  const queue = new DueQueue((entry) => !dead.has(entry.key));
  for (let key = 0; key < 4; key++) queue.after(10, { dueMs: 10 + key, kind: DUE_TOTAL_TIMEOUT, key, attempt: 1 });
  queue.at({ dueMs: 1, kind: DUE_RETRY, key: 0, attempt: 1 });
  assert.deepEqual(drain(queue), [12]);
});

test("given a million entries that end before they are due, when they pass through, then only the live ones come out", () => {
  let oldest = 0;
  const queue = new DueQueue((entry) => entry.key >= oldest);
  for (let key = 0; key < 1_000_000; key++) {
    queue.after(1_000_000, { dueMs: key + 1_000_000, kind: DUE_TOTAL_TIMEOUT, key, attempt: 1 });
    oldest = key - 8;
  }
  assert.equal(drain(queue).length, 9);
});

function drain(queue: DueQueue): number[] {
  const entry: DueEntry = { dueMs: 0, kind: 0, key: 0, attempt: 0 };
  const times: number[] = [];
  while (queue.peek(entry)) {
    times.push(entry.dueMs);
    queue.drop();
  }
  return times;
}
