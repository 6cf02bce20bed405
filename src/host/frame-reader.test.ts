import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameReader, type FrameMark } from "./frame-reader.ts";

const NONCE = "0123456789abcdef";

interface Seen {
  content: string;
  readonly marks: { readonly mark: FrameMark; readonly at: number }[];
}

function read(chunks: readonly Uint8Array[]): Seen {
  const seen: Seen = { content: "", marks: [] };
  const reader = new FrameReader({
    nonce: NONCE,
    onContent: (bytes) => (seen.content += Buffer.from(bytes).toString("latin1")),
    onMark: (mark) => seen.marks.push({ mark, at: seen.content.length }),
  });
  for (const chunk of chunks) reader.push(chunk);
  return seen;
}

test("given content and marks cut anywhere, when read, then both come out as they went in", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 20 }),
    fc.constantFrom("\u001e", `\u001e${NONCE}`, "\n"),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(piece), fc.integer({ min: 1, max: 9 }), (before, after, size) => {
      const [head, tail] = [before.join(""), after.join("")];
      const bytes = Buffer.from(`${head}\u001e${NONCE} end 7 exit 0\n${tail}.`, "latin1");
      fc.pre(!`${head}${tail}`.includes(`\u001e${NONCE} `));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      const seen = read(chunks);
      assert.equal(seen.content, `${head}${tail}.`);
      assert.deepEqual(seen.marks, [{ mark: { kind: "end", id: "7", rest: "exit 0" }, at: head.length }]);
    }),
  );
});

test("given the end of a line, when nothing follows, then it is not held back", () => {
  assert.equal(read([Buffer.from("ready\n")]).content, "ready\n");
});

test("given a mark that never ends, when more comes than a mark may hold, then reading goes on", () => {
  const seen = read([Buffer.from(`\u001e${NONCE} ${"x".repeat(1_000)}`)]);
  assert.equal(seen.content.length, 1_000);
});
