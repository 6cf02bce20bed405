import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { getScalarValue, parseEvents, YAMLException } from "js-yaml";
import { readPlainYaml } from "./read-plain-yaml.ts";
import { SourceFile } from "./source-file.ts";
import { TreeBuilder } from "./tree-builder.ts";

/** What the whole parser makes of a text; `undefined` when it has anything to say about it. */
function wholly(text: string): { readonly value: unknown } | undefined {
  const file = new SourceFile("plan.yml", text);
  let problemCount = 0;
  try {
    const events = parseEvents(text, { maxDepth: 100 });
    const tree = new TreeBuilder({ file, events, decode: getScalarValue, report: () => problemCount++ }).build();
    return problemCount === 0 && tree.oddities.size === 0 ? { value: tree.value } : undefined;
  } catch (thrown) {
    if (!(thrown instanceof YAMLException)) throw thrown;
    return undefined;
  }
}

/** Whatever the plain reader makes of a text, the whole parser makes the same of it without a word. */
function assertAgrees(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain === undefined) return false;
  assert.deepEqual({ plain, text }, { plain: wholly(text), text });
  return true;
}

const PIECES = [
  ...Array.from("abc:-#{}[],'\"$ \n&*!|>%@`?~\\.0179+_"),
  ": ",
  "- ",
  " #",
  "\n  ",
  "\n    ",
  "\n- ",
  "\n",
  "${params.x}",
  "true",
  "null",
  "no",
  "010",
  "1e3",
  "---",
  "...",
  "<<",
  "key: value",
  "k: { a: 1, b: [x, y] }",
  "__proto__",
  "é",
  "\u2028",
  "\t",
  "\r\n",
];

test("given any text, when it is read plainly, then it is what the whole parser makes of it, or left to it", () => {
  const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, (written) => void assertAgrees(written)),
    { numRuns: 4_000 },
  );
});

const SCALARS = ["text", "two words", "a:b", "http://x/y", "1", "1.5", "true", "~", '"quoted"', "'it is'", "-1", "x#y"];

/** Maps and lists as people write them, in lines. */
const node: fc.Arbitrary<(indent: string) => string> = fc.letrec<{ node: (indent: string) => string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...SCALARS).map((scalar) => () => ` ${scalar}\n`),
    fc
      .array(fc.tuple(fc.constantFrom("a", "b-c", "file.deploy", "n_1"), fc.constantFrom(...SCALARS)), { maxLength: 3 })
      .map((members) => () => ` { ${members.map(([key, value]) => `${key}: ${value}`).join(", ")} }\n`),
    fc
      .array(fc.tuple(fc.constantFrom("a", "b", "c", "d.e", "f g"), tie("node")), { minLength: 1, maxLength: 4 })
      .map((members) => (indent: string) => {
        return `\n${members.map(([key, value]) => `${indent}${key}:${value(`${indent}  `)}`).join("")}`;
      }),
    fc
      .array(tie("node"), { minLength: 1, maxLength: 3 })
      .map((items) => (indent: string) => `\n${items.map((item) => `${indent}-${item(`${indent}  `)}`).join("")}`),
  ),
})).node;

test("given maps and lists as people write them, when they are read plainly, then it agrees with the whole parser", () => {
  let readCount = 0;
  const property = fc.property(node, fc.nat(), (write, cut) => {
    const text = `root:${write("  ")}end: 1 # so\n`;
    if (assertAgrees(text)) readCount++;
    // A part that is missing or misplaced must not go unnoticed.
    const at = cut % text.length;
    assertAgrees(`${text.slice(0, at)} ${text.slice(at)}`);
    assertAgrees(`${text.slice(0, at)}${text.slice(at + 1)}`);
  });
  fc.assert(property, { numRuns: 1_000 });
  assert.ok(readCount > 300, `It read only ${readCount} of 1,000`);
});

test("given correct plan files, when they are read plainly, then most of them are, and all agree", () => {
  const folder = join(import.meta.dirname, "../../../test/plan-files/correct");
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith(".yml"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
  const readCount = texts.filter(assertAgrees).length;
  assert.ok(readCount * 2 > texts.length, `It read only ${readCount} of ${texts.length}`);
});
