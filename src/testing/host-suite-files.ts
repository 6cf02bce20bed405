import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../operation/host.ts";
import {
  codeOf,
  HOSTILE_TEXTS,
  manyBytes,
  putText,
  statOf,
  textOf,
  valueOf,
  type SubjectOf,
} from "./host-suite-subject.ts";

/** Makes the folder of one test and passes it on. */
export async function inFolder(
  subjectOf: SubjectOf,
  run: (host: Host, folder: string, subject: ReturnType<SubjectOf>["subject"]) => Promise<void>,
): Promise<void> {
  const { host, folder, subject } = subjectOf();
  valueOf(await host.mkdir(folder));
  await run(host, folder, subject);
}

export function testHostFiles(subjectOf: SubjectOf): void {
  testWriting(subjectOf);
  testWriteRefusals(subjectOf);
  testReading(subjectOf);
  testNames(subjectOf);
  testSymlinks(subjectOf);
  testCancelled(subjectOf);
}

function testWriting(subjectOf: SubjectOf): void {
  for (const count of [0, 1, 256, 65_537, 8 * 1024 * 1024]) {
    void test(`given ${count} bytes, when they are written and read, then they are the same`, () =>
      inFolder(subjectOf, async (host, folder) => {
        const content = manyBytes(count);
        valueOf(await host.writeFile(`${folder}/file`, content));
        const read = valueOf(await host.readFile(`${folder}/file`));
        assert.equal(read.length, count);
        assert.ok(read.every((byte, index) => byte === content[index]));
        assert.equal((await statOf(host, `${folder}/file`)).sizeBytes, count);
        assert.deepEqual(valueOf(await host.list(folder)), ["file"]);
      }));
  }

  void test("given no mode, when a file is written, then it is 0644, and later what it was before", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "one");
      assert.equal((await statOf(host, `${folder}/file`)).mode, 0o644);
      valueOf(await host.chmod(`${folder}/file`, 0o4751));
      await putText(host, `${folder}/file`, "two");
      assert.equal((await statOf(host, `${folder}/file`)).mode, 0o4751);
    }));

  for (const mode of [0o600, 0o644, 0o777, 0o4755, 0o2750, 0o1644, 0o7777, 0o400]) {
    void test(`given mode 0${mode.toString(8)}, when a file is written twice, then it has exactly that mode`, () =>
      inFolder(subjectOf, async (host, folder) => {
        for (const text of ["one", "two"]) {
          valueOf(await host.writeFile(`${folder}/file`, new TextEncoder().encode(text), { mode }));
          assert.equal((await statOf(host, `${folder}/file`)).mode, mode);
        }
        assert.equal(await textOf(host, `${folder}/file`), "two");
      }));
  }

  void test("given a symlink, when a file is written there, then the symlink is replaced and its target untouched", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/target`, "old");
      valueOf(await host.mkdir(`${folder}/sub`));
      for (const target of ["target", "sub", "absent"]) {
        valueOf(await host.symlink(target, `${folder}/link`));
        await putText(host, `${folder}/link`, "new");
        assert.equal((await statOf(host, `${folder}/link`)).type, "file");
        valueOf(await host.remove(`${folder}/link`));
      }
      assert.equal(await textOf(host, `${folder}/target`), "old");
      assert.deepEqual(valueOf(await host.list(`${folder}/sub`)), []);
    }));
}

function testWriteRefusals(subjectOf: SubjectOf): void {
  void test("given no folder, a file for a folder, or a folder for a file, when written, then each has its code", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "x");
      const content = manyBytes(1_000_000);
      assert.equal(codeOf(await host.writeFile(`${folder}/absent/file`, content)), "DRV_HOST_FOLDER_NOT_FOUND");
      assert.equal(codeOf(await host.writeFile(`${folder}/file/below`, content)), "DRV_HOST_NOT_A_FOLDER");
      assert.equal(codeOf(await host.writeFile(folder, content)), "DRV_HOST_NOT_A_FILE");
      assert.deepEqual(valueOf(await host.list(folder)), ["file"]);
      assert.equal(await textOf(host, `${folder}/file`), "x");
    }));

  void test("given paths that cannot be paths, when any method gets one, then it is refused", async () => {
    const { host } = subjectOf();
    for (const path of ["", "relative", "./x", "/a\0b", "/lone\ud800surrogate"]) {
      const answers = [
        await host.readFile(path),
        await host.writeFile(path, new Uint8Array(1)),
        await host.stat(path),
        await host.list(path),
        await host.mkdir(path),
        await host.chmod(path, 0o644),
        await host.chown(path, {}),
        await host.rename(path, "/tmp/x"),
        await host.readlink(path),
        await host.symlink("x", path),
        await host.remove(path),
      ];
      assert.deepEqual(new Set(answers.map(codeOf)), new Set(["DRV_HOST_PATH_INVALID"]));
    }
    assert.equal(codeOf(await host.remove("/", { recursive: true })), "DRV_HOST_PATH_INVALID");
    assert.equal(codeOf(await host.remove("///", { recursive: true })), "DRV_HOST_PATH_INVALID");
  });
}

function testReading(subjectOf: SubjectOf): void {
  void test("given a range, when a file is read, then exactly that part is answered", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "0123456789");
      const read = async (offset: number, length?: number): Promise<string> => {
        const range = length === undefined ? { offset } : { offset, length };
        return new TextDecoder().decode(valueOf(await host.readFile(`${folder}/file`, range)));
      };
      assert.equal(await read(3, 4), "3456");
      assert.equal(await read(8, 100), "89");
      assert.equal(await read(0, 0), "");
      assert.equal(await read(9), "9");
      assert.equal(await read(10), "");
      assert.equal(await read(1_000, 5), "");
    }));

  void test("given a limit, when a file is one byte longer, then it is refused, unless the range is short enough", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "0123456789");
      assert.equal(valueOf(await host.readFile(`${folder}/file`, { bytesMax: 10 })).length, 10);
      assert.equal(codeOf(await host.readFile(`${folder}/file`, { bytesMax: 9 })), "DRV_HOST_FILE_TOO_LARGE");
      assert.equal(valueOf(await host.readFile(`${folder}/file`, { bytesMax: 9, offset: 1 })).length, 9);
      assert.equal(valueOf(await host.readFile(`${folder}/file`, { bytesMax: 9, length: 9 })).length, 9);
    }));

  void test("given nothing, a folder or a path below a file, when read, then each has its code", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "x");
      assert.equal(codeOf(await host.readFile(`${folder}/absent`)), "DRV_HOST_FILE_NOT_FOUND");
      assert.equal(codeOf(await host.readFile(folder)), "DRV_HOST_NOT_A_FILE");
      assert.equal(codeOf(await host.readFile(`${folder}/file/below`)), "DRV_HOST_NOT_A_FOLDER");
    }));
}

function testNames(subjectOf: SubjectOf): void {
  void test("given hostile names, when files have them, then they are names like any other", () =>
    inFolder(subjectOf, async (host, folder) => {
      const names = [...HOSTILE_TEXTS, "x".repeat(255)];
      for (const name of names) {
        await putText(host, `${folder}/${name}`, name);
        assert.equal(await textOf(host, `${folder}/${name}`), name);
        assert.equal((await statOf(host, `${folder}/${name}`)).type, "file");
      }
      assert.deepEqual(valueOf(await host.list(folder)), [...names].sort());
      valueOf(await host.mkdir(`${folder}/moved`));
      for (const name of names) {
        valueOf(await host.rename(`${folder}/${name}`, `${folder}/moved/${name}`));
        valueOf(await host.chmod(`${folder}/moved/${name}`, 0o600));
      }
      assert.deepEqual(valueOf(await host.list(folder)), ["moved"]);
      for (const name of names) valueOf(await host.remove(`${folder}/moved/${name}`));
      assert.deepEqual(valueOf(await host.list(`${folder}/moved`)), []);
    }));
}

function testSymlinks(subjectOf: SubjectOf): void {
  void test("given hostile targets, when symlinks are made, then they hold exactly those", () =>
    inFolder(subjectOf, async (host, folder) => {
      for (const target of [...HOSTILE_TEXTS, "/absolute/absent", "../..", "a".repeat(300)]) {
        valueOf(await host.symlink(target, `${folder}/link`));
        assert.equal(valueOf(await host.readlink(`${folder}/link`)), target);
        assert.equal((await statOf(host, `${folder}/link`)).type, "symlink");
      }
      assert.deepEqual(valueOf(await host.list(folder)), ["link"]);
    }));

  void test("given a file or symlink, when a symlink is made there, then it is replaced; a folder is not", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/place`, "x");
      valueOf(await host.mkdir(`${folder}/sub`));
      valueOf(await host.symlink("sub", `${folder}/place`));
      valueOf(await host.symlink("elsewhere", `${folder}/place`));
      assert.equal(valueOf(await host.readlink(`${folder}/place`)), "elsewhere");
      assert.equal(codeOf(await host.symlink("x", `${folder}/sub`)), "DRV_HOST_NOT_A_FILE");
      assert.equal(codeOf(await host.symlink("x", `${folder}/absent/link`)), "DRV_HOST_FOLDER_NOT_FOUND");
      assert.equal(codeOf(await host.symlink("", `${folder}/link`)), "DRV_HOST_PATH_INVALID");
      assert.equal(codeOf(await host.symlink("a\0b", `${folder}/link`)), "DRV_HOST_PATH_INVALID");
      assert.deepEqual(valueOf(await host.list(`${folder}/sub`)), []);
    }));

  void test("given something that is no symlink, when it is read as one, then it is refused", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "x");
      assert.equal(codeOf(await host.readlink(`${folder}/file`)), "DRV_HOST_NOT_A_SYMLINK");
      assert.equal(codeOf(await host.readlink(folder)), "DRV_HOST_NOT_A_SYMLINK");
      assert.equal(codeOf(await host.readlink(`${folder}/absent`)), "DRV_HOST_FILE_NOT_FOUND");
    }));

  void test("given a loop of symlinks, when it is read, then that is said", () =>
    inFolder(subjectOf, async (host, folder) => {
      valueOf(await host.symlink("two", `${folder}/one`));
      valueOf(await host.symlink("one", `${folder}/two`));
      assert.equal(codeOf(await host.readFile(`${folder}/one`)), "DRV_HOST_SYMLINK_LOOP");
      assert.equal((await statOf(host, `${folder}/one`)).type, "symlink");
    }));
}

function testCancelled(subjectOf: SubjectOf): void {
  void test("given an aborted signal, when any method is called, then it throws the reason and does nothing", () =>
    inFolder(subjectOf, async (host, folder) => {
      const reason = new Error("no longer wanted");
      const signal = AbortSignal.abort(reason);
      const calls = [
        () => host.readFile(`${folder}/x`, { signal }),
        () => host.writeFile(`${folder}/x`, new Uint8Array(1), { signal }),
        () => host.stat(folder, { signal }),
        () => host.list(folder, { signal }),
        () => host.mkdir(`${folder}/y`, { signal }),
        () => host.chmod(folder, 0o700, { signal }),
        () => host.chown(folder, {}, { signal }),
        () => host.rename(folder, `${folder}2`, { signal }),
        () => host.readlink(folder, { signal }),
        () => host.symlink("a", `${folder}/z`, { signal }),
        () => host.remove(folder, { signal, recursive: true }),
        () => host.exec(["true"], { signal }),
        () => host.http({ method: "GET", url: "http://127.0.0.1:1/" }, { signal }),
        () => host.facts({ signal }),
      ];
      for (const call of calls) await assert.rejects(call, reason);
      assert.deepEqual(valueOf(await host.list(folder)), []);
    }));
}
