import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { runProvider } from "../../testing/provider-attempt.ts";
import { tokenOf } from "../../testing/trial-executor.ts";
import { noThrowAwaySystems, openThrowAwaySystem } from "../test-kit/throw-away-system.ts";
import { archiveExtractProvider } from "./extract.ts";

const SET_UP = `mkdir -p /srv/small /srv/source
mount -t tmpfs -o size=256k tmpfs /srv/small
head -c 1000000 /dev/zero >/srv/source/large && echo small >/srv/source/small
tar -cf /srv/large.tar -C /srv/source large && tar -cf /srv/small.tar -C /srv/source small`;

test("given a disk that fills, when an archive is unpacked, then what stood there stays and nothing half is left", async (context) => {
  const why = await noThrowAwaySystems({});
  if (why !== undefined) return context.skip(why);
  await using system = await openThrowAwaySystem({ setUp: SET_UP });
  const { host } = system;
  const unpack = async (archive: string) =>
    runProvider(archiveExtractProvider, {
      host,
      params: { archive, path: "/srv/small/app" },
      contents: memoryContentStore(),
      token: tokenOf(archive),
    });
  const files = async (): Promise<string> => {
    const listed = await host.exec(["find", "/srv/small", "-mindepth", "1"]);
    assert.ok(listed.ok);
    return listed.value.stdout;
  };
  assert.equal((await unpack("/srv/small.tar")).status, "changed");
  const before = await files();
  const full = await unpack("/srv/large.tar");
  assert.equal(full.status, "failed");
  assert.match(full.error?.error.message ?? "", /No space left on device|Wrote only/);
  assert.equal(await files(), before);
  assert.equal((await unpack("/srv/small.tar")).status, "unchanged");
});
