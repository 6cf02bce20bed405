import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { docBlocks, type DocBlock } from "./doc-blocks.ts";
import { docExamples } from "./doc-examples.ts";
import { pageLinks } from "./doc-links.ts";
import { staleDocs } from "./generate-docs.ts";
import { runCommand, toolCommand } from "./run-command.ts";
import { listFiles } from "./source-files.ts";

/** Pages whose code must work and whose links must lead somewhere. */
const PAGES = ["*.md", "docs/**/*.md", ".github/**/*.md"];
const ENTRIES = ["src/index.ts", "src/provider.ts", "src/testing.ts"];
const BLOCK_TIMEOUT_MS = 60_000;
/** Below the repository, so that `import … from "drover"` finds the sources; ignored by git, one for each check. */
const WORK_FOLDER = `tmp/docs-check-${process.pid}`;

export interface DocsReport {
  readonly counts: { readonly [what: string]: number };
  readonly problems: readonly string[];
}

/** Runs or type-checks every block of code in the documents, and checks links and generated pages. */
export async function checkDocs(root: string): Promise<DocsReport> {
  const work = join(root, WORK_FOLDER);
  mkdirSync(join(work, "bin"), { recursive: true });
  try {
    writeFileSync(join(work, "bin", "drover"), shim(root), { mode: 0o755 });
    return await checkPages(root);
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function checkPages(root: string): Promise<DocsReport> {
  const pages = listFiles(root, PAGES);
  const blocks = pages.flatMap((page) => docBlocks(page, readFileSync(join(root, page), "utf8")));
  const links = pages.map((page) => pageLinks(root, page));
  const examples = ENTRIES.flatMap((entry) => docExamples(root, entry));
  const linked = new Set(links.flatMap((page) => page.targets));
  const problems = [
    ...links.flatMap((page) => page.problems),
    ...pages
      .filter((page) => page.startsWith("docs/") && !linked.has(page))
      .map((page) => `${page}:1: no page links to it`),
    ...(await staleDocs(root)).map((path) => `${path}:1: differs from the code: run "node tools/generate-docs.ts"`),
    ...(await checkTypes(root, blocks, examples)),
    ...(await runBlocks(root, blocks)),
  ];
  const counted = (languages: readonly string[]): number =>
    blocks.filter(({ language, noRunReason }) => languages.includes(language) && noRunReason === undefined).length;
  const counts = {
    pages: pages.length,
    links: links.reduce((sum, page) => sum + page.linkCount, 0),
    "blocks run": counted(["ts", "sh"]),
    "blocks parsed": counted(["yaml", "json"]),
    "blocks type-checked": blocks.filter(({ language }) => language === "ts").length,
    "examples type-checked": examples.length,
  };
  return { counts, problems };
}

function shim(root: string): string {
  return `#!/bin/sh\nexec "${process.execPath}" --conditions=source "${join(root, "src/cli/main.ts")}" "$@"\n`;
}

/** Each document has a folder of its own, in which its blocks run from top to bottom. */
function folderOf(file: string): string {
  return join(WORK_FOLDER, file.replace(/\.md$/, "").replaceAll("/", "-"));
}

function scriptOf({ file, line, savedAs }: DocBlock): string {
  return join(folderOf(file), savedAs ?? `line-${line}.ts`);
}

interface Snippet {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

/** Writes all TypeScript of the documents below the work folder and checks it in one compilation. */
async function checkTypes(
  root: string,
  blocks: readonly DocBlock[],
  examples: readonly Snippet[],
): Promise<readonly string[]> {
  const scripts = new Map<string, Snippet>();
  for (const block of blocks) {
    mkdirSync(join(root, folderOf(block.file)), { recursive: true });
    if (block.savedAs !== undefined) writeFileSync(join(root, folderOf(block.file), block.savedAs), block.code);
    if (block.language === "ts") scripts.set(scriptOf(block), block);
  }
  for (const [index, example] of examples.entries()) scripts.set(join(WORK_FOLDER, `example-${index}.ts`), example);
  for (const [path, { code }] of scripts) writeFileSync(join(root, path), `${code}\nexport {};\n`);
  if (scripts.size === 0) return [];
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, rootDir: "../..", paths: {} };
  const config = { extends: "../../tsconfig.json", compilerOptions, include: ["."] };
  writeFileSync(join(root, WORK_FOLDER, "tsconfig.json"), JSON.stringify(config));
  const { exitCode, output } = await runCommand([...toolCommand(root, "tsc"), "-p", WORK_FOLDER, "--pretty", "false"], {
    cwd: root,
  });
  if (exitCode === 0) return [];
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => atOrigin(line, scripts));
}

/** Moves the position of a compiler message from the extracted script to the document. */
function atOrigin(message: string, scripts: ReadonlyMap<string, Snippet>): string {
  const match = /^(.+?)\((\d+),\d+\): (.*)$/.exec(message);
  const snippet = scripts.get(match?.[1] ?? "");
  return match === null || snippet === undefined
    ? message
    : `${snippet.file}:${snippet.line + Number(match[2])}: ${match[3]}`;
}

type BlockRunner = (root: string, block: DocBlock) => Promise<string | undefined>;

const RUNNERS: ReadonlyMap<string, BlockRunner> = new Map<string, BlockRunner>([
  ["ts", (root, block) => execute(root, block, [process.execPath, "--conditions=source", join(root, scriptOf(block))])],
  ["sh", (root, block) => execute(root, block, ["bash", "-euo", "pipefail", "-c", block.code])],
  ["yaml", async (_root, { code }) => parseDocument(code).errors[0]?.message],
  ["json", async (_root, { code }) => jsonProblem(code)],
]);

async function runBlocks(root: string, blocks: readonly DocBlock[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const block of blocks) {
    if (block.noRunReason !== undefined) continue;
    const problem = await RUNNERS.get(block.language)?.(root, block);
    if (problem !== undefined) problems.push(`${block.file}:${block.line}: ${problem}`);
  }
  return problems;
}

async function execute(root: string, block: DocBlock, argv: readonly string[]): Promise<string | undefined> {
  const binaries = [join(root, WORK_FOLDER, "bin"), join(root, "node_modules/.bin"), process.env["PATH"]].join(":");
  // Runs of these blocks are none of whoever checks them.
  const state = { XDG_STATE_HOME: join(root, WORK_FOLDER, "state"), DROVER_DATA: undefined };
  const { exitCode, output } = await runCommand(argv, {
    cwd: join(root, folderOf(block.file)),
    env: { ...state, PATH: binaries, NO_COLOR: "1", FORCE_COLOR: undefined },
    timeoutMs: BLOCK_TIMEOUT_MS,
  });
  return exitCode === block.exitCode
    ? undefined
    : `ended with exit code ${exitCode}, but ${block.exitCode} is wanted:\n${output.trimEnd().replace(/^/gm, "    ")}`;
}

function jsonProblem(code: string): string | undefined {
  try {
    JSON.parse(code);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

if (import.meta.main) {
  const { counts, problems } = await checkDocs(process.cwd());
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  const ran = counts["blocks run"] ?? 0;
  if (ran === 0) process.stderr.write("Cannot check documents: no block of code was run\n");
  const text = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  process.stdout.write(`docs: ${text.join(", ")}, ${problems.length} problems\n`);
  if (problems.length > 0 || ran === 0) process.exitCode = 1;
}
