import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "../base/json.ts";
import { memoryContentStore } from "./memory-content-store.ts";

const BYTES = new TextEncoder().encode("hello");

test("given stored content, when it is stored again, listed and read, then names and versions are kept", async () => {
  const store = memoryContentStore();
  const entry = { name: "n", sha256: sha256(BYTES), sizeBytes: 5, contentType: "raw", version: 1 };
  assert.deepEqual(await store.put("n", BYTES, "raw"), { ok: true, value: { ...entry, changed: true } });
  assert.deepEqual(await store.put("n", BYTES, "raw"), { ok: true, value: { ...entry, changed: false } });
  await store.put("m", BYTES, "template");
  const listed = await store.list();
  assert.ok(listed.ok);
  assert.deepEqual(
    listed.value.map((each) => each.name),
    ["m", "n"],
  );
  assert.deepEqual(await store.read(entry.sha256), { ok: true, value: BYTES });
});

test("given unknown names and hashes, when they are asked, then there is nothing", async () => {
  const store = memoryContentStore();
  assert.deepEqual(await store.find("__proto__"), { ok: true, value: undefined });
  const read = await store.read(sha256(BYTES));
  assert.ok(!read.ok);
  assert.equal(read.error.code, "DRV_CONTENT_NOT_FOUND");
});

test("given bytes changed after they were stored, when they are read, then the stored ones come back", async () => {
  const store = memoryContentStore();
  const bytes = BYTES.slice();
  await store.put("n", bytes, "raw");
  bytes[0] = 0;
  assert.deepEqual(await store.read(sha256(BYTES)), { ok: true, value: BYTES });
});
