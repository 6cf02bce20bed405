import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import { inspect, parseArgs, styleText } from "node:util";
import { coverageTable, type CoveredFile } from "./coverage-table.ts";
import { listFiles } from "./source-files.ts";
import { judgeSkip } from "./skip-policy.ts";
import { isEmptyFile, TestTally } from "./test-tally.ts";

/** Where tests live. */
const TEST_FILES = ["src/**/*.test.ts", "test/**/*.test.ts"];
/** Folders without I/O: every line of theirs can be reached by a test. */
const PURE_FOLDERS = ["base", "dag", "operation", "definition", "plan", "engine", "report", "protocol"];
const COVERAGE_PERCENT_MIN = 95;
/** A test that takes longer waits for something that will not happen. */
const TEST_TIMEOUT_MS = 120_000;

const HELP = `Runs the tests of the repository.

  npm test                        all tests
  npm test -- src/dag fences      files whose path contains one of the words
  npm test -- --coverage          also measures line coverage of the pure folders
  npm test -- --name 'given a'    tests whose name matches
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    coverage: { type: "boolean", default: false },
    name: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await runTests(process.cwd());

async function runTests(root: string): Promise<number> {
  const files = listFiles(root, TEST_FILES).filter(
    (file) => positionals.length === 0 || positionals.some((word) => file.includes(word.replace(/^\.\//, ""))),
  );
  const tally = new TestTally();
  const covered = files.length === 0 ? [] : await runFiles(root, files, tally);
  const problems: string[] = [];
  if (tally.total === 0) problems.push("Cannot run tests: no test was found");
  if (values.coverage && positionals.length === 0) {
    const table = coverageTable(root, { covered, folders: PURE_FOLDERS, percentMin: COVERAGE_PERCENT_MIN });
    process.stdout.write(`\n${table.text}\n`);
    problems.push(...table.problems);
  }
  for (const skip of tally.skips) process.stdout.write(`${styleText("yellow", "-")} ${skip}\n`);
  for (const failure of tally.failures) process.stdout.write(`\n${styleText("red", "✖")} ${failure}\n`);
  for (const problem of problems) process.stdout.write(`\n${styleText("red", "✖")} ${problem}\n`);
  process.stdout.write(`\n${tally.summary(problems.length)}\n`);
  return tally.failures.length + problems.length === 0 ? 0 : 1;
}

function runFiles(root: string, files: readonly string[], tally: TestTally): Promise<readonly CoveredFile[]> {
  const stream = run({
    files: files.map((file) => join(root, file)),
    cwd: root,
    concurrency: Math.max(2, availableParallelism()),
    execArgv: ["--conditions=source"],
    timeout: TEST_TIMEOUT_MS,
    ...(values.name === undefined ? {} : { testNamePatterns: [new RegExp(values.name)] }),
    coverage: values.coverage,
    coverageIncludeGlobs: PURE_FOLDERS.map((folder) => `src/${folder}/**/*.ts`),
    coverageExcludeGlobs: ["**/*.test.ts"],
  });
  let covered: readonly CoveredFile[] = [];
  stream.on("test:pass", (event) => {
    if (event.details.type === "suite") return;
    if (isEmptyFile(event, files, root)) tally.fail(event.name, "the file declares no test");
    else if (event.skip !== undefined && event.skip !== false) {
      const problem = judgeSkip(event.skip, process.env);
      if (problem === undefined) tally.skip(event.name, String(event.skip));
      else tally.fail(event.name, problem);
    } else tally.pass();
  });
  stream.on("test:fail", (event) => {
    if (event.details.type === "suite" && event.details.error.cause === undefined) return;
    const place = event.file === undefined ? "" : ` (${relative(root, event.file)}:${event.line ?? 1})`;
    tally.fail(`${event.name}${place}`, withoutNodeFrames(inspect(event.details.error.cause, { depth: 5 })));
  });
  stream.on("test:coverage", (event) => (covered = event.summary.files));
  stream.on("test:summary", (event) => {
    if (event.file !== undefined) reportFile(relative(root, event.file), event);
  });
  stream.on("test:stderr", (event) => process.stderr.write(event.message));
  return new Promise((resolve, reject) => {
    stream.on("error", reject);
    stream.on("end", () => resolve(covered));
    stream.resume();
  });
}

/** Stack frames inside Node and packages say nothing about the failure. */
function withoutNodeFrames(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s+at .*(?:node:internal|node:async_hooks|node_modules)/.test(line))
    .join("\n");
}

interface FileSummary {
  readonly success: boolean;
  readonly duration_ms: number;
  readonly counts: { readonly tests: number; readonly passed: number; readonly skipped: number };
}

function reportFile(file: string, { success, counts, duration_ms: durationMs }: FileSummary): void {
  const mark = success ? styleText("green", "✔") : styleText("red", "✖");
  const failures = counts.tests - counts.passed - counts.skipped;
  const failed = failures === 0 ? "" : `, ${failures} failed`;
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  const time = styleText("dim", `${Math.round(durationMs)} ms`);
  process.stdout.write(`${mark} ${file}: ${counts.passed} passed${failed}${skipped} ${time}\n`);
}
