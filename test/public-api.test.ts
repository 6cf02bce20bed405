import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { z } from "zod";
import { entryExports } from "../tools/entry-exports.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const LIST = join(import.meta.dirname, "public-api.json");
/** `UPDATE_PUBLIC_API=1 npm test -- public-api` accepts the names as they are now; the change shows in review. */
const isUpdating = process.env["UPDATE_PUBLIC_API"] === "1";

const ENTRIES = {
  drover: "src/index.ts",
  "drover/provider": "src/provider.ts",
  "drover/sqlite": "src/sqlite.ts",
  "drover/testing": "src/testing.ts",
};

const listSchema = z.record(z.string(), z.strictObject({ values: z.array(z.string()), types: z.array(z.string()) }));
type NameList = z.infer<typeof listSchema>;

function currentNames(): NameList {
  const lists = Object.entries(ENTRIES).map(([entry, path]) => {
    const names = entryExports(REPOSITORY, path);
    const values = names.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name }) => name);
    const types = names.filter(({ isTypeOnly }) => isTypeOnly).map(({ name }) => name);
    return [entry, { values: values.toSorted(), types: types.toSorted() }] as const;
  });
  return Object.fromEntries(lists);
}

if (isUpdating) writeFileSync(LIST, `${JSON.stringify(currentNames(), undefined, 2)}\n`);
const accepted = listSchema.parse(JSON.parse(readFileSync(LIST, "utf8")));
const current = currentNames();

for (const [entry, path] of Object.entries(ENTRIES)) {
  test(`given the entry ${entry}, when its exports are listed, then they are the accepted ones`, () => {
    assert.deepEqual(current[entry], accepted[entry]);
  });

  test(`given the entry ${entry}, when imported, then exactly its accepted values exist`, async () => {
    const module: unknown = await import(join(REPOSITORY, path));
    assert.ok(typeof module === "object" && module !== null);
    assert.deepEqual(Object.keys(module).toSorted(), accepted[entry]?.values);
  });
}

test("given package.json, when its entries are listed, then each has an accepted list of names", () => {
  const manifest: unknown = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  const { exports } = z.object({ exports: z.record(z.string(), z.unknown()) }).parse(manifest);
  assert.deepEqual(
    Object.keys(exports).map((path) => path.replace(/^\./, "drover")),
    Object.keys(ENTRIES),
  );
});
