import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { attemptToken, newRunId } from "../base/ids.ts";
import { sha256 } from "../base/json.ts";
import { temporaryFolder } from "../host/test-kit/temporary-folder.ts";
import { valueOf } from "../testing/host-suite-subject.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { createFolderPreImageStore } from "./folder-pre-image-store.ts";
import type { StoredPreImage } from "./pre-image-store.ts";

const clock = new FakeClock();
const random = new SeededRandom(7);
const RUNS = [newRunId(clock, random), newRunId(clock, random)] as const;
const tokenOf = (name: string) => attemptToken(sha256(name));

function storedOf(text: string, runId = RUNS[0]): StoredPreImage {
  const blobs = [new TextEncoder().encode(text), new Uint8Array(0), Uint8Array.of(0, 255)];
  return { runId, operation: "file.deploy", preImage: { facts: { mode: 420 }, blobs }, secrets: ["s3cret"] };
}

async function givenFolder(context: TestContext): Promise<string> {
  const folder = await temporaryFolder();
  context.after(() => folder[Symbol.asyncDispose]());
  return join(folder.path, "pre-images");
}

test("given a pre-image, when kept, then another store in the folder reads it, and nobody else does", async (context) => {
  const folder = await givenFolder(context);
  const options = { folder, clock, random };
  assert.equal(valueOf(await createFolderPreImageStore(options).save(tokenOf("a"), storedOf("plain text"))), "saved");
  const store = createFolderPreImageStore(options);
  assert.deepEqual(valueOf(await store.load(tokenOf("a"))), storedOf("plain text"));
  assert.equal(valueOf(await store.load(tokenOf("b"))), undefined);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    assert.equal((await stat(path)).mode & 0o777, 0o600, name);
    assert.ok(!(await readFile(path, "latin1")).match(/plain text|s3cret|file\.deploy/), name);
  }
});

test("given a pre-image that was changed, renamed or has lost its key, when read, then that is told", async (context) => {
  const folder = await givenFolder(context);
  const options = { folder, clock, random };
  const codeOf = async (name: string): Promise<string | undefined> => {
    const loaded = await createFolderPreImageStore(options).load(tokenOf(name));
    return loaded.ok ? undefined : loaded.error.code;
  };
  await createFolderPreImageStore(options).save(tokenOf("a"), storedOf("x"));
  const path = join(folder, `${tokenOf("a")}.${RUNS[0]}`);
  const sealed = await readFile(path);
  for (const at of [0, 7, 20, sealed.length - 1]) {
    const flipped = Buffer.from(sealed);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    await writeFile(path, flipped);
    assert.equal(await codeOf("a"), "DRV_PRE_IMAGE_UNREADABLE", `byte ${at}`);
  }
  await writeFile(path, sealed);
  await rename(path, join(folder, `${tokenOf("b")}.${RUNS[0]}`));
  assert.equal(await codeOf("b"), "DRV_PRE_IMAGE_UNREADABLE");
  await rename(join(folder, `${tokenOf("b")}.${RUNS[0]}`), path);
  assert.equal(await codeOf("a"), undefined);
  await rm(join(folder, "key"));
  assert.equal(await codeOf("a"), "DRV_PRE_IMAGE_UNREADABLE");
});

test("given a key that others can read or that is none, when used, then it is refused", async (context) => {
  const folder = await givenFolder(context);
  await mkdir(folder);
  const save = async (): Promise<string | undefined> => {
    const saved = await createFolderPreImageStore({ folder, clock, random }).save(tokenOf("a"), storedOf("x"));
    return saved.ok ? undefined : saved.error.message;
  };
  await writeFile(join(folder, "key"), "short", { mode: 0o600 });
  assert.match((await save()) ?? "", /is not a key of 32 bytes/);
  await chmod(join(folder, "key"), 0o644);
  assert.match((await save()) ?? "", /others can read the key/);
});

test("given a full store, when a run saves, then the oldest of other runs make room, and its own never do", async (context) => {
  const folder = await givenFolder(context);
  const store = createFolderPreImageStore({ folder, clock, random, bytesMax: 3_000 });
  const save = async (name: string, runId = RUNS[0]) =>
    valueOf(await store.save(tokenOf(name), storedOf("x".repeat(600), runId)));
  assert.equal(await save("other", RUNS[1]), "saved");
  assert.equal(await save("a"), "saved");
  assert.equal(await save("b"), "saved");
  assert.equal(await save("c"), "saved");
  assert.equal(valueOf(await store.load(tokenOf("other"))), undefined);
  assert.equal(await save("d"), "noRoom");
  assert.deepEqual(valueOf(await store.load(tokenOf("a"))), storedOf("x".repeat(600)));
});

test("given a pre-image of more than 7 days, when another is saved, then it is gone", async (context) => {
  const folder = await givenFolder(context);
  const own = new FakeClock();
  const store = createFolderPreImageStore({ folder, clock: own, random });
  await store.save(tokenOf("a"), storedOf("x"));
  await own.advance(8 * 24 * 3_600_000);
  await store.save(tokenOf("b"), storedOf("x"));
  assert.equal(valueOf(await store.load(tokenOf("a"))), undefined);
  assert.equal((await readdir(folder)).length, 2);
});
