import assert from "node:assert/strict";
import { test } from "node:test";
import { collectionResult, structToMap } from "./bridge.ts";

interface Answer {
  readonly host: string;
  readonly load: number;
}

const ANSWERS: readonly Answer[] = [
  { host: "a", load: 1 },
  { host: "b", load: 2 },
];

test("given answers of several hosts, when they are mapped, then data comes from the item unless the mapper gave it", () => {
  const result = collectionResult({ results: ANSWERS, jobId: "job-1" }, (item) =>
    item.host === "a" ? { hostname: "a", changed: true } : { hostname: "b", data: { own: true }, durationMs: 5 },
  );
  assert.deepEqual(result, {
    changed: true,
    jobId: "job-1",
    data: { results: ANSWERS, jobId: "job-1" },
    hostResults: [
      { hostname: "a", status: "changed", changed: true, durationMs: 0, data: { host: "a", load: 1 } },
      { hostname: "b", status: "unchanged", changed: false, durationMs: 5, data: { own: true } },
    ],
  });
});

test("given no answers, when they are mapped, then nothing changed and there are no host results", () => {
  assert.deepEqual(
    collectionResult([], () => ({ hostname: "x" })),
    { changed: false, data: [], hostResults: [] },
  );
});

test("given a host with an error, when it is mapped, then the host failed and the result is no failure", () => {
  const error = { code: "DRV_INTERNAL", message: "boom" };
  const result = collectionResult(ANSWERS, (item) => ({ hostname: item.host, error }));
  assert.deepEqual(
    result.hostResults.map((host) => host.status),
    ["failed", "failed"],
  );
  assert.equal(result.changed, false);
});

test("given a status from the mapper, when it is changed, then the host counts as changed", () => {
  const result = collectionResult(ANSWERS, (item) => ({ hostname: item.host, status: "changed" }));
  assert.equal(result.changed, true);
});

test("given a structure, when it becomes a map, then it goes through its JSON form", () => {
  class Point {
    readonly x = 1;
    readonly y = undefined;
  }
  assert.deepEqual(structToMap(new Point()), { x: 1 });
  assert.deepEqual(structToMap({ at: new Date(0) }), { at: "1970-01-01T00:00:00.000Z" });
});

test("given what has no JSON object form, when it becomes a map, then there is none", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const throwing = {
    get value() {
      throw new Error("no");
    },
  };
  for (const value of [undefined, null, cycle, throwing, { call: () => 1 }, [1], "text", 5, { big: 1n }]) {
    assert.equal(structToMap(value), undefined);
  }
});
