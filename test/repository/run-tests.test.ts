import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { runCommand, type CommandResult } from "../../tools/run-command.ts";

const RUNNER = join(import.meta.dirname, "..", "..", "tools", "run-tests.ts");
/** Node refuses to run tests inside of tests, unless it does not know. */
const OUTSIDE = {
  NODE_TEST_CONTEXT: undefined,
  NO_COLOR: "1",
  FORCE_COLOR: undefined,
  CI: undefined,
  DROVER_INSTALLED_PARTS: undefined,
};
const PASSING = 'import test from "node:test";\ntest("given a test, when it runs, then it passes", () => {});\n';

/** Runs the test command in a project that holds only these files. */
async function runProject(
  files: { readonly [path: string]: string },
  options: { readonly args?: readonly string[]; readonly env?: { readonly [name: string]: string | undefined } } = {},
): Promise<CommandResult> {
  const root = mkdtempSync(join(tmpdir(), "drover-run-tests-"));
  try {
    for (const [path, source] of Object.entries({ "package.json": '{"type":"module"}', ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), source);
    }
    const argv = [process.execPath, RUNNER, ...(options.args ?? [])];
    return await runCommand(argv, { cwd: root, env: { ...OUTSIDE, ...options.env } });
  } finally {
    rmSync(root, { recursive: true });
  }
}

function lastLine({ stdout }: CommandResult): string | undefined {
  return stdout.trimEnd().split("\n").at(-1);
}

test("given passing tests, when run, then the last line counts them and the exit code is 0", async () => {
  const result = await runProject({ "src/dag/a.test.ts": PASSING, "test/b.test.ts": PASSING });
  assert.equal(lastLine(result), "2 passed, 0 failed, 0 skipped");
  assert.equal(result.exitCode, 0);
});

test("given no test at all, when run, then the run fails", async () => {
  const result = await runProject({});
  assert.equal(lastLine(result), "0 passed, 1 failed, 0 skipped");
  assert.equal(result.exitCode, 1);
});

test("given a test file that declares no test, when run, then it fails by name", async () => {
  const result = await runProject({ "src/a.test.ts": PASSING, "src/b.test.ts": "export const nothing = 1;\n" });
  assert.match(result.stdout, /b\.test\.ts[\s\S]*declares no test/);
  assert.equal(lastLine(result), "1 passed, 1 failed, 0 skipped");
});

test("given a failing test, when run, then name, place and difference are shown", async () => {
  const source =
    'import assert from "node:assert/strict";\nimport test from "node:test";\ntest("given one, when compared, then two", () => assert.equal(1, 2));\n';
  const result = await runProject({ "src/a.test.ts": source });
  assert.match(result.stdout, /given one, when compared, then two \(src\/a\.test\.ts:3\)/);
  assert.match(result.stdout, /1 !== 2/);
  assert.equal(result.exitCode, 1);
});

test("given a file that cannot be loaded, when run, then the run fails", async () => {
  const result = await runProject({ "src/a.test.ts": PASSING, "src/b.test.ts": 'import "./absent.ts";\n' });
  assert.equal(lastLine(result), "1 passed, 1 failed, 0 skipped");
});

test("given a skip for a missing part, when run on a developer's machine, then it is counted and stands", async () => {
  const result = await runProject({ "src/a.test.ts": skipping("missing part: busybox") });
  assert.equal(lastLine(result), "0 passed, 0 failed, 1 skipped");
  assert.equal(result.exitCode, 0);
});

test("given a skip for a part that CI installed, when run there, then it is a failure", async () => {
  const files = { "src/a.test.ts": skipping("missing part: busybox") };
  const env = { CI: "true", DROVER_INSTALLED_PARTS: "procps busybox" };
  assert.equal(lastLine(await runProject(files, { env })), "0 passed, 1 failed, 0 skipped");
});

test("given a skip for a part that CI did not install, when run there, then it stands", async () => {
  const files = { "src/a.test.ts": skipping("missing part: docker") };
  const env = { CI: "true", DROVER_INSTALLED_PARTS: "procps busybox" };
  assert.equal(lastLine(await runProject(files, { env })), "0 passed, 0 failed, 1 skipped");
});

test("given a skip that does not say why, when run, then it is a failure", async () => {
  const result = await runProject({ "src/a.test.ts": skipping("") });
  assert.equal(lastLine(result), "0 passed, 1 failed, 0 skipped");
});

test("given a skip for another reason, when run, then it stands and is shown", async () => {
  const result = await runProject({ "src/a.test.ts": skipping("only root may mount") }, { env: { CI: "true" } });
  assert.match(result.stdout, /given a need, when it is missing, then skip: only root may mount/);
  assert.equal(lastLine(result), "0 passed, 0 failed, 1 skipped");
});

test("given words, when run, then only files whose path contains one are run", async () => {
  const files = { "src/dag/a.test.ts": PASSING, "src/plan/b.test.ts": PASSING };
  const result = await runProject(files, { args: ["src/dag"] });
  assert.equal(lastLine(result), "1 passed, 0 failed, 0 skipped");
});

test("given code no test reaches, when coverage is measured, then the line is named and the run fails", async () => {
  const source =
    "export function a(isOdd: boolean): number {\n  if (isOdd) return 1;\n\n  // why\n  return [2,\n    3].length;\n}\n";
  const reach =
    'import test from "node:test";\nimport { a } from "./a.ts";\ntest("given one, when asked, then one", () => void a(true));\n';
  const files = { "src/dag/a.ts": source, "src/dag/a.test.ts": reach, "src/dag/types.ts": "export type A = 1;\n" };
  const result = await runProject(files, { args: ["--coverage"] });
  assert.match(result.stdout, /src\/dag\/a\.ts: 2 missed, lines 5-6/);
  assert.match(result.stdout, /line coverage of the pure folders is 50\.0 %/);
  assert.equal(result.exitCode, 1);
});

function skipping(reason: string): string {
  return `import test from "node:test";\ntest("given a need, when it is missing, then skip", (context) => context.skip(${JSON.stringify(reason)}));\n`;
}
