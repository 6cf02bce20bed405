import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MultiplexedStream } from "./multiplexed-stream.ts";

const frame = fc.record({
  stream: fc.constantFrom("stdout" as const, "stderr" as const),
  bytes: fc.uint8Array({ maxLength: 300 }),
});

function encoded(stream: "stdout" | "stderr", bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream === "stdout" ? 1 : 2;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

/** The bytes of each stream, and the stream of each byte in order. */
function decoded(chunks: readonly Uint8Array[]) {
  const parts = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  let order = "";
  const stream = new MultiplexedStream((name, bytes) => {
    parts[name] = Buffer.concat([parts[name], bytes]);
    order += (name === "stdout" ? "o" : "e").repeat(bytes.length);
  });
  for (const chunk of chunks) stream.push(chunk);
  return { ...parts, order, stream };
}

test("given frames cut anywhere, when they are decoded, then each stream has its bytes in order", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 50 })), (frames, sizes) => {
      const whole = Buffer.concat(frames.map(({ stream, bytes }) => encoded(stream, bytes)));
      const chunks: Uint8Array[] = [];
      for (let at = 0, index = 0; at < whole.length; index++) {
        const size = sizes[index % Math.max(1, sizes.length)] ?? 7;
        chunks.push(whole.subarray(at, at + size));
        at += size;
      }
      const result = decoded(chunks);
      for (const name of ["stdout", "stderr"] as const) {
        const wanted = Buffer.concat(frames.filter(({ stream }) => stream === name).map(({ bytes }) => bytes));
        assert.deepEqual(result[name], wanted);
      }
      const wantedOrder = frames.map(({ stream, bytes }) => (stream === "stdout" ? "o" : "e").repeat(bytes.length));
      assert.equal(result.order, wantedOrder.join(""));
      assert.ok(result.stream.isComplete);
    }),
  );
});

test("given a stream that ends inside of a frame, when it is decoded, then it is not complete", () => {
  const whole = encoded("stdout", new Uint8Array([1, 2, 3]));
  for (let length = 1; length < whole.length; length++) {
    const { stream } = decoded([whole.subarray(0, length)]);
    assert.ok(!stream.isComplete && !stream.isBroken);
  }
});

test("given bytes that are no frames, when they are decoded, then that is said and nothing is passed on", () => {
  for (const text of [
    '{"message":"no such container"}',
    "HTTP/1.1 500",
    "\u0003\0\0\0\0\0\0\u0001x",
    "\u0001\0\u0001\0\0\0\0\u0001x",
  ]) {
    const { stream, stdout, stderr } = decoded([Buffer.from(text, "latin1")]);
    assert.ok(stream.isBroken && !stream.isComplete);
    assert.equal(stdout.length + stderr.length, 0);
  }
});
