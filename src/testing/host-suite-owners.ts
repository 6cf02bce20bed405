import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Host } from "../operation/host.ts";
import { inFolder } from "./host-suite-files.ts";
import { codeOf, HOSTILE_TEXTS, putText, statOf, valueOf, type SubjectOf } from "./host-suite-subject.ts";

/** Runs a test that only root can, or says why it does not. */
export async function asRoot(
  context: TestContext,
  subjectOf: SubjectOf,
  run: (host: Host, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(subjectOf, async (host, folder, subject) => {
    if (subject.isRoot) await run(host, folder);
    else context.skip("only root may set owners and mount file systems");
  });
}

export function testHostOwners(subjectOf: SubjectOf): void {
  void test("given names and numbers, when the owner is set, then what is not given stays", (context) =>
    asRoot(context, subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "x");
      const owners = async (): Promise<unknown> => {
        const { uid, gid, user } = await statOf(host, `${folder}/file`);
        return [uid, gid, user];
      };
      valueOf(await host.chown(`${folder}/file`, { user: "nobody" }));
      assert.deepEqual(await owners(), [65_534, 0, "nobody"]);
      valueOf(await host.chown(`${folder}/file`, { group: 12_345 }));
      assert.deepEqual(await owners(), [65_534, 12_345, "nobody"]);
      valueOf(await host.chown(`${folder}/file`, {}));
      assert.deepEqual(await owners(), [65_534, 12_345, "nobody"]);
      valueOf(await host.chown(`${folder}/file`, { user: 23_456, group: "root" }));
      assert.deepEqual(await owners(), [23_456, 0, "23456"]);
    }));

  void test("given a symlink, when its owner is set, then its target keeps its own", (context) =>
    asRoot(context, subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "x");
      valueOf(await host.symlink("file", `${folder}/link`));
      valueOf(await host.chown(`${folder}/link`, { user: 1_234, group: 1_234 }));
      assert.equal((await statOf(host, `${folder}/link`)).uid, 1_234);
      assert.equal((await statOf(host, `${folder}/file`)).uid, 0);
    }));

  void test("given an owner, when a file is written, then it has that owner with all its mode bits", (context) =>
    asRoot(context, subjectOf, async (host, folder) => {
      const content = new TextEncoder().encode("x");
      const path = `${folder}/file`;
      valueOf(await host.writeFile(path, content, { mode: 0o6755, owner: { user: "nobody", group: 4_321 } }));
      let found = await statOf(host, path);
      assert.deepEqual([found.uid, found.gid, found.mode], [65_534, 4_321, 0o6755]);
      valueOf(await host.writeFile(path, content));
      found = await statOf(host, path);
      assert.deepEqual([found.uid, found.gid, found.mode], [65_534, 4_321, 0o6755], "kept when not given");
      valueOf(await host.writeFile(path, content, { owner: { group: 5_000 } }));
      found = await statOf(host, path);
      assert.deepEqual([found.uid, found.gid], [65_534, 5_000]);
      valueOf(await host.writeFile(path, content, { owner: { user: 0 } }));
      found = await statOf(host, path);
      assert.deepEqual([found.uid, found.gid], [0, 5_000]);
    }));

  void test("given accounts that do not exist, when used as owner, then they are named and nothing is written", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/file`, "x");
      for (const name of [...HOSTILE_TEXTS, "nosuchuser", "root:root", "", "0", "a\0b"]) {
        const path = `${folder}/file`;
        assert.equal(codeOf(await host.chown(path, { user: name })), "DRV_HOST_UNKNOWN_USER", name);
        assert.equal(codeOf(await host.chown(path, { group: name })), "DRV_HOST_UNKNOWN_GROUP", name);
      }
      const refused = await host.writeFile(`${folder}/new`, new Uint8Array(1), { owner: { user: "nosuchuser" } });
      assert.equal(codeOf(refused), "DRV_HOST_UNKNOWN_USER");
      assert.equal(codeOf(await host.chown(`${folder}/file`, { user: 1.5 })), "DRV_HOST_VALUE_INVALID");
      assert.equal(codeOf(await host.chown(`${folder}/file`, { group: -7 })), "DRV_HOST_VALUE_INVALID");
      assert.equal(codeOf(await host.chown(`${folder}/absent`, { user: 0 })), "DRV_HOST_FILE_NOT_FOUND");
      assert.deepEqual(valueOf(await host.list(folder)), ["file"]);
    }));
}
