import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { after } from "node:test";
import { z } from "zod";
import { checkLayers } from "../../tools/check-layers.ts";
import { generateLintConfig } from "../../tools/generate-lint.ts";
import { runCommand, toolCommand } from "../../tools/run-command.ts";

/** One deliberate violation and who must see it. */
interface Violation {
  readonly file: string;
  readonly source: string;
  /** Code the linter reports, such as `typescript(no-explicit-any)`. */
  readonly rule?: string;
  /** Part of the sentence `check-layers` writes. */
  readonly layers?: RegExp;
}

const REPOSITORY = join(import.meta.dirname, "..", "..");
const IMPORT_RULE = "eslint(no-restricted-imports)";
const GLOBAL_RULE = "eslint(no-restricted-globals)";

const VIOLATIONS: { readonly [name: string]: Violation } = {
  "the engine importing the event log": {
    file: "src/engine/a1.ts",
    source: 'import { log } from "../eventlog/log.ts";\nexport const a = log;\n',
    rule: IMPORT_RULE,
    layers: /"engine" may import .* but not "eventlog"/,
  },
  "the engine importing a value where only types are allowed": {
    file: "src/engine/a2.ts",
    source: 'import { thing } from "../operation/thing.ts";\nexport const a = thing;\n',
    rule: IMPORT_RULE,
    layers: /"engine" may import only types from "operation"/,
  },
  "a provider importing the engine from a folder of its own": {
    file: "src/providers/file/a3.ts",
    source: 'import type { Thing } from "../../engine/thing.ts";\nexport type A = Thing;\n',
    rule: IMPORT_RULE,
    layers: /"providers" may import .* but not "engine"/,
  },
  "a dynamic import through a fence": {
    file: "src/dag/a4.ts",
    source: 'export async function a(): Promise<unknown> {\n  return import("../plan/thing.ts");\n}\n',
    rule: IMPORT_RULE,
    layers: /"dag" may import .* but not "plan"/,
  },
  "a re-export through a fence": {
    file: "src/dag/a5.ts",
    source: 'export type { Thing } from "../plan/thing.ts";\n',
    rule: IMPORT_RULE,
    layers: /"dag" may import .* but not "plan"/,
  },
  "a pure folder reading files": {
    file: "src/plan/a6.ts",
    source: 'import { readFileSync } from "node:fs";\nexport const a = readFileSync;\n',
    rule: IMPORT_RULE,
    layers: /"plan" may not import "node:fs"/,
  },
  "a Node module without its prefix": {
    file: "src/host/a7.ts",
    source: 'import { readFileSync } from "fs";\nexport const a = readFileSync;\n',
    rule: "unicorn(prefer-node-protocol)",
    layers: /"host" may import the packages none, but not "fs"/,
  },
  "the hashing file reading files": {
    file: "src/base/json.ts",
    source: 'import { readFileSync } from "node:fs";\nexport const a = readFileSync;\n',
    layers: /"base" may not import "node:fs"/,
  },
  "a host module taking time from node:timers": {
    file: "src/host/a8.ts",
    source: 'import { setTimeout as wait } from "node:timers/promises";\nexport const a = wait;\n',
    rule: IMPORT_RULE,
  },
  "a package outside of its folder": {
    file: "src/engine/a9.ts",
    source: 'import { z } from "zod";\nexport const a = z;\n',
    rule: IMPORT_RULE,
    layers: /"engine" may import the packages none, but not "zod"/,
  },
  "the inside of a package": {
    file: "src/operation/a10.ts",
    source: 'import { z } from "zod/v4/core";\nexport const a = z;\n',
    layers: /imports "zod\/v4\/core", the inside of a package/,
  },
  "our own package imported from within": {
    file: "src/cli/a11.ts",
    source: 'import { a as b } from "drover";\nexport const a = b;\n',
    rule: IMPORT_RULE,
    layers: /but not "drover"/,
  },
  "a relative import leaving src": {
    file: "src/cli/a12.ts",
    source: 'import { a as b } from "../../tools/a.ts";\nexport const a = b;\n',
    layers: /outside of src/,
  },
  "everything re-exported": {
    file: "src/dag/a13.ts",
    source: 'export * from "./thing.ts";\n',
    layers: /re-exports everything of/,
  },
  "a folder without a row": {
    file: "src/mystery/a14.ts",
    source: "export const a = 1;\n",
    layers: /has no row/,
  },
  "a file name that says nothing": {
    file: "src/dag/utils.ts",
    source: "export const a = 1;\n",
    layers: /"utils" says nothing/,
  },
  "an example using inner names": {
    file: "examples/simple/main.ts",
    source: 'import { a as b } from "../../src/dag/thing.ts";\nexport const a = b;\n',
    layers: /public entries only/,
  },
  "a rule switched off without a reason": {
    file: "src/dag/a15.ts",
    source: "// oxlint-disable-next-line no-console\nexport const a = 1;\n",
    layers: /without a reason/,
  },
  ...globalViolations(),
  "Math.random in a pure folder": {
    file: "src/report/a16.ts",
    source: "export const a = Math.random();\n",
    rule: "eslint(no-restricted-properties)",
  },
  "AbortSignal.timeout past the clock port": {
    file: "src/execute/a17.ts",
    source: "export const a = AbortSignal.timeout(5);\n",
    rule: "eslint(no-restricted-properties)",
  },
  "printing from the library": {
    file: "src/library/a18.ts",
    source: 'export function a(): void {\n  console.log("x");\n}\n',
    rule: "eslint(no-console)",
  },
  any: {
    file: "src/dag/a19.ts",
    source: "export function a(value: any): void {\n  void value;\n}\n",
    rule: "typescript(no-explicit-any)",
  },
  "a non-null assertion": {
    file: "src/dag/a20.ts",
    source: "export function a(value: string | undefined): string {\n  return value!;\n}\n",
    rule: "typescript(no-non-null-assertion)",
  },
  "an unchecked assertion": {
    file: "src/dag/a21.ts",
    source: 'export function a(value: string): "x" {\n  return value as "x";\n}\n',
    rule: "typescript(no-unsafe-type-assertion)",
  },
  "a promise nobody waits for": {
    file: "src/host/a22.ts",
    source: "async function work(): Promise<void> {}\nexport function a(): void {\n  work();\n}\n",
    rule: "typescript(no-floating-promises)",
  },
  "a promise where nobody expects one": {
    file: "src/host/a23.ts",
    source: "export function a(values: string[]): void {\n  values.forEach(async () => {});\n}\n",
    rule: "typescript(no-misused-promises)",
  },
  "a switch that forgets a variant": {
    file: "src/engine/a24.ts",
    source:
      'export function a(value: "x" | "y"): number {\n  switch (value) {\n    case "x":\n      return 1;\n  }\n  return 2;\n}\n',
    rule: "typescript(switch-exhaustiveness-check)",
  },
  "a value import used as a type": {
    file: "src/dag/a25.ts",
    source: 'import { Thing } from "./thing.ts";\nexport type A = Thing;\n',
    rule: "typescript(consistent-type-imports)",
  },
  "parsed JSON used unchecked": {
    file: "src/dag/a26.ts",
    source: 'export const a: string = JSON.parse("1").name;\n',
    rule: "typescript(no-unsafe-member-access)",
  },
  "something thrown that is no error": {
    file: "src/dag/a27.ts",
    source: 'export function a(): void {\n  throw "x";\n}\n',
    rule: "typescript(only-throw-error)",
  },
  "a default export": {
    file: "src/dag/a28.ts",
    source: "export default function a(): void {}\n",
    rule: "import(no-default-export)",
  },
  "a loop of imports": {
    file: "src/dag/a29.ts",
    source: 'import { b } from "./a30.ts";\nexport const a = (): unknown => b;\n',
    rule: "import(no-cycle)",
  },
  "five positional parameters": {
    file: "src/dag/a31.ts",
    source: "export function a(b: 1, c: 1, d: 1, e: 1, f: 1): number {\n  return b + c + d + e + f;\n}\n",
    rule: "eslint(max-params)",
  },
};

