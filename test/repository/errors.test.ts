import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { ERROR_CODES } from "../../src/base/error-codes.ts";
import { isTestFile, listFiles } from "../../tools/source-files.ts";
import { blankComments } from "../../tools/source-tokens.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const REGISTRY = "src/base/error-codes.ts";

const sources = listFiles(REPOSITORY, ["src/**/*.ts"])
  .filter((path) => path !== REGISTRY && !isTestFile(path))
  .map((path) => readFileSync(join(REPOSITORY, path), "utf8"));

test("given the registry of error codes, when read, then every code has the form DRV_AREA_REASON", () => {
  const misshapen = Object.keys(ERROR_CODES).filter(
    (code) => code !== "DRV_INTERNAL" && !/^DRV_[A-Z]+(?:_[A-Z0-9]+)+$/.test(code),
  );
  assert.deepEqual(misshapen, []);
});

test("given the registry of error codes, when read, then summaries and remedies are sentences without a final period", () => {
  const misshapen = Object.entries(ERROR_CODES).flatMap(([code, { summary, remedy }]) =>
    [summary, remedy].filter((text) => !/^[A-Z"][^\n]{9,}[^.\s]$/.test(text)).map((text) => `${code}: ${text}`),
  );
  assert.deepEqual(misshapen, []);
});

test("given a registered code, when the sources are searched, then some code returns it", () => {
  const code = sources.map(blankComments).join("\n");
  const unused = Object.keys(ERROR_CODES).filter((name) => !code.includes(`"${name}"`));
  assert.deepEqual(unused, []);
});

test("given a code named anywhere in the sources, comments included, when looked up, then it is registered", () => {
  const named = new Set(sources.flatMap((source) => source.match(/\bDRV_[A-Z0-9]+(?:_[A-Z0-9]+)*\b(?!_?\*)/g) ?? []));
  const unknown = [...named].filter((code) => code !== "DRV_AREA_REASON" && !Object.hasOwn(ERROR_CODES, code));
  assert.deepEqual(unknown.toSorted(), []);
});

test("given the page of error codes, when compared with the registry, then both name the same codes", () => {
  const page = readFileSync(join(REPOSITORY, "docs", "errors.md"), "utf8");
  const documented = [...page.matchAll(/^### (DRV_\w+)$/gm)].map((match) => match[1] ?? "");
  assert.deepEqual(new Set(documented), new Set(Object.keys(ERROR_CODES)));
});
