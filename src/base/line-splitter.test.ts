import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LINE_LENGTH_MAX, LineSplitter } from "./line-splitter.ts";

function split(chunks: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

test("given any text cut anywhere into chunks, when split, then the lines are those of the whole text", () => {
  const text = fc.array(fc.constantFrom("a", "ü", "€", "\u{1f642}", "\n", "\r\n", "\r"), { maxLength: 60 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(50), { maxLength: 20 }), (pieces, sizes) => {
      const bytes = Buffer.from(pieces.join(""));
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
      chunks.push(bytes.subarray(at));
      const expected = pieces.join("").split("\n");
      if (expected.at(-1) === "") expected.pop();
      assert.deepEqual(
        split(chunks),
        expected.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line)),
      );
    }),
  );
});

test("given arbitrary bytes, when split, then nothing breaks and broken characters become U+FFFD", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), (chunks) => {
      const joined = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks));
      const expected = joined.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
      const lines = split(chunks);
      assert.deepEqual(lines, joined.endsWith("\n") || joined === "" ? expected.slice(0, -1) : expected);
    }),
  );
});

test("given lines at the limit and one past it, when split, then only the longer is cut", () => {
  const fitting = "x".repeat(LINE_LENGTH_MAX);
  assert.deepEqual(split([Buffer.from(`${fitting}\n${fitting}y\nz`)]), [fitting, fitting, "z"]);
  const byChunks = Array.from({ length: 10 }, () => Buffer.from("x".repeat(LINE_LENGTH_MAX / 4)));
  assert.deepEqual(split([...byChunks, Buffer.from("\nnext\n")]), [fitting, "next"]);
});

test("given a cut between the halves of a character, when a line is too long, then neither half remains", () => {
  const [line = ""] = split([Buffer.from(`${"x".repeat(LINE_LENGTH_MAX - 1)}\u{1f642}\n`)]);
  assert.equal(line, "x".repeat(LINE_LENGTH_MAX - 1));
});