/** Code that must pass every fence. */
const CLEAN: { readonly [file: string]: string } = {
  "src/dag/thing.ts": "export interface Thing {\n  readonly at: Date;\n}\n",
  "src/dag/a30.ts": 'import { a } from "./a29.ts";\nexport const b = (): unknown => a;\n',
  "src/engine/clean.ts": 'import type { Thing } from "../operation/thing.ts";\nexport type A = Thing;\n',
  "src/engine/clean.test.ts": 'import { readFileSync } from "node:fs";\nexport const a = [Date.now(), readFileSync];\n',
  "src/runner/system.ts":
    'import { randomBytes } from "node:crypto";\nexport const a = [Date.now(), randomBytes(1)];\n',
  "src/providers/file/clean.ts": 'import { b } from "../../operation/thing.ts";\nexport const a = b;\n',
};

function globalViolations(): { readonly [name: string]: Violation } {
  const uses = {
    Date: "Date.now()",
    performance: "performance.now()",
    crypto: "crypto.randomUUID()",
    setTimeout: "setTimeout(() => {}, 1)",
    setInterval: "setInterval(() => {}, 1)",
    setImmediate: "setImmediate(() => {})",
    process: "process.env",
    fetch: 'await fetch("http://127.0.0.1/")',
    globalThis: "globalThis.Math",
  };
  return Object.fromEntries(
    Object.entries(uses).map(([name, use]) => [
      `${name} in a pure folder`,
      { file: `src/dag/global-${name.toLowerCase()}.ts`, source: `export const a = ${use};\n`, rule: GLOBAL_RULE },
    ]),
  );
}

