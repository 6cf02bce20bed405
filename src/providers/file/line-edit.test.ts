import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editLines } from "./line-edit.ts";

type Wanted = Parameters<typeof editLines>[1];

function edit(text: string, wanted: Partial<Wanted>): string {
  return editLines(text, { state: "present", ...wanted }).text;
}

test("given a matching line, when a line is wanted, then the last match is replaced", () => {
  assert.equal(edit("a=1\nb=2\na=3\n", { match: "^a=", line: "a=4" }), "a=1\nb=2\na=4\n");
});

test("given no match, when a line is wanted, then it is added at the end", () => {
  assert.equal(edit("a\n", { match: "^z", line: "b" }), "a\nb\n");
  assert.equal(edit("", { line: "b" }), "b\n");
});

test("given a last line without end, when a line is added, then both get one", () => {
  assert.equal(edit("a", { line: "b" }), "a\nb\n");
});

test("given Windows line ends, when a line is added or replaced, then they are kept", () => {
  assert.equal(edit("a\r\nb\r\n", { line: "c" }), "a\r\nb\r\nc\r\n");
  assert.equal(edit("a\r\nb\r\n", { match: "^a$", line: "c" }), "c\r\nb\r\n");
  assert.equal(edit("a\r\n", { line: "a" }), "a\r\n");
});

test("given a place to insert, when a line is added, then it stands there", () => {
  assert.equal(edit("a\nb\na\nc\n", { line: "x", insertAfter: "^a$" }), "a\nb\na\nx\nc\n");
  assert.equal(edit("a\nb\na\nc\n", { line: "x", insertBefore: "^a$" }), "x\na\nb\na\nc\n");
  assert.equal(edit("a\n", { line: "x", insertAfter: "^z$" }), "a\nx\n");
  assert.equal(edit("a\n", { line: "x", insertBefore: "^z$" }), "a\nx\n");
  assert.equal(edit("a\nb", { line: "x", insertAfter: "^b$" }), "a\nb\nx\n");
});

test("given a line that its own expression does not match, when it is there, then nothing is added", () => {
  const once = edit("#a\n#a\n", { match: "^#a", line: "a" });
  assert.equal(once, "#a\na\n");
  assert.equal(edit(once, { match: "^#a", line: "a" }), once);
});

test("given absence is wanted, when lines match or are equal, then all of them go", () => {
  assert.deepEqual(editLines("a\nb\na\n", { state: "absent", line: "a" }), { text: "b\n", lineCount: 2 });
  assert.deepEqual(editLines("a1\nb\na2", { state: "absent", match: "^a" }), { text: "b\n", lineCount: 2 });
  assert.deepEqual(editLines("b\n", { state: "absent", line: "a" }), { text: "b\n", lineCount: 0 });
});

test("given a line with the characters of replacement patterns, when it replaces, then it stands as given", () => {
  assert.equal(edit("a\n", { match: "(a)", line: "$1 $& $$" }), "$1 $& $$\n");
});

test("given any text and any wish, when it is edited twice, then the second time changes nothing", () => {
  const line = fc.constantFrom("a", "b", "#a", "a=1", "");
  const text = fc.array(line, { maxLength: 8 }).chain((lines) => fc.constantFrom(lines.join("\n"), lines.join("\r\n")));
  const expression = fc.option(fc.constantFrom("^a", "^#?a", "b$", "^$", "zz"), { nil: undefined });
  const state = fc.constantFrom("present" as const, "absent" as const);
  fc.assert(
    fc.property(text, line, expression, expression, state, (before, wanted, match, insertAfter, wantedState) => {
      const wish = { line: wanted, match, insertAfter, state: wantedState };
      const once = editLines(before, wish);
      assert.deepEqual(editLines(once.text, wish), { text: once.text, lineCount: 0 });
      if (once.lineCount === 0) assert.equal(once.text, before);
    }),
    { numRuns: 500 },
  );
});
