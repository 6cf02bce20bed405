import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nameDefect } from "./task-name.ts";

test("given names that look dangerous but are not, when they are judged, then they are fine", () => {
  for (const name of [
    "__proto__",
    "constructor",
    "; rm -rf",
    "$(x)",
    "a b",
    "'\"",
    "été",
    "名前",
    "a.b",
    "x".repeat(200),
  ]) {
    assert.equal(nameDefect(name), undefined, name);
  }
});

test("given names that cannot be used, when they are judged, then the reason is said", () => {
  const cases: [unknown, RegExp][] = [
    ["", /empty/],
    ["   ", /empty/],
    ["x".repeat(201), /201 characters/],
    ["x".repeat(10_000), /10000 characters/],
    ["a\nb", /control character/],
    ["a\0b", /control character/],
    ["a/b", /reserved/],
    ["a[b]", /reserved/],
    ["e\u0301", /normal form/],
    ["\ud800", /half of a character/],
    [undefined, /of type undefined/],
    [null, /null/],
    [5, /of type number/],
  ];
  for (const [name, reason] of cases) assert.match(nameDefect(name) ?? "", reason);
});

test("given any text, when it is judged, then the answer comes without throwing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => typeof nameDefect(name) !== "number"));
});
