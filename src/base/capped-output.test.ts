import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CappedOutput } from "./capped-output.ts";

const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

test("given any chunks, when collected, then exactly the first and last half of the limit are kept", () => {
  fc.assert(
    fc.property(chunks, fc.integer({ min: 2, max: 100 }), (parts, bytesMax) => {
      const output = new CappedOutput(bytesMax);
      for (const part of parts) output.push(part);
      const all = Buffer.concat(parts);
      const dropped = Math.max(0, all.length - bytesMax);
      assert.equal(output.droppedBytes, dropped);
      const headLength = Math.ceil(bytesMax / 2);
      const expected =
        dropped === 0
          ? all
          : Buffer.concat([all.subarray(0, headLength), all.subarray(all.length - Math.floor(bytesMax / 2))]);
      assert.deepEqual(Buffer.from(output.bytes()), expected);
    }),
  );
});

test("given text cut in the middle of characters, when read, then only whole characters stand at the cut", () => {
  for (let bytesMax = 4; bytesMax < 40; bytesMax++) {
    const output = new CappedOutput(bytesMax);
    output.push(Buffer.from("aü€\u{1f642}".repeat(20)));
    const text = output.text();
    assert.ok(!text.includes("\ufffd"), text);
    assert.match(text, /\n\[\d+ bytes dropped\]\n/);
  }
});

test("given invalid bytes and a byte order mark, when read, then the first are replaced and the second kept", () => {
  const output = new CappedOutput(100);
  output.push(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff, 0xc3));
  assert.equal(output.text(), "\ufeffa\ufffd\ufffd");
});

test("given no output, when read, then it is empty", () => {
  const output = new CappedOutput(0);
  assert.equal(output.text(), "");
  assert.equal(output.bytes().length, 0);
});
