import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LiveRegion } from "../../src/cli/live-region.ts";
import { VirtualTerminal } from "./virtual-terminal.ts";

const STYLE = { hasColor: false, hasUnicode: true };
const TEXT = fc
  .string({ unit: fc.constantFrom("a", "b", " ", "x"), minLength: 1, maxLength: 30 })
  .map((text) => `${text}.`);
const FRAME = fc.record({ lines: fc.array(TEXT, { maxLength: 6 }), permanent: fc.array(TEXT, { maxLength: 3 }) });

test("given any sequence of frames, when they are drawn, then a person sees what stays, then the last region", () => {
  fc.assert(
    fc.property(fc.array(FRAME, { maxLength: 12 }), (frames) => {
      const terminal = new VirtualTerminal({ columns: 40, rows: 10 });
      const region = new LiveRegion(terminal, STYLE);
      const permanent: string[] = [];
      for (const frame of frames) {
        region.draw(
          frame.lines.map((line) => [line]),
          frame.permanent.map((line) => [line]),
        );
        permanent.push(...frame.permanent);
        const expected = [...permanent, ...frame.lines].map((line) => line.trimEnd()).join("\n");
        assert.equal(terminal.text, expected.trimEnd());
      }
    }),
  );
});

test("given any frames and window sizes, when a window becomes narrower or wider, then nothing is left behind", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(FRAME, fc.integer({ min: 33, max: 60 })), { maxLength: 10 }), (steps) => {
      const terminal = new VirtualTerminal({ columns: 60, rows: 30 });
      const region = new LiveRegion(terminal, STYLE);
      const permanent: string[] = [];
      for (const [frame, columns] of steps) {
        terminal.resize(columns);
        region.draw(
          frame.lines.map((line) => [line]),
          frame.permanent.map((line) => [line]),
        );
        permanent.push(...frame.permanent);
      }
      region[Symbol.dispose]();
      assert.equal(terminal.text, permanent.map((line) => line.trimEnd()).join("\n"));
    }),
  );
});

test("given lines wider than the window, when they are drawn, then those of the region are cut and the others wrapped", () => {
  const terminal = new VirtualTerminal({ columns: 30, rows: 10 });
  const region = new LiveRegion(terminal, STYLE);
  region.draw([["region ".repeat(10)]], [["stays ".repeat(10)]]);
  const lines = terminal.text.split("\n");
  assert.deepEqual(lines, [
    "stays stays stays stays stays",
    "stays stays stays stays stays",
    "region region region region …",
  ]);
});

test("given frames that are equal, when they are drawn again, then nothing is written", () => {
  const terminal = new VirtualTerminal();
  const region = new LiveRegion(terminal, STYLE);
  region.draw([["one"], ["two"]]);
  const before = terminal.written;
  region.draw([["one"], ["two"]]);
  assert.equal(terminal.written, before);
});

test("given one line that differs, when it is drawn, then the others are not written again", () => {
  const terminal = new VirtualTerminal();
  const region = new LiveRegion(terminal, STYLE);
  const long = "x".repeat(70);
  region.draw([[long], [long], ["1"]]);
  const before = terminal.written;
  region.draw([[long], [long], ["2"]]);
  assert.ok(terminal.written - before < 60);
});

test("given a region, when it is shown and taken off, then the cursor is hidden and given back", () => {
  const terminal = new VirtualTerminal();
  const region = new LiveRegion(terminal, STYLE);
  region.draw([["one"]]);
  assert.equal(terminal.isCursorVisible, false);
  region[Symbol.dispose]();
  assert.equal(terminal.isCursorVisible, true);
  assert.equal(terminal.text, "");
});
