import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join, relative } from "node:path";
import { blankComments } from "./source-tokens.ts";
import { isTestFile, listFiles } from "./source-files.ts";

export interface CoveredFile {
  readonly path: string;
  readonly lines: readonly { readonly line: number; readonly count: number }[];
}

export interface CoverageTable {
  readonly text: string;
  readonly problems: readonly string[];
}

interface FileLines {
  readonly path: string;
  readonly code: number;
  readonly missed: readonly number[];
}

export interface CoverageTableOptions {
  readonly covered: readonly CoveredFile[];
  /** Folders of `src/` to report. */
  readonly folders: readonly string[];
  readonly percentMin: number;
}

/**
 * Line coverage per folder. Only lines that hold code at run time count: no comments, no blank lines, no types; a file
 * that no test loads counts as not covered.
 */
export function coverageTable(root: string, { covered, folders, percentMin }: CoverageTableOptions): CoverageTable {
  const byPath = new Map(covered.map((file) => [relative(root, file.path).replaceAll("\\", "/"), file]));
  const rows = folders.map((folder) => {
    const files = listFiles(root, [`src/${folder}/**/*.ts`])
      .filter((path) => !isTestFile(path))
      .map((path) => fileLines(root, path, byPath.get(path)));
    return { folder, files, ...totals(files) };
  });
  const all = totals(rows.flatMap(({ files }) => files));
  const lines = [
    `${"folder".padEnd(12)}${"lines".padStart(8)}${"missed".padStart(8)}${"covered".padStart(10)}`,
    ...[...rows, { folder: "all", ...all }].map(
      ({ folder, code, missed }) =>
        `${folder.padEnd(12)}${String(code).padStart(8)}${String(missed).padStart(8)}${`${percent(code, missed).toFixed(1)} %`.padStart(10)}`,
    ),
    "",
    ...worstFiles(rows.flatMap(({ files }) => files)),
  ];
  const covers = percent(all.code, all.missed);
  const problems =
    covers >= percentMin
      ? []
      : [`line coverage of the pure folders is ${covers.toFixed(1)} %, but at least ${percentMin} % is wanted`];
  return { text: lines.join("\n").trimEnd(), problems };
}

function fileLines(root: string, path: string, covered: CoveredFile | undefined): FileLines {
  const code = codeLines(readFileSync(join(root, path), "utf8"));
  if (covered === undefined) return { path, code: code.length, missed: code };
  const unreached = new Set(covered.lines.filter(({ count }) => count === 0).map(({ line }) => line));
  return { path, code: code.length, missed: code.filter((line) => unreached.has(line)) };
}

/** Numbers of the lines that still hold something besides braces when types and comments are gone. */
function codeLines(source: string): readonly number[] {
  return blankComments(stripTypeScriptTypes(source))
    .split("\n")
    .flatMap((text, index) => (/[\w"'`]/.test(text) && !/^\s*import\b/.test(text) ? [index + 1] : []));
}

function worstFiles(files: readonly FileLines[]): readonly string[] {
  return files
    .filter(({ missed }) => missed.length > 0)
    .toSorted((a, b) => b.missed.length - a.missed.length)
    .slice(0, 15)
    .map(({ path, missed }) => `  ${path}: ${missed.length} missed, lines ${ranges(missed).slice(0, 12).join(" ")}`);
}

function ranges(lines: readonly number[]): readonly string[] {
  const found: { from: number; to: number }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last?.to === line - 1) last.to = line;
    else found.push({ from: line, to: line });
  }
  return found.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
}

function totals(files: readonly FileLines[]): { readonly code: number; readonly missed: number } {
  return {
    code: files.reduce((sum, file) => sum + file.code, 0),
    missed: files.reduce((sum, file) => sum + file.missed.length, 0),
  };
}

function percent(code: number, missed: number): number {
  return code === 0 ? 100 : (100 * (code - missed)) / code;
}
