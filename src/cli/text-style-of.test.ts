import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutputStream } from "./output-stream.ts";
import { canRedraw, textStyleOf } from "./text-style-of.ts";

function stream(isTerminal: boolean): OutputStream {
  return { isTerminal, columns: 80, rows: 24, write: () => {}, onResize: () => ({ [Symbol.dispose]: () => {} }) };
}

const CASES: readonly (readonly [
  string,
  boolean,
  Readonly<Record<string, string>>,
  "auto" | "always" | "never",
  boolean,
])[] = [
  ["a terminal", true, {}, "auto", true],
  ["a pipe", false, {}, "auto", false],
  ["NO_COLOR", true, { NO_COLOR: "1" }, "auto", false],
  ["an empty NO_COLOR", true, { NO_COLOR: "" }, "auto", true],
  ["FORCE_COLOR in a pipe", false, { FORCE_COLOR: "1" }, "auto", true],
  ["FORCE_COLOR=0", true, { FORCE_COLOR: "0" }, "auto", false],
  ["a dumb terminal", true, { TERM: "dumb" }, "auto", false],
  ["--color always against NO_COLOR", false, { NO_COLOR: "1" }, "always", true],
  ["--color never against FORCE_COLOR", true, { FORCE_COLOR: "1" }, "never", false],
];

for (const [situation, isTerminal, env, color, hasColor] of CASES) {
  test(`given ${situation}, when the style is chosen, then there are ${hasColor ? "" : "no "}colours`, () => {
    assert.equal(textStyleOf(stream(isTerminal), env, { color }).hasColor, hasColor);
  });
}

test("given a locale, when the style is chosen, then Unicode is used unless it is not UTF-8", () => {
  assert.equal(textStyleOf(stream(true), {}).hasUnicode, true);
  assert.equal(textStyleOf(stream(true), { LANG: "de_DE.UTF-8" }).hasUnicode, true);
  assert.equal(textStyleOf(stream(true), { LANG: "C.utf8" }).hasUnicode, true);
  assert.equal(textStyleOf(stream(true), { LC_ALL: "C", LANG: "de_DE.UTF-8" }).hasUnicode, false);
  assert.equal(textStyleOf(stream(true), { TERM: "linux" }).hasUnicode, false);
});

test("given a build server, a pipe or a dumb terminal, when asked, then nothing is redrawn in place", () => {
  assert.equal(canRedraw(stream(true), {}), true);
  assert.equal(canRedraw(stream(true), { CI: "true" }), false);
  assert.equal(canRedraw(stream(true), { CI: "false" }), true);
  assert.equal(canRedraw(stream(false), {}), false);
  assert.equal(canRedraw(stream(true), { TERM: "dumb" }), false);
});
