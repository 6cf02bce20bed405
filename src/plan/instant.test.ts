import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseInstant } from "./instant.ts";

test("given any date, when its ISO text is read, then it is the same instant", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (atMs) => {
      assert.equal(parseInstant(new Date(atMs).toISOString()), atMs);
    }),
  );
});

test("given a zone, when an instant is read, then it counts", () => {
  assert.equal(parseInstant("2026-03-29T12:00:00+02:00"), Date.parse("2026-03-29T10:00:00Z"));
  assert.equal(parseInstant("2026-03-29 12:00-0530"), Date.parse("2026-03-29T17:30:00Z"));
  assert.equal(parseInstant(1_000), 1_000);
});

test("given no instant, when it is read, then there is none", () => {
  const noZone = ["2026-03-29T12:00:00", "2026-03-29"];
  const noDate = ["2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z"];
  for (const text of [...noZone, ...noDate, "tomorrow", "", "1969-12-31T23:59:59Z", "2026-01-01T00:00:00+25:00"]) {
    assert.equal(parseInstant(text), undefined, text);
  }
  for (const value of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, undefined, null, {}]) {
    assert.equal(parseInstant(value), undefined);
  }
});
