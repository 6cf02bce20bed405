import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { moduleHash } from "./module-hash.ts";

function given(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-hash-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const IMPORTS: readonly (readonly [string, string])[] = [
  ["import", 'import { x } from "./other.ts";'],
  ["an export from", "export * from './other.ts';"],
  ["a bare import", 'import "./other.ts";'],
  ["a dynamic import", 'const other = await import("./other.ts");'],
  ["require", 'const other = require("./other.ts");'],
];

for (const [what, text] of IMPORTS) {
  test(`given a module that names another by ${what}, when the other changes, then the hash does`, async (context) => {
    const folder = given(context, { "plan.ts": text, "other.ts": "export const x = 1;" });
    const path = join(folder, "plan.ts");
    const before = await moduleHash(path);
    assert.match(before, /^[0-9a-f]{64}$/);
    assert.equal(await moduleHash(path), before);
    writeFileSync(join(folder, "other.ts"), "export const x = 2;");
    assert.notEqual(await moduleHash(path), before);
  });
}

test("given a module that names another by its address, when the other changes, then the hash does", async (context) => {
  const folder = given(context, { "other.ts": "export const x = 1;" });
  const path = join(folder, "plan.ts");
  writeFileSync(path, `import { x } from ${JSON.stringify(pathToFileURL(join(folder, "other.ts")).href)};`);
  const before = await moduleHash(path);
  writeFileSync(join(folder, "other.ts"), "");
  assert.notEqual(await moduleHash(path), before);
});

test("given modules that import each other, one that is missing and a package, when hashed, then it ends", async (context) => {
  const folder = given(context, {
    "plan.ts": 'import "./a.ts"; import "./gone.ts"; import "drover"; import "file:///%";',
    "a.ts": 'import "./plan.ts";',
  });
  const before = await moduleHash(join(folder, "plan.ts"));
  writeFileSync(join(folder, "gone.ts"), "now it is there");
  assert.notEqual(await moduleHash(join(folder, "plan.ts")), before);
});

test("given a folder that is moved as a whole, when its module is hashed again, then nothing has changed", async (context) => {
  const folder = given(context, { "plan.ts": 'import "./a.ts";', "a.ts": "1" });
  const before = await moduleHash(join(folder, "plan.ts"));
  renameSync(folder, `${folder}-moved`);
  context.after(() => rmSync(`${folder}-moved`, { recursive: true, force: true }));
  assert.equal(await moduleHash(join(`${folder}-moved`, "plan.ts")), before);
});
