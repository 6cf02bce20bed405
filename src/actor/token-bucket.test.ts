import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { TokenBucket } from "./token-bucket.ts";

test("given a bucket of three, when four are taken at once, then the fourth is refused (row 49)", () => {
  const bucket = new TokenBucket({ capacity: 3, refillPerSecond: 1 }, 0);
  assert.deepEqual(
    [0, 0, 0, 0].map((nowMs) => bucket.take(nowMs)),
    [true, true, true, false],
  );
});

test("given an empty bucket, when a second is over, then one is allowed (row 49)", () => {
  const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 }, 0);
  assert.deepEqual(
    [0, 999, 1_000, 1_000].map((nowMs) => bucket.take(nowMs)),
    [true, false, true, false],
  );
});

test("given an empty bucket, when it is looked at every millisecond, then parts of a token are kept", () => {
  const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 3 }, 0);
  const taken = Array.from({ length: 1_001 }, (_, nowMs) => bucket.take(nowMs)).filter((isTaken) => isTaken).length;
  assert.equal(taken, 3);
});

test("given any bucket without a token, when the time it names is over, then there is one and no earlier", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5_000 }),
      fc.nat(5_000),
      (capacity, rate, ms) => {
        const bucket = new TokenBucket({ capacity, refillPerSecond: rate / 10 }, 0);
        while (bucket.take(ms)) continue;
        const waitMs = bucket.waitMs(ms);
        assert.equal(waitMs, Math.ceil(10_000 / rate));
        assert.equal(bucket.take(ms + waitMs - 1), false);
        assert.equal(bucket.take(ms + waitMs), true);
      },
    ),
  );
});

test("given a time before the last one, when a token is taken, then nothing is filled twice", () => {
  const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 }, 1_000);
  assert.deepEqual(
    [1_000, 0, 1_500].map((nowMs) => bucket.take(nowMs)),
    [true, false, false],
  );
});
