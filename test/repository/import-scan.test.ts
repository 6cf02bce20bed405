import assert from "node:assert/strict";
import test from "node:test";
import { scanImports } from "../../tools/import-scan.ts";
import { blankComments } from "../../tools/source-tokens.ts";

function specifiers(source: string): readonly string[] {
  return scanImports(source).map(
    ({ kind, isTypeOnly, specifier, line }) => `${line} ${kind}${isTypeOnly ? " type" : ""} ${specifier}`,
  );
}

test("given every form of import, when scanned, then each is found with its kind and line", () => {
  const source = [
    'import "./a.ts";',
    'import b from "./b.ts";',
    'import { c, type C } from "./c.ts";',
    'import type { D } from "./d.ts";',
    'import * as e from "./e.ts";',
    'import type * as f from "./f.ts";',
    'export { g } from "./g.ts";',
    'export type { H } from "./h.ts";',
    'export * from "./i.ts";',
    'const j = await import("./j.ts");',
    "import {",
    "  k,",
    '} from "./k.ts";',
  ].join("\n");
  assert.deepEqual(specifiers(source), [
    "1 static ./a.ts",
    "2 static ./b.ts",
    "3 static ./c.ts",
    "4 static type ./d.ts",
    "5 static ./e.ts",
    "6 static type ./f.ts",
    "7 re-export ./g.ts",
    "8 re-export type ./h.ts",
    "9 star re-export ./i.ts",
    "10 dynamic ./j.ts",
    "11 static ./k.ts",
  ]);
});

test("given text that only looks like imports, when scanned, then nothing is found", () => {
  const source = [
    '// import "./a.ts";',
    '/* import { b } from "./b.ts"; */',
    "const c = 'import \"./c.ts\"';",
    "const d = `import { d } from \"./d.ts\"; ${1 + 1} export * from './d.ts'`;",
    'const e = /import "x" [/] \'/.test(`}`);',
    "const here = import.meta.url;",
    'const f = { import: "./f.ts", export: 1 };',
    'f.import("./g.ts");',
    "export const from = 1;",
    "export { c };",
    "const g = 4 / 2 / 1;",
  ].join("\n");
  assert.deepEqual(specifiers(source), []);
});

test("given an import inside of a template's expression, when scanned, then it is found", () => {
  assert.deepEqual(specifiers('const a = `x ${{ b: await import("./b.ts") }} y`;\nimport "./c.ts";'), [
    "1 dynamic ./b.ts",
    "2 static ./c.ts",
  ]);
});

test("given comments, when blanked, then positions of the code stay", () => {
  const source = 'const a = "// no"; // yes\n/* one\ntwo */ const b = 1;\n';
  const blanked = blankComments(source);
  assert.equal(blanked, 'const a = "// no";       \n      \n       const b = 1;\n');
});
