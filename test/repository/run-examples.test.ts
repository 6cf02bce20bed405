import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { runExamples, type ExamplesReport } from "../../tools/run-examples.ts";

/** Runs the examples of a repository with one example program and this list. */
async function report(program: string, list: readonly object[]): Promise<ExamplesReport> {
  const root = mkdtempSync(join(tmpdir(), "drover-examples-test-"));
  try {
    mkdirSync(join(root, "examples", "one"), { recursive: true });
    writeFileSync(join(root, "examples", "one", "main.ts"), program);
    writeFileSync(join(root, "examples", "examples.json"), JSON.stringify(list));
    return await runExamples(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("given an example that ends as declared, when run, then it is fine", async () => {
  const program = "console.log(`hello ${process.argv[2]}`);\nprocess.exitCode = 4;\n";
  const declared = { name: "one", run: ["one/main.ts", "you"], exitCode: 4, prints: ["hello you"] };
  assert.deepEqual(await report(program, [declared]), { ran: 1, problems: [] });
});

test("given an example that ends otherwise, when run, then exit code and missing text are named with its output", async () => {
  const { problems } = await report('console.error("bad");\nprocess.exitCode = 1;\n', [
    { name: "one", run: ["one/main.ts"], prints: ["good"] },
  ]);
  assert.deepEqual(problems, [
    'example "one": ended with exit code 1, where 0 is wanted, and did not print "good"\n    bad',
  ]);
});

test("given a program that nobody declared, when examples are run, then it is named", async () => {
  const { problems } = await report("", []);
  assert.deepEqual(problems, ["examples/one/main.ts: is not declared in examples/examples.json"]);
});

test("given the folder an example asks for, when run, then it is there, empty and its own", async () => {
  const program = 'import { readdirSync } from "node:fs";\nconsole.log(readdirSync(process.argv[2] ?? "").length);\n';
  const declared = { name: "one", run: ["one/main.ts", "$WORK"], prints: ["0"] };
  assert.deepEqual(await report(program, [declared]), { ran: 1, problems: [] });
});
