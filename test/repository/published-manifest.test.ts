import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { publishedManifest, type Manifest } from "../../tools/published-manifest.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");

test("given the manifest of the repository, when published, then users get no scripts, tools or Node binaries", () => {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as Manifest;
  const published = JSON.parse(JSON.stringify(publishedManifest(manifest))) as object;
  assert.deepEqual(Object.keys(published).toSorted(), [
    "bin",
    "dependencies",
    "description",
    "engines",
    "exports",
    "files",
    "license",
    "name",
    "type",
    "version",
  ]);
});

test("given an entry with sources, when published, then only what is built can be reached", () => {
  const published = publishedManifest({
    name: "a",
    version: "1.0.0",
    files: [],
    exports: { ".": { source: "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" } },
  });
  assert.deepEqual(published.exports, { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } });
});
