import { readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { scanImports, type ModuleImport } from "./import-scan.ts";
import { importableFolders, mayImportNode, readLayerTable, type Layer, type LayerTable } from "./layers.ts";
import { isTestFile, listFiles } from "./source-files.ts";

export interface LayerReport {
  readonly filesVisited: number;
  readonly importsJudged: number;
  /** One line each: `file:line: what is wrong`. */
  readonly problems: readonly string[];
}

/**
 * Compares every import of `src/` with the table in `tools/layers.json`, every import of `examples/` with the public
 * names, and file names with the list of names that say nothing.
 */
export function checkLayers(root: string): LayerReport {
  const table = readLayerTable(root);
  const problems: string[] = [];
  let importsJudged = 0;
  const files = listFiles(root, ["src/**/*.ts", "examples/**/*.ts"]);
  for (const file of files) {
    const name = basename(file, ".ts").replace(/\.test$/, "");
    if (table.bannedFileNames.includes(name))
      problems.push(`${file}:1: a file named "${name}" says nothing about its concept`);
    const source = readFileSync(join(root, file), "utf8");
    problems.push(...unexplainedDirectives(file, source));
    for (const imported of scanImports(source)) {
      importsJudged++;
      const problem = judgeImport(table, file, imported);
      if (problem !== undefined) problems.push(`${file}:${imported.line}: ${problem}`);
    }
    if (!isKnownPlace(table, file)) problems.push(`${file}:1: its folder has no row in tools/layers.json`);
  }
  return { filesVisited: files.length, importsJudged, problems };
}

/** A rule that is switched off says why on the same line: `oxlint-disable-next-line RULE -- REASON`. */
function unexplainedDirectives(file: string, source: string): readonly string[] {
  return source
    .split("\n")
    .flatMap((line, index) =>
      /(?:oxlint|eslint)-disable/.test(line) && !/-disable.* -- \S.{5}/.test(line)
        ? [`${file}:${index + 1}: switches a lint rule off without a reason after " -- "`]
        : [],
    );
}

function isKnownPlace(table: LayerTable, file: string): boolean {
  const [top = "", second = "", ...deeper] = file.split("/");
  if (top !== "src") return true;
  return deeper.length === 0 ? Object.hasOwn(table.entries, second) : Object.hasOwn(table.folders, second);
}

/** What is wrong with an import, or `undefined`. */
function judgeImport(table: LayerTable, file: string, imported: ModuleImport): string | undefined {
  const { specifier, kind } = imported;
  if (file.startsWith("examples/")) return judgeExampleImport(file, specifier);
  if (kind === "star re-export") return `re-exports everything of "${specifier}"; name what is exported`;
  if (isTestFile(file)) return undefined;
  if (specifier.startsWith(".")) return judgeRelativeImport(table, file, imported);
  const [, folder = "", ...rest] = file.split("/");
  const layer = table.folders[folder];
  if (rest.length === 0 || layer === undefined)
    return `imports "${specifier}"; an entry only re-exports from folders of src`;
  return specifier.startsWith("node:")
    ? judgeNodeImport(layer, { folder, file: rest.join("/"), specifier })
    : judgePackageImport(layer, { folder, specifier });
}

function judgeRelativeImport(table: LayerTable, file: string, imported: ModuleImport): string | undefined {
  const { specifier, isTypeOnly } = imported;
  const [, folder = "", ...rest] = file.split("/");
  const [top = "", wanted = "", ...below] = posix.join(posix.dirname(file), specifier).split("/");
  if (top !== "src") return `imports "${specifier}", which is outside of src`;
  if (!specifier.endsWith(".ts") && !specifier.endsWith(".json")) return `imports "${specifier}" without its extension`;
  if (rest.length === 0) {
    const allowed = table.entries[folder];
    if (allowed === undefined || allowed.includes(wanted)) return undefined;
    return `entry "${folder}" may export from ${list(allowed)}, but not from "${wanted}"`;
  }
  if (below.length === 0) return `imports the entry "${wanted}"; import the folder that defines the name`;
  const allowed = importableFolders(table, folder);
  if (allowed.has(wanted)) return undefined;
  const types = table.folders[folder]?.typeImports ?? [];
  if (types.includes(wanted)) return isTypeOnly ? undefined : `"${folder}" may import only types from "${wanted}"`;
  return `"${folder}" may import ${list([...allowed, ...types])}, but not "${wanted}"`;
}

function judgeNodeImport(
  layer: Layer,
  { folder, file, specifier }: { folder: string; file: string; specifier: string },
): string | undefined {
  if (mayImportNode(layer, { file, specifier })) return undefined;
  return `"${folder}" may not import "${specifier}": it reaches the world through ports only`;
}

function judgePackageImport(
  layer: Layer,
  { folder, specifier }: { folder: string; specifier: string },
): string | undefined {
  const packages = layer.packages ?? [];
  if (packages.includes(specifier)) return undefined;
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (packages.includes(name)) return `imports "${specifier}", the inside of a package; import "${name}"`;
  return `"${folder}" may import the packages ${list(packages)}, but not "${specifier}"`;
}

/** Examples show what users can write: public names of drover, Node, and files beside them. */
function judgeExampleImport(file: string, specifier: string): string | undefined {
  if (/^(?:node:.*|drover|drover\/provider|drover\/testing|zod)$/.test(specifier)) return undefined;
  if (specifier.startsWith(".") && posix.join(posix.dirname(file), specifier).startsWith("examples/")) return undefined;
  return `an example may import public entries only, but not "${specifier}"`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");
}

if (import.meta.main) {
  const report = checkLayers(process.cwd());
  for (const problem of report.problems) process.stderr.write(`${problem}\n`);
  if (report.filesVisited === 0) process.stderr.write("Cannot check layers: no file was found under src\n");
  process.stdout.write(
    `layers: ${report.filesVisited} files, ${report.importsJudged} imports, ${report.problems.length} problems\n`,
  );
  if (report.problems.length > 0 || report.filesVisited === 0) process.exitCode = 1;
}
