import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readLayerTable } from "./layers.ts";
import { runCommand, toolCommand } from "./run-command.ts";
import { isTestFile, listFiles } from "./source-files.ts";

/** Examples are read from top to bottom as one text, so their functions may be long. */
const CHECKED = ["src", "tools"];

const exceptionSchema = z.strictObject({
  path: z.string(),
  /** Name of the function; absent for a whole file. */
  name: z.string().optional(),
  /** Lines it may have at most; lower it when the thing shrinks. */
  lines: z.int().positive(),
  reason: z.string().min(20),
});
const exceptionsSchema = z.strictObject({ files: z.array(exceptionSchema), functions: z.array(exceptionSchema) });
type Exception = z.infer<typeof exceptionSchema>;

interface Size {
  readonly path: string;
  readonly name?: string;
  readonly lines: number;
}

export interface SizeReport {
  readonly filesVisited: number;
  readonly problems: readonly string[];
}

/**
 * Finds files and functions over the limits of `tools/layers.json`, tests exempt. What `tools/size-exceptions.json`
 * names may be longer, up to the size stated there; an exception that is no longer needed is itself a problem, so the
 * list can only shrink.
 */
export async function checkSizes(root: string): Promise<SizeReport> {
  const { limits } = readLayerTable(root);
  const exceptions = exceptionsSchema.parse(
    JSON.parse(readFileSync(join(root, "tools", "size-exceptions.json"), "utf8")),
  );
  const files = listFiles(
    root,
    CHECKED.map((folder) => `${folder}/**/*.ts`),
  ).filter((path) => !isTestFile(path));
  const longFiles = files
    .map((path) => ({ path, lines: countLines(readFileSync(join(root, path), "utf8")) }))
    .filter(({ lines }) => lines > limits.fileLines);
  const longFunctions = await findLongFunctions(root, limits.functionLines);
  return {
    filesVisited: files.length,
    problems: [
      ...compare(longFiles, exceptions.files, limits.fileLines),
      ...compare(longFunctions, exceptions.functions, limits.functionLines),
    ],
  };
}

function countLines(source: string): number {
  return source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
}

function compare(found: readonly Size[], exceptions: readonly Exception[], limit: number): readonly string[] {
  const problems: string[] = [];
  const needed = new Set<Exception>();
  for (const size of found) {
    const exception = exceptions.find(({ path, name }) => path === size.path && name === size.name);
    if (exception !== undefined) needed.add(exception);
    const allowed = exception?.lines ?? limit;
    if (size.lines > allowed) {
      problems.push(`${size.path}:1: ${describe(size)} has ${size.lines} lines, but may have ${allowed}`);
    }
  }
  for (const exception of exceptions) {
    if (needed.has(exception)) continue;
    problems.push(
      `${exception.path}:1: ${describe(exception)} no longer needs its exception in tools/size-exceptions.json`,
    );
  }
  return problems;
}

function describe({ name }: { readonly name?: string | undefined }): string {
  return name === undefined ? "the file" : `the function "${name}"`;
}

const diagnosticsSchema = z.object({
  diagnostics: z.array(z.object({ message: z.string(), filename: z.string() })),
});

/** The linter's parser knows where functions start and end, so it does the counting. */
async function findLongFunctions(root: string, limit: number): Promise<readonly Size[]> {
  const folder = mkdtempSync(join(tmpdir(), "drover-sizes-"));
  try {
    const config = join(folder, "size-lint.json");
    const rule = ["error", { max: limit, skipComments: true, skipBlankLines: true, IIFEs: true }];
    writeFileSync(
      config,
      JSON.stringify({ categories: { correctness: "off" }, rules: { "max-lines-per-function": rule } }),
    );
    const existing = CHECKED.filter((top) => listFiles(root, [top]).length > 0);
    const { stdout } = await runCommand([...toolCommand(root, "oxlint"), "-c", config, "-f", "json", ...existing], {
      cwd: root,
    });
    return diagnosticsSchema
      .parse(JSON.parse(stdout))
      .diagnostics.filter(({ filename }) => !isTestFile(filename))
      .map(({ message, filename }) => ({
        path: filename.replaceAll("\\", "/"),
        name: /`([^`]+)`/.exec(message)?.[1] ?? "anonymous",
        lines: Number(/\((\d+)\)/.exec(message)?.[1]),
      }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const report = await checkSizes(process.cwd());
  for (const problem of report.problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`sizes: ${report.filesVisited} files, ${report.problems.length} problems\n`);
  if (report.problems.length > 0 || report.filesVisited === 0) process.exitCode = 1;
}
