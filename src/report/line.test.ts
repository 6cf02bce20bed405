import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatLine, lineWidth, span, type Line } from "./line.ts";
import { textWidth, truncate } from "./text-width.ts";
import { wrapLine } from "./wrap-line.ts";

const PLAIN = { hasColor: false, hasUnicode: true };
const LINE: fc.Arbitrary<Line> = fc.array(
  fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: "grapheme", maxLength: 10 }).map((text) => span(text, "red")),
  ),
  { maxLength: 6 },
);

test("given any line and width, when it is formatted, then it is never wider", () => {
  fc.assert(
    fc.property(LINE, fc.integer({ min: 1, max: 40 }), (line, columns) => {
      assert.ok(textWidth(formatLine(line, { ...PLAIN, columns })) <= columns);
    }),
  );
});

test("given any line, when it is wrapped, then no word is lost and no order changed", () => {
  fc.assert(
    fc.property(LINE, fc.integer({ min: 20, max: 60 }), (line, columns) => {
      const words = (text: string) => text.split(" ").filter((word) => word !== "");
      const wrapped = wrapLine(line, columns).map((row) => formatLine(row, PLAIN));
      assert.deepEqual(words(wrapped.join(" ")), words(formatLine(line, PLAIN)));
    }),
  );
});

test("given a long indented line, when it is wrapped, then what follows is indented alike and fits", () => {
  const line: Line = ["    ", span("one two three four five six seven eight nine ten", "dim")];
  const rows = wrapLine(line, 30).map((row) => formatLine(row, PLAIN));
  assert.deepEqual(rows, ["    one two three four five", "    six seven eight nine ten"]);
});

test("given a style without colours, when a line is formatted, then it holds no escape", () => {
  assert.equal(formatLine([span("a", "red"), "b"], PLAIN), "ab");
  assert.equal(formatLine([span("a", "red"), "b"], { ...PLAIN, hasColor: true }), "\u001b[31ma\u001b[39mb");
});

test("given hostile text in a span, when the line is formatted, then only our own colours are in it", () => {
  assert.equal(formatLine([span("\u001b[2Jx\ny", "red")], { ...PLAIN, hasColor: true }), "\u001b[31mx y\u001b[39m");
});

test("given a terminal without Unicode, when a line is formatted, then our own signs have ASCII counterparts", () => {
  assert.equal(formatLine(["a → b · c…"], { hasColor: false, hasUnicode: false }), "a -> b - c...");
});

test("given wide and combining characters, when they are measured, then columns are counted, not characters", () => {
  assert.equal(textWidth("日本"), 4);
  assert.equal(textWidth("e\u0301"), 1);
  assert.equal(textWidth("🚀"), 2);
  assert.equal(lineWidth([span("日本", "dim"), "x"]), 5);
  assert.equal(truncate("日本語", 5), "日本…");
});