const diagnosticsSchema = z.object({
  diagnostics: z.array(z.object({ code: z.string().optional(), filename: z.string(), message: z.string() })),
});

const root = mkdtempSync(join(tmpdir(), "drover-fences-"));
after(() => rmSync(root, { recursive: true }));
const { diagnostics, layerProblems } = await judge();

async function judge() {
  for (const path of ["package.json", "tsconfig.json", "tools/layers.json"]) {
    cpSync(join(REPOSITORY, path), join(root, path));
  }
  symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  writeFileSync(join(root, ".oxlintrc.json"), await generateLintConfig(root));
  const sources = Object.values(VIOLATIONS).map(({ file, source }) => [file, source] as const);
  for (const [file, source] of [...sources, ...Object.entries(CLEAN)]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), source);
  }
  const argv = [...toolCommand(root, "oxlint"), "--type-aware", "-f", "json", "src", "examples"];
  const { stdout } = await runCommand(argv, { cwd: root });
  const found = diagnosticsSchema.parse(JSON.parse(stdout)).diagnostics;
  return { diagnostics: found, layerProblems: checkLayers(root).problems };
}

for (const [name, violation] of Object.entries(VIOLATIONS)) {
  test(`given ${name}, when the repository is checked, then it is reported`, () => {
    const { file, rule, layers } = violation;
    assert.ok(rule !== undefined || layers !== undefined);
    const codes = diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code);
    if (rule !== undefined) assert.ok(codes.includes(rule), `${file}: ${codes.join(", ")}`);
    const problems = layerProblems.filter((problem) => problem.startsWith(`${file}:`));
    if (layers !== undefined) assert.match(problems.join("\n"), layers);
  });
}

test("given code that keeps to its folder, when the repository is checked, then nothing is reported", () => {
  const fences = [IMPORT_RULE, GLOBAL_RULE, "eslint(no-restricted-properties)"];
  for (const file of Object.keys(CLEAN)) {
    const found = diagnostics.filter(({ filename, code }) => filename === file && fences.includes(code ?? ""));
    assert.deepEqual(found, []);
    assert.deepEqual(
      layerProblems.filter((problem) => problem.startsWith(`${file}:`)),
      [],
    );
  }
});

test("given a folder without sources, when layers are checked, then the check fails instead of passing over nothing", async () => {
  const empty = mkdtempSync(join(tmpdir(), "drover-fences-empty-"));
  try {
    cpSync(join(REPOSITORY, "tools/layers.json"), join(empty, "tools/layers.json"));
    const script = join(REPOSITORY, "tools/check-layers.ts");
    const { exitCode, output } = await runCommand([process.execPath, script], { cwd: empty });
    assert.equal(exitCode, 1);
    assert.match(output, /no file was found/);
  } finally {
    rmSync(empty, { recursive: true });
  }
});
