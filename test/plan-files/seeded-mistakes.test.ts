import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import type { Diagnostic } from "../../src/definition/plan-file/diagnostic.ts";
import { memoryLoader } from "../../src/definition/plan-file/source-loader.ts";
import { parsePlanFile } from "../../src/plan/parse-plan-file.ts";

const FOLDER = import.meta.dirname;

interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** A file in which ⟦ ⟧ stand around every mistake, without them, and where they stood. */
function seeded(marked: string): { readonly text: string; readonly mistakes: readonly Mistake[] } {
  const mistakes: Mistake[] = [];
  const lines = marked.split("\n").map((line, index) => {
    let plain = line;
    for (let start = plain.indexOf("⟦"); start !== -1; start = plain.indexOf("⟦")) {
      const end = plain.indexOf("⟧");
      mistakes.push({ line: index + 1, column: start + 1, text: plain.slice(start + 1, end) });
      plain = plain.slice(0, start) + plain.slice(start + 1, end) + plain.slice(end + 1);
    }
    return plain;
  });
  return { text: lines.join("\n"), mistakes };
}

async function diagnosticsOf(name: string, content: string): Promise<readonly Diagnostic[]> {
  const files = new Map([["parts/backup.yml", readFileSync(join(FOLDER, "parts/backup.yml"), "utf8")]]);
  const result = await parsePlanFile({ name, content }, memoryLoader(files));
  return result.ok ? result.value.diagnostics : result.error;
}

suite("mistakes in plan files", () => {
  test("given forty and more seeded mistakes, when checked, then all are found at their places, each with what to do", async () => {
    const { text, mistakes } = seeded(readFileSync(join(FOLDER, "mistakes.txt"), "utf8"));
    const found = await diagnosticsOf("mistakes.yml", text);
    assert.ok(mistakes.length >= 40, `${mistakes.length} mistakes are seeded`);
    const places = new Set(found.map(({ at }) => `${at.line}:${at.column}`));
    assert.deepEqual(
      mistakes.filter(({ line, column }) => !places.has(`${line}:${column}`)),
      [],
      "not found",
    );
    const seededPlaces = new Set(mistakes.map(({ line, column }) => `${line}:${column}`));
    assert.deepEqual(
      found
        .filter(({ at }) => !seededPlaces.has(`${at.line}:${at.column}`))
        .map(({ at, message }) => `${at.line}:${at.column} ${message}`),
      [],
      "found where nothing is wrong",
    );
    assert.deepEqual(
      found.filter(({ hint }) => hint === undefined || hint === ""),
      [],
      "without a hint",
    );
  });

  const correct = readdirSync(join(FOLDER, "correct"));
  test("given correct files of every kind, when checked, then nothing is said about them", async () => {
    assert.ok(correct.length >= 20, `${correct.length} files are there`);
    for (const name of correct) {
      const found = await diagnosticsOf(name, readFileSync(join(FOLDER, "correct", name), "utf8"));
      assert.deepEqual(
        found.map(({ at, message }) => `${name}:${at.line}:${at.column} ${message}`),
        [],
      );
    }
  });
});
