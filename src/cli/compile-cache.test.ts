import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { compileCacheFolder } from "./compile-cache.ts";

const USER_ID = process.getuid?.();

function homeFolder(context: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), "drover-home-"));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

test("given a home of the person, when asked twice, then the same folder of theirs alone is there", (context) => {
  const home = homeFolder(context);
  const folder = compileCacheFolder({ HOME: home }, USER_ID);
  assert.equal(folder, join(home, ".cache", "drover", "compiled"));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(compileCacheFolder({ HOME: home }, USER_ID), folder);
});

test("given XDG_CACHE_HOME, when it is absolute, then it is used, and a relative one is ignored", (context) => {
  const home = homeFolder(context);
  const env = { HOME: home, XDG_CACHE_HOME: join(home, "caches") };
  mkdirSync(env.XDG_CACHE_HOME);
  assert.equal(compileCacheFolder(env, USER_ID), join(home, "caches", "drover", "compiled"));
  assert.equal(
    compileCacheFolder({ HOME: home, XDG_CACHE_HOME: "caches" }, USER_ID),
    join(home, ".cache", "drover", "compiled"),
  );
});

test("given a home of somebody else, when asked, then nothing is kept and nothing is made in it", (context) => {
  const home = homeFolder(context);
  assert.equal(compileCacheFolder({ HOME: home }, (USER_ID ?? 0) + 1), undefined);
  assert.equal(existsSync(join(home, ".cache")), false);
});

test("given a folder that others may write to, when asked, then it is not trusted", (context) => {
  const home = homeFolder(context);
  const folder = compileCacheFolder({ HOME: home }, USER_ID) ?? "";
  chmodSync(folder, 0o777);
  assert.equal(compileCacheFolder({ HOME: home }, USER_ID), undefined);
});

test("given a link or a file in place of the folder, when asked, then it is not followed", (context) => {
  const home = homeFolder(context);
  mkdirSync(join(home, "elsewhere"));
  symlinkSync(join(home, "elsewhere"), join(home, ".cache"));
  assert.equal(compileCacheFolder({ HOME: home }, USER_ID), undefined);
  rmSync(join(home, ".cache"));
  writeFileSync(join(home, ".cache"), "");
  assert.equal(compileCacheFolder({ HOME: home }, USER_ID), undefined);
});

for (const home of [undefined, "", "relative", "/does/not/exist", "/proc", "/\0"]) {
  test(`given the home ${JSON.stringify(home)}, when asked, then nothing is kept`, () => {
    assert.equal(compileCacheFolder({ HOME: home }, home === "/proc" ? statSync("/proc").uid : USER_ID), undefined);
  });
}
