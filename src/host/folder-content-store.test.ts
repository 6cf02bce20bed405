import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createFolderContentStore } from "./folder-content-store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function storeFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "drover-contents-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("given an empty store, when content is put, then it is found by name and read by digest", async (context) => {
  const store = createFolderContentStore(await storeFolder(context));
  const put = await store.put("nginx.conf", bytes("one"), "template");
  assert.ok(put.ok);
  assert.equal(put.value.changed, true);
  assert.equal(put.value.version, 1);
  const found = await store.find("nginx.conf");
  assert.ok(found.ok && found.value !== undefined);
  const read = await store.read(found.value.sha256);
  assert.ok(read.ok);
  assert.equal(new TextDecoder().decode(read.value), "one");
});

test("given stored content, when the same is put again by another store on the folder, then nothing changes", async (context) => {
  const folder = await storeFolder(context);
  await createFolderContentStore(folder).put("a", bytes("one"), "raw");
  const again = await createFolderContentStore(folder).put("a", bytes("one"), "raw");
  assert.ok(again.ok);
  assert.equal(again.value.changed, false);
});

test("given stored content, when other content is put under the name, then it becomes the next version", async (context) => {
  const store = createFolderContentStore(await storeFolder(context));
  await Promise.all([store.put("a", bytes("one"), "raw"), store.put("a", bytes("two"), "raw")]);
  const found = await store.find("a");
  assert.ok(found.ok);
  assert.equal(found.value?.version, 2);
});

test("given hostile names, when content is put, then it stays inside the folder and keeps its name", async (context) => {
  const folder = await storeFolder(context);
  const store = createFolderContentStore(folder);
  for (const name of ["../../escape", "__proto__", "a\nb", "x".repeat(10_000)]) {
    assert.ok((await store.put(name, bytes(name), "raw")).ok);
  }
  const listed = await store.list();
  assert.ok(listed.ok);
  assert.equal(listed.value.length, 4);
  assert.deepEqual((await readdir(folder)).sort(), ["blobs", "names"]);
});

test("given a stored blob changed on disk, when it is read, then the digest gives it away", async (context) => {
  const folder = await storeFolder(context);
  const store = createFolderContentStore(folder);
  const put = await store.put("a", bytes("one"), "raw");
  assert.ok(put.ok);
  await writeFile(join(folder, "blobs", put.value.sha256), "two");
  const read = await store.read(put.value.sha256);
  assert.ok(!read.ok);
  assert.equal(read.error.code, "DRV_CONTENT_CORRUPT");
});

test("given a digest that is a path, when it is read, then it is refused", async (context) => {
  const store = createFolderContentStore(await storeFolder(context));
  const read = await store.read("../names/x");
  assert.ok(!read.ok);
  assert.equal(read.error.code, "DRV_CONTENT_NOT_FOUND");
});

test("given stored content, when its files are looked at, then only the user may read them", async (context) => {
  const folder = await storeFolder(context);
  const put = await createFolderContentStore(folder).put("a", bytes("one"), "raw");
  assert.ok(put.ok);
  assert.equal((await stat(join(folder, "blobs", put.value.sha256))).mode & 0o777, 0o600);
});
