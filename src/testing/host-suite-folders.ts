import assert from "node:assert/strict";
import { test } from "node:test";
import { inFolder } from "./host-suite-files.ts";
import { codeOf, putText, statOf, textOf, valueOf, type SubjectOf } from "./host-suite-subject.ts";

export function testHostFolders(subjectOf: SubjectOf): void {
  testStat(subjectOf);
  testFolders(subjectOf);
  testRename(subjectOf);
  testRemove(subjectOf);
  testBatch(subjectOf);
}

function testStat(subjectOf: SubjectOf): void {
  void test("given a file, a folder, a symlink and nothing, when looked at, then each is described", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "12345");
      valueOf(await host.mkdir(`${folder}/sub`, { mode: 0o1770 }));
      valueOf(await host.symlink("absent", `${folder}/link`));
      const file = await statOf(host, `${folder}/file`);
      assert.equal(file.type, "file");
      assert.equal(file.sizeBytes, 5);
      assert.ok(Number.isInteger(file.uid) && Number.isInteger(file.gid));
      assert.ok(file.user.length > 0 && file.group.length > 0);
      assert.ok(Number.isInteger(file.modifiedAtMs));
      const sub = await statOf(host, `${folder}/sub`);
      assert.deepEqual([sub.type, sub.mode], ["directory", 0o1770]);
      assert.equal((await statOf(host, `${folder}/link`)).type, "symlink");
      assert.equal(valueOf(await host.stat(`${folder}/absent`)), undefined);
      assert.equal(valueOf(await host.stat(`${folder}/absent/deeper`)), undefined);
      assert.equal(valueOf(await host.stat(`${folder}/file/below`)), undefined);
    }));

  void test("given a trailing slash, when a path is used, then it does not matter", () =>
    inFolder(subjectOf, async (host, folder) => {
      valueOf(await host.mkdir(`${folder}/sub/`));
      valueOf(await host.symlink("sub", `${folder}/link`));
      assert.equal((await statOf(host, `${folder}/sub//`)).type, "directory");
      assert.equal((await statOf(host, `${folder}/link/`)).type, "symlink");
      valueOf(await host.remove(`${folder}/link/`));
      assert.deepEqual(valueOf(await host.list(`${folder}/`)), ["sub"]);
    }));
}

function testFolders(subjectOf: SubjectOf): void {
  void test("given folders to make, when parents are missing or things stand there, then each case is told apart", () =>
    inFolder(subjectOf, async (host, folder) => {
      assert.equal(codeOf(await host.mkdir(`${folder}/a/b/c`)), "DRV_HOST_FOLDER_NOT_FOUND");
      valueOf(await host.mkdir(`${folder}/a/b/c`, { recursive: true, mode: 0o2750 }));
      assert.equal((await statOf(host, `${folder}/a/b/c`)).mode, 0o2750);
      assert.equal((await statOf(host, `${folder}/a/b`)).mode, 0o755);
      valueOf(await host.mkdir(`${folder}/a/b/c`, { mode: 0o700 }));
      assert.equal((await statOf(host, `${folder}/a/b/c`)).mode, 0o2750, "an existing folder stays as it is");
      await putText(host, `${folder}/file`, "x");
      assert.equal(codeOf(await host.mkdir(`${folder}/file`)), "DRV_HOST_NOT_A_FOLDER");
      assert.equal(codeOf(await host.mkdir(`${folder}/file/sub`, { recursive: true })), "DRV_HOST_NOT_A_FOLDER");
      valueOf(await host.symlink("a", `${folder}/link`));
      valueOf(await host.mkdir(`${folder}/link`));
      assert.equal((await statOf(host, `${folder}/link`)).type, "symlink");
    }));

  void test("given a folder, when it is listed, then hidden names are there and the order is fixed", () =>
    inFolder(subjectOf, async (host, folder) => {
      const names = [".hidden", "..strange", "B", "a", "b", "ä", "10", "9"];
      for (const name of names) await putText(host, `${folder}/${name}`, "");
      assert.deepEqual(valueOf(await host.list(folder)), [...names].sort());
      assert.equal(codeOf(await host.list(`${folder}/absent`)), "DRV_HOST_FOLDER_NOT_FOUND");
      assert.equal(codeOf(await host.list(`${folder}/a`)), "DRV_HOST_NOT_A_FOLDER");
    }));

  void test("given modes, when set on files and folders, then set-id bits come and go as asked", () =>
    inFolder(subjectOf, async (host, folder) => {
      valueOf(await host.mkdir(`${folder}/sub`));
      await putText(host, `${folder}/file`, "x");
      valueOf(await host.symlink("file", `${folder}/link`));
      for (const mode of [0o2775, 0o755, 0o1777, 0o700, 0o6711, 0o000, 0o644]) {
        valueOf(await host.chmod(`${folder}/sub`, mode));
        valueOf(await host.chmod(`${folder}/link`, mode));
        assert.equal((await statOf(host, `${folder}/sub`)).mode, mode);
        assert.equal((await statOf(host, `${folder}/file`)).mode, mode, "a symlink is followed");
      }
      valueOf(await host.symlink("absent", `${folder}/dangling`));
      assert.equal(codeOf(await host.chmod(`${folder}/dangling`, 0o600)), "DRV_HOST_FILE_NOT_FOUND");
      assert.equal(codeOf(await host.chmod(`${folder}/absent`, 0o600)), "DRV_HOST_FILE_NOT_FOUND");
    }));
}

