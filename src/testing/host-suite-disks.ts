import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../operation/host.ts";
import { inFolder } from "./host-suite-files.ts";
import { asRoot } from "./host-suite-owners.ts";
import { codeOf, manyBytes, putText, textOf, valueOf, type SubjectOf } from "./host-suite-subject.ts";

export function testHostDisks(subjectOf: SubjectOf): void {
  void test("given a full disk in the middle of a write, when it fails, then the old content is intact", (context) =>
    asRoot(context, subjectOf, async (host, folder) => {
      await usingMount(host, folder, "size=256k", async (disk) => {
        await putText(host, `${disk}/file`, "old content");
        valueOf(await host.chmod(`${disk}/file`, 0o640));
        for (let round = 0; round < 2; round++) {
          const written = await host.writeFile(`${disk}/file`, manyBytes(1_000_000));
          assert.equal(codeOf(written), "DRV_HOST_DISK_FULL");
          assert.equal(await textOf(host, `${disk}/file`), "old content");
          assert.deepEqual(valueOf(await host.list(disk)), ["file"], "no temporary file is left");
        }
        valueOf(await host.writeFile(`${disk}/file`, manyBytes(100_000)));
      });
    }));

  void test("given no free inode, when something is made, then the disk is full", (context) =>
    asRoot(context, subjectOf, async (host, folder) => {
      await usingMount(host, folder, "nr_inodes=2", async (disk) => {
        await putText(host, `${disk}/one`, "x");
        assert.equal(codeOf(await host.mkdir(`${disk}/two`)), "DRV_HOST_DISK_FULL");
        assert.equal(codeOf(await host.writeFile(`${disk}/two`, manyBytes(300_000))), "DRV_HOST_DISK_FULL");
        assert.equal(codeOf(await host.symlink("x", `${disk}/two`)), "DRV_HOST_DISK_FULL");
        assert.deepEqual(valueOf(await host.list(disk)), ["one"]);
      });
    }));

  void test("given a read-only file system, when anything is to change, then that is said and nothing changes", (context) =>
    asRoot(context, subjectOf, async (host, folder) => {
      await usingMount(host, folder, "size=256k", async (disk) => {
        await putText(host, `${disk}/file`, "old");
        valueOf(await host.mkdir(`${disk}/sub`));
        await run(host, folder, ["mount", "-o", "remount,ro", "disk"]);
        const answers = [
          await host.writeFile(`${disk}/file`, manyBytes(300_000)),
          await host.writeFile(`${disk}/new`, manyBytes(10)),
          await host.mkdir(`${disk}/new`),
          await host.chmod(`${disk}/file`, 0o600),
          await host.chown(`${disk}/file`, { user: 1 }),
          await host.rename(`${disk}/file`, `${disk}/new`),
          await host.symlink("x", `${disk}/new`),
          await host.remove(`${disk}/file`),
          await host.remove(`${disk}/sub`, { recursive: true }),
        ];
        assert.deepEqual(new Set(answers.map(codeOf)), new Set(["DRV_HOST_READ_ONLY"]));
        assert.equal(await textOf(host, `${disk}/file`), "old");
      });
    }));

  void test("given a named pipe or a device, when read or written as a file, then it is refused at once", () =>
    inFolder(subjectOf, async (host, folder) => {
      await run(host, folder, ["mkfifo", "pipe"]);
      assert.equal(codeOf(await host.readFile(`${folder}/pipe`)), "DRV_HOST_NOT_A_FILE");
      assert.equal(codeOf(await host.writeFile(`${folder}/pipe`, manyBytes(100_000))), "DRV_HOST_NOT_A_FILE");
      assert.equal(valueOf(await host.stat(`${folder}/pipe`))?.type, "other");
      valueOf(await host.remove(`${folder}/pipe`));
    }));
}

/** Mounts a small file system at `disk` in the folder while something runs. */
async function usingMount(
  host: Host,
  folder: string,
  options: string,
  use: (disk: string) => Promise<void>,
): Promise<void> {
  valueOf(await host.mkdir(`${folder}/disk`));
  await run(host, folder, ["mount", "-t", "tmpfs", "-o", options, "tmpfs", "disk"]);
  try {
    await use(`${folder}/disk`);
  } finally {
    await run(host, folder, ["umount", "disk"]);
  }
}

/** Commands see the machine's paths, also on a host whose root is a folder: they run in the folder instead. */
async function run(host: Host, folder: string, argv: readonly string[]): Promise<void> {
  const result = valueOf(await host.exec(argv, { cwd: folder }));
  assert.equal(result.exitCode, 0, result.stderr);
}
