import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { docBlocks } from "../../tools/doc-blocks.ts";
import { docExamples } from "../../tools/doc-examples.ts";
import { pageLinks } from "../../tools/doc-links.ts";
import { entryExports } from "../../tools/entry-exports.ts";

/** Calls `use` with the root of a folder that holds only these files. */
function withFiles<T>(files: { readonly [path: string]: string }, use: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), "drover-docs-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("given fenced blocks, when read, then language, place and options are known", () => {
  const text =
    "a\n```ts file=plan.ts\nx;\n```\n````sh exit=4\n```\n````\n```sh no-run: needs a second machine\nls\n```\n";
  assert.deepEqual(docBlocks("a.md", text), [
    { file: "a.md", line: 2, language: "ts", code: "x;\n", savedAs: "plan.ts", exitCode: 0 },
    { file: "a.md", line: 5, language: "sh", code: "```\n", exitCode: 4 },
    { file: "a.md", line: 8, language: "sh", code: "ls\n", noRunReason: "needs a second machine", exitCode: 0 },
  ]);
});

test("given a block that is not run without a reason, when read, then it is refused", () => {
  assert.throws(() => docBlocks("a.md", "```sh no-run\nls\n```\n"), /a\.md:1: .* says why/);
});

test("given a block that is never closed, when read, then it is refused with its line", () => {
  assert.throws(() => docBlocks("a.md", "text\n```sh\nls\n"), /a\.md:2: .* never closed/);
});

test("given links, when checked, then those that lead nowhere are named with their line", () => {
  const page = [
    "# A title",
    "[good](b.md) [anchor](b.md#one--two) [self](#a-title) [web](https://example.org/x)",
    "[gone](c.md) [wrong](b.md#three)",
    "[out](../../x.md) `[code](d.md)`",
    "```text\n[block](e.md)\n```",
  ].join("\n");
  withFiles({ "docs/a.md": page, "docs/b.md": "## One & two\n" }, (root) => {
    assert.deepEqual(pageLinks(root, "docs/a.md"), {
      linkCount: 6,
      targets: ["docs/b.md", "docs/b.md", "docs/c.md", "docs/b.md", "../x.md"],
      problems: [
        'docs/a.md:3: the link "c.md" leads to nothing',
        'docs/a.md:3: the link "b.md#three" names no heading there',
        'docs/a.md:4: the link "../../x.md" leads out of the repository',
      ],
    });
  });
});

test("given an entry, when its exports are listed, then renamed and type names are told apart", () => {
  const source = 'export { a, b as c, type D } from "./dag/a.ts";\nexport type { E } from "./plan/e.ts";\n';
  withFiles({ "src/index.ts": source }, (root) => {
    assert.deepEqual(entryExports(root, "src/index.ts"), [
      { name: "a", isTypeOnly: false, from: "src/dag/a.ts" },
      { name: "c", isTypeOnly: false, from: "src/dag/a.ts" },
      { name: "D", isTypeOnly: true, from: "src/dag/a.ts" },
      { name: "E", isTypeOnly: true, from: "src/plan/e.ts" },
    ]);
  });
});

test("given an entry that exports more than lists, when its exports are listed, then it is refused", () => {
  withFiles({ "src/index.ts": "export const a = 1;\n" }, (root) => {
    assert.throws(() => entryExports(root, "src/index.ts"), /something else than lists/);
  });
});

test("given examples in doc comments, when collected, then each becomes a module that imports public names", () => {
  const source = [
    "/**",
    " * Adds.",
    " * @param a first",
    " * @example",
    " * const sum = add(1, plan.size);",
    " * plan.add(sum); // 3",
    " * @returns the sum",
    " */",
    "export function add(a: number, b: number): number {",
    "  return a + b;",
    "}",
  ].join("\n");
  const entry = 'export { add } from "./a.ts";\nexport type { Plan } from "./plan.ts";\n';
  withFiles({ "src/index.ts": entry, "src/a.ts": source, "src/plan.ts": "" }, (root) => {
    assert.deepEqual(docExamples(root, "src/index.ts"), [
      {
        file: "src/a.ts",
        line: 4,
        code: [
          'import { add, type Plan } from "drover";',
          "declare const plan: Plan;",
          "const sum = add(1, plan.size);",
          "plan.add(sum); // 3",
          "export {};",
          "",
        ].join("\n"),
      },
    ]);
  });
});