function testRename(subjectOf: SubjectOf): void {
  void test("given something at the target, when renamed, then files replace files and never move into folders", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/one`, "one");
      await putText(host, `${folder}/two`, "two");
      valueOf(await host.rename(`${folder}/one`, `${folder}/two`));
      assert.equal(await textOf(host, `${folder}/two`), "one");
      valueOf(await host.mkdir(`${folder}/sub`));
      assert.equal(codeOf(await host.rename(`${folder}/two`, `${folder}/sub`)), "DRV_HOST_NOT_A_FILE");
      assert.equal(codeOf(await host.rename(`${folder}/sub`, `${folder}/two`)), "DRV_HOST_NOT_A_FOLDER");
      valueOf(await host.symlink("sub", `${folder}/link`));
      valueOf(await host.rename(`${folder}/two`, `${folder}/link`));
      assert.equal(await textOf(host, `${folder}/link`), "one");
      assert.deepEqual(valueOf(await host.list(`${folder}/sub`)), []);
    }));

  void test("given folders, when renamed, then an empty target gives way and a full one does not", () =>
    inFolder(subjectOf, async (host, folder) => {
      for (const name of ["from", "empty", "full"]) valueOf(await host.mkdir(`${folder}/${name}`));
      await putText(host, `${folder}/from/file`, "x");
      await putText(host, `${folder}/full/file`, "y");
      assert.equal(codeOf(await host.rename(`${folder}/from`, `${folder}/full`)), "DRV_HOST_FOLDER_NOT_EMPTY");
      valueOf(await host.rename(`${folder}/from`, `${folder}/empty`));
      assert.deepEqual(valueOf(await host.list(folder)), ["empty", "full"]);
      assert.equal(await textOf(host, `${folder}/empty/file`), "x");
      assert.equal(codeOf(await host.rename(`${folder}/absent`, `${folder}/b`)), "DRV_HOST_FILE_NOT_FOUND");
      assert.equal(codeOf(await host.rename(`${folder}/full`, `${folder}/c/d`)), "DRV_HOST_FOLDER_NOT_FOUND");
      assert.equal(codeOf(await host.rename(`${folder}/full`, "relative")), "DRV_HOST_PATH_INVALID");
    }));
}

function testRemove(subjectOf: SubjectOf): void {
  void test("given files, symlinks and folders, when removed, then only those go, and absence is fine", () =>
    inFolder(subjectOf, async (host, folder) => {
      valueOf(await host.mkdir(`${folder}/kept`));
      await putText(host, `${folder}/kept/file`, "x");
      valueOf(await host.symlink("kept", `${folder}/link`));
      valueOf(await host.mkdir(`${folder}/tree/deep/deeper`, { recursive: true }));
      valueOf(await host.symlink("../../kept", `${folder}/tree/deep/out`));
      valueOf(await host.remove(`${folder}/link`, { recursive: true }));
      assert.equal(codeOf(await host.remove(`${folder}/tree`)), "DRV_HOST_FOLDER_NOT_EMPTY");
      valueOf(await host.remove(`${folder}/tree`, { recursive: true }));
      valueOf(await host.remove(`${folder}/tree`));
      valueOf(await host.remove(`${folder}/absent/deeper`));
      valueOf(await host.remove(`${folder}/kept/file/below`));
      assert.equal(await textOf(host, `${folder}/kept/file`), "x");
      valueOf(await host.remove(`${folder}/kept/file`));
      valueOf(await host.remove(`${folder}/kept`));
      assert.deepEqual(valueOf(await host.list(folder)), []);
    }));
}

function testBatch(subjectOf: SubjectOf): void {
  void test("given calls of every kind, when batched, then answers stand in their order, failures among them", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "content");
      valueOf(await host.symlink("file", `${folder}/link`));
      const answers = await host.batch([
        { call: "list", path: folder },
        { call: "readFile", path: `${folder}/absent` },
        { call: "readFile", path: `${folder}/file` },
        { call: "readFile", path: `${folder}/file`, bytesMax: 3 },
        { call: "stat", path: `${folder}/absent` },
        { call: "stat", path: "relative" },
        { call: "readlink", path: `${folder}/link` },
      ]);
      const seen = answers.map((answer) => (answer.ok ? answer.value : codeOf(answer)));
      assert.deepEqual(seen, [
        { call: "list", names: ["file", "link"] },
        "DRV_HOST_FILE_NOT_FOUND",
        { call: "readFile", content: new TextEncoder().encode("content") },
        "DRV_HOST_FILE_TOO_LARGE",
        { call: "stat", stat: undefined },
        "DRV_HOST_PATH_INVALID",
        { call: "readlink", target: "file" },
      ]);
      assert.deepEqual(await host.batch([]), []);
    }));
}
