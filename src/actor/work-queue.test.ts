import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { createWorkQueue, type QueueKind } from "./work-queue.ts";

interface Item {
  readonly name: string;
  readonly lane: string;
  readonly priority: number;
}

const OPTIONS = { laneOf: ({ lane }: Item) => lane, priorityOf: ({ priority }: Item) => priority };

const ITEMS: readonly Item[] = [
  { name: "a1", lane: "a", priority: 0 },
  { name: "a2", lane: "a", priority: 9 },
  { name: "a3", lane: "a", priority: 0 },
  { name: "b1", lane: "b", priority: 9 },
  { name: "c1", lane: "__proto__", priority: -1 },
];

function takeAll(kind: QueueKind, items: readonly Item[]): readonly Item[] {
  const queue = createWorkQueue(kind, OPTIONS);
  for (const item of items) queue.put(item);
  const taken: Item[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

for (const [kind, order] of [
  ["fifo", ["a1", "a2", "a3", "b1", "c1"]],
  ["lifo", ["c1", "b1", "a3", "a2", "a1"]],
  ["roundRobin", ["a1", "b1", "c1", "a2", "a3"]],
  ["priority", ["a2", "b1", "a1", "a3", "c1"]],
] as const) {
  test(`given the same items, when a ${kind} queue gives them back, then it is in its order (row 36)`, () => {
    assert.deepEqual(
      takeAll(kind, ITEMS).map(({ name }) => name),
      order,
    );
  });
}

test("given a lane that ran empty, when it gets an item, then it is the last to have its turn", () => {
  const queue = createWorkQueue("roundRobin", OPTIONS);
  for (const item of ITEMS.slice(1, 4)) queue.put(item);
  const taken = [queue.take(), queue.take()];
  queue.put({ name: "b2", lane: "b", priority: 0 });
  taken.push(queue.take(), queue.take(), queue.take());
  assert.deepEqual(
    taken.map((item) => item?.name),
    ["a2", "b1", "a3", "b2", undefined],
  );
});

const anyItems = fc.array(
  fc.record({ name: fc.string(), lane: fc.constantFrom("a", "b", "c"), priority: fc.integer({ min: -2, max: 2 }) }),
  { maxLength: 60 },
);

test("given any items, when a priority queue gives them back, then that is a stable sort", () => {
  fc.assert(
    fc.property(anyItems, (items) => {
      assert.deepEqual(
        takeAll("priority", items),
        items.toSorted((left, right) => right.priority - left.priority),
      );
    }),
  );
});

test("given any items, when a round-robin queue gives them back, then no lane is two turns ahead of a waiting one", () => {
  fc.assert(
    fc.property(anyItems, (items) => {
      const taken = takeAll("roundRobin", items);
      assert.equal(taken.length, items.length);
      const left = Map.groupBy<string, Item>(items, ({ lane }) => lane);
      const turns = new Map([...left.keys()].map((lane) => [lane, 0]));
      for (const { lane } of taken) {
        turns.set(lane, (turns.get(lane) ?? 0) + 1);
        for (const [other, waiting] of left) {
          const had = turns.get(other) ?? 0;
          if (had < waiting.length) assert.ok((turns.get(lane) ?? 0) <= had + 1);
        }
      }
    }),
  );
});
