import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { unifiedDiff } from "./unified-diff.ts";

function diff(before: string, after: string, contextLines?: number): string {
  return unifiedDiff({ before, after, path: "f", ...(contextLines === undefined ? {} : { contextLines }) });
}

/** Applies a diff the way `patch` does, strictly: context and removed lines must be there. */
function patch(before: string, diffText: string): string {
  const source = before.split(/(?<=\n)/).filter((line) => line !== "");
  const result: string[] = [];
  const lines = diffText.split("\n").slice(2, -1);
  let at = 0;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const header = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (header !== null) {
      const start = Number(header[1]) - (header[2] === "0" ? 0 : 1);
      result.push(...source.slice(at, start));
      at = start;
      continue;
    }
    if (line.startsWith("\\")) continue;
    const text = line.slice(1) + (lines[index + 1]?.startsWith("\\") === true ? "" : "\n");
    if (line.startsWith("+")) {
      result.push(text);
    } else {
      assert.equal(source[at], text);
      at++;
      if (line.startsWith(" ")) result.push(text);
    }
  }
  return [...result, ...source.slice(at)].join("");
}

test("given equal texts, when they are compared, then the diff is empty", () => {
  assert.equal(diff("a\nb\n", "a\nb\n"), "");
});

test("given a replaced line, when texts are compared, then the hunk shows it in context", () => {
  assert.equal(
    diff("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nX\ne\nf\n", 2),
    "--- f\n+++ f\n@@ -2,5 +2,5 @@\n b\n c\n-d\n+X\n e\n f\n",
  );
});

test("given a file that does not exist yet, when texts are compared, then the header says so", () => {
  const text = unifiedDiff({ before: "", after: "a\n", path: "/etc/motd", missing: "before" });
  assert.equal(text, "--- /dev/null\n+++ /etc/motd\n@@ -0,0 +1 @@\n+a\n");
});

test("given a missing last line end, when texts are compared, then it is marked", () => {
  assert.equal(diff("a\n", "a"), "--- f\n+++ f\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n");
});

test("given two distant differences, when texts are compared, then each has its hunk", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}\n`);
  const changed = lines.map((line, index) => (index === 2 || index === 25 ? `new ${line}` : line));
  assert.equal(diff(lines.join(""), changed.join("")).match(/^@@/gm)?.length, 2);
});

test("given any two texts, when the diff is applied to the first, then the second comes out", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "c", "", "@@ -1 +1 @@", "+x"), { maxLength: 30 })
    .chain((lines) => fc.constantFrom(lines.join("\n"), `${lines.join("\n")}\n`));
  fc.assert(
    fc.property(text, text, fc.integer({ min: 0, max: 4 }), (before, after, contextLines) => {
      if (before === after) return;
      assert.equal(patch(before, diff(before, after, contextLines)), after);
    }),
    { numRuns: 300 },
  );
});

test("given texts that differ everywhere, when they are compared, then the diff is bounded and counts the rest", () => {
  const before = Array.from({ length: 5_000 }, (_, index) => `before ${index}\n`).join("");
  const after = Array.from({ length: 5_000 }, (_, index) => `after ${index}\n`).join("");
  const lines = diff(before, after).split("\n");
  assert.equal(lines.length, 2 + 400 + 2);
  assert.equal(lines.at(-2), "… 9601 more lines");
});

test("given huge texts or lines, when they are compared, then the diff stays small", () => {
  assert.match(diff("", "x".repeat(10_000_000)), /too large to show: 0 characters before, 10000000 after/);
  assert.ok(diff("", "x".repeat(1_000_000)).length < 1_200);
});
