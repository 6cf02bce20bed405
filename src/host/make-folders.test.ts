import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { makeFolders, makeFoldersSync } from "./make-folders.ts";
import { temporaryFolder } from "./test-kit/temporary-folder.ts";

test("given missing folders, when they are made, also twice at once, then all are there with the mode", async () => {
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  await Promise.all([makeFolders(`${folder}/a/b/c`, 0o700), makeFolders(`${folder}/a/b/c`, 0o700)]);
  makeFoldersSync(`${folder}/a/b/c/d`, 0o700);
  assert.equal(statSync(`${folder}/a/b/c/d`).mode & 0o777, 0o700);
});

test("given a file where a folder should be, when folders are made, then that is an error and the file stays", async () => {
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  writeFileSync(`${folder}/file`, "kept");
  await assert.rejects(makeFolders(`${folder}/file`, 0o700), { code: "EEXIST" });
  await assert.rejects(makeFolders(`${folder}/file/below`, 0o700), { code: "ENOTDIR" });
  assert.throws(() => makeFoldersSync(`${folder}/file`, 0o700), { code: "EEXIST" });
  assert.equal(statSync(`${folder}/file`).isFile(), true);
});

test(
  "given a file system that takes no folders, when they are made, then it ends with an error",
  { timeout: 5_000 },
  async () => {
    await assert.rejects(makeFolders("/proc/none/below", 0o700));
    assert.throws(() => makeFoldersSync("/proc/none/below", 0o700));
  },
);
