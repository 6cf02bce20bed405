import assert from "node:assert/strict";
import { test } from "node:test";
import { captureWrites } from "./output-capture.ts";

class FakeStream {
  text = "";
  write = (chunk: string | Uint8Array): boolean => {
    this.text += String(chunk);
    return true;
  };
}

test("given writes of others, when a stream is captured, then whole lines arrive and nothing is written", () => {
  const stream = new FakeStream();
  const lines: string[] = [];
  const capture = captureWrites(stream, (line) => lines.push(line));
  stream.write("one\ntw");
  stream.write(new TextEncoder().encode("o\nthree"));
  assert.deepEqual(lines, ["one", "two"]);
  capture[Symbol.dispose]();
  assert.deepEqual(lines, ["one", "two", "three"]);
  assert.equal(stream.text, "");
});

test("given a character split over two writes, when they are captured, then it arrives whole", () => {
  const stream = new FakeStream();
  const lines: string[] = [];
  using _capture = captureWrites(stream, (line) => lines.push(line));
  const bytes = new TextEncoder().encode("ä\n");
  stream.write(bytes.slice(0, 1));
  stream.write(bytes.slice(1));
  assert.deepEqual(lines, ["ä"]);
});

test("given a capture that ended, when others write, then the stream gets it again", () => {
  const stream = new FakeStream();
  captureWrites(stream, () => {})[Symbol.dispose]();
  stream.write("back\n");
  assert.equal(stream.text, "back\n");
});
