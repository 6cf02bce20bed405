import assert from "node:assert/strict";
import { test } from "node:test";
import { observedHash } from "./observed-hash.ts";

const BYTES = new TextEncoder().encode("content");

test("given equal states, when hashed, then the hashes are equal, in whatever order their members are", () => {
  const one = { mode: 0o644, content: BYTES, links: new Map([["a", 1]]), size: 7n };
  const other = { size: 7n, links: new Map([["a", 1]]), content: new TextEncoder().encode("content"), mode: 0o644 };
  assert.equal(observedHash(one), observedHash(other));
});

test("given states that differ in anything but what is fleeting, when hashed, then the hashes differ", () => {
  const base = { mode: 0o644, content: BYTES, pid: 1 };
  const others = [
    { ...base, mode: 0o600 },
    { ...base, content: BYTES.slice(1) },
    { ...base, owner: "root" },
    undefined,
  ];
  assert.equal(new Set([base, ...others].map(observedHash)).size, others.length + 1);
  assert.equal(observedHash({ ...base, pid: 2, mtimeMs: 3 }), observedHash(base));
});

test("given a state that is no plain data, when hashed, then there is no hash", () => {
  assert.equal(observedHash({ read: () => 1 }), undefined);
});
