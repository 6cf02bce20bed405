import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { shellWord, shellWords } from "./shell-quote.ts";

test("given any texts, when quoted on one line, then a shell reads exactly them", () => {
  const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", "").toWellFormed());
  const hostile = fc.constantFrom("'", "''", "\n", "$(id)", "\\", '"', "`", "\u0081", "-n", "'\n'", "$drv_nl");
  fc.assert(
    fc.property(fc.array(fc.oneof(text, hostile), { minLength: 1, maxLength: 30 }), (texts) => {
      const words = shellWords(texts);
      assert.ok(!words.includes("\n"));
      const script = `drv_nl='\n'\nprintf '%s\\0' ${words}`;
      const result = spawnSync("sh", ["-c", script], { encoding: "utf8", maxBuffer: 1e8 });
      assert.deepEqual(result.stdout.split("\0").slice(0, -1), texts);
    }),
    { numRuns: 40 },
  );
});

test("given a NUL character, when quoted, then it is refused", () => {
  assert.throws(() => shellWord("a\0b"), /NUL/);
});
