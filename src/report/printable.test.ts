import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { printable, printableLines } from "./printable.ts";

const HOSTILE = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom(
      "\u001b[31m",
      "\u001b]0;title\u0007",
      "\u001b]8;;http://x\u001b\\",
      "\u001bP1$r\u001b\\",
      "\u009b2J",
      "\r\n",
      "\u202e",
    ),
  ),
  { maxLength: 8 },
);

test("given any text, when it is made printable, then no control character, no escape and no override is left", () => {
  fc.assert(
    fc.property(HOSTILE, (parts) => {
      assert.doesNotMatch(printable(parts.join("")), /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]/v);
    }),
  );
});

test("given printable text, when it is made printable again, then nothing changes", () => {
  fc.assert(
    fc.property(HOSTILE, (parts) => {
      const once = printable(parts.join(""));
      assert.equal(printable(once), once);
    }),
  );
});

test("given colours, titles and links of a terminal, when they are made printable, then only their text is left", () => {
  assert.equal(printable("\u001b[1;31mred\u001b[0m"), "red");
  assert.equal(printable("a\u001b]0;window title\u0007b"), "ab");
  assert.equal(printable("\u001b]8;;https://example.org\u001b\\link\u001b]8;;\u001b\\"), "link");
  assert.equal(printable("\u001b[2J\u001b[Hclear"), "clear");
});

test("given a sequence that is cut off, when it is made printable, then nothing of it comes through", () => {
  assert.equal(printable("text\u001b]0;never ends"), "text");
  assert.equal(printable("text\u001b"), "text");
});

test("given several lines, when they are taken apart, then every kind of line break counts once", () => {
  assert.deepEqual(printableLines("a\r\nb\nc\rd\u2028e\n"), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(printableLines(""), [""]);
});

test("given ten megabytes, when they are made printable, then what is shown is bounded", () => {
  assert.ok(printable("x".repeat(10_000_000)).length <= 100_001);
});
