import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runCommand } from "./run-command.ts";
import { listFiles } from "./source-files.ts";

const EXAMPLE_TIMEOUT_MS = 60_000;

/** `examples/examples.json`: what is run, and how it must end. */
const examplesSchema = z.array(
  z.strictObject({
    name: z.string(),
    /** Script relative to `examples/`, then its arguments; `$WORK` in one is a fresh empty folder. */
    run: z.tuple([z.string()], z.string()),
    /** Default 0. */
    exitCode: z.int().min(0).default(0),
    /** Texts that must appear in the output. */
    prints: z.array(z.string()).default([]),
  }),
);
type Example = z.infer<typeof examplesSchema>[number];

export interface ExamplesReport {
  readonly ran: number;
  readonly problems: readonly string[];
}

/** Runs every declared example as a user would, and finds programs that nobody declared. */
export async function runExamples(root: string): Promise<ExamplesReport> {
  const folder = join(root, "examples");
  const list = join(folder, "examples.json");
  const examples = examplesSchema.parse(existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : []);
  const declared = new Set(examples.map(({ run }) => run[0]));
  const undeclared = listFiles(folder, ["*/main.ts", "*/demo.ts"]).filter((path) => !declared.has(path));
  const problems = undeclared.map((path) => `examples/${path}: is not declared in examples/examples.json`);
  for (const example of examples) {
    const problem = await runExample(root, example);
    if (problem !== undefined) problems.push(`example "${example.name}": ${problem}`);
  }
  return { ran: examples.length, problems };
}

async function runExample(
  root: string,
  { run: [script, ...args], exitCode, prints }: Example,
): Promise<string | undefined> {
  const work = mkdtempSync(join(tmpdir(), "drover-example-"));
  try {
    const argv = [join(root, "examples", script), ...args.map((text) => text.replaceAll("$WORK", work))];
    const result = await runCommand([process.execPath, "--conditions=source", ...argv], {
      cwd: root,
      // Runs of examples are none of whoever checks them.
      env: { XDG_STATE_HOME: join(work, "state"), DROVER_DATA: undefined, NO_COLOR: "1", FORCE_COLOR: undefined },
      timeoutMs: EXAMPLE_TIMEOUT_MS,
    });
    const missing = prints.filter((text) => !result.output.includes(text));
    if (result.exitCode === exitCode && missing.length === 0) return undefined;
    const found = missing.length === 0 ? "" : `, and did not print ${missing.map((text) => `"${text}"`).join(", ")}`;
    const output = result.output.trimEnd().replace(/^/gm, "    ");
    return `ended with exit code ${result.exitCode}, where ${exitCode} is wanted${found}\n${output}`;
  } finally {
    rmSync(work, { recursive: true });
  }
}

if (import.meta.main) {
  const { ran, problems } = await runExamples(process.cwd());
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`examples: ${ran} ran, ${problems.length} problems\n`);
  if (problems.length > 0) process.exitCode = 1;
}
