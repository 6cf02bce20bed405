import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { entryExports, type EntryExport } from "./entry-exports.ts";
import { tokenize } from "./source-tokens.ts";

/** An `@example` of a doc comment, made into a module that can be type-checked. */
export interface DocExample {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

/** Examples in the files that define what `entry` exports, each completed with the imports it needs. */
export function docExamples(root: string, entry: string): readonly DocExample[] {
  const exported = entryExports(root, entry);
  const files = [...new Set(exported.map(({ from }) => from))].toSorted();
  return files.flatMap((file) =>
    findExamples(readFileSync(join(root, file), "utf8")).map(({ line, code }) => ({
      file,
      line,
      code: complete(code, { exported, entry: basename(entry, ".ts") }),
    })),
  );
}

function findExamples(source: string): readonly { readonly line: number; readonly code: string }[] {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const firstLine = source.slice(0, comment.index).split("\n").length;
    const lines = comment[0]
      .split("\n")
      .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\* ?)/, "").replace(/\*\/$/, ""));
    return lines.flatMap((line, index) => {
      if (!line.startsWith("@example")) return [];
      const rest = lines.slice(index + 1);
      const end = rest.findIndex((other) => /^@\w/.test(other));
      const body = (end === -1 ? rest : rest.slice(0, end)).filter((other) => !other.startsWith("```"));
      return [{ line: firstLine + index, code: body.join("\n").trim() }];
    });
  });
}

/** Adds imports of public names, and declares `plan`, `graph`, `fleet`… when an example speaks of one it got elsewhere. */
function complete(code: string, { exported, entry }: { exported: readonly EntryExport[]; entry: string }): string {
  if (/^import /m.test(code)) return code;
  const tokens = tokenize(code);
  const words = new Set(
    tokens.flatMap(({ kind, text }, index) => (kind === "word" && tokens[index - 1]?.text !== "." ? [text] : [])),
  );
  const declared = new Set(
    tokens.flatMap(({ text }, index) =>
      ["const", "let", "function", "class"].includes(tokens[index - 1]?.text ?? "") ? [text] : [],
    ),
  );
  const used = exported.filter(({ name }) => words.has(name) && !declared.has(name));
  const assumed = exported.filter(({ name }) => {
    const variable = name.charAt(0).toLowerCase() + name.slice(1);
    return (
      variable !== name &&
      words.has(variable) &&
      !declared.has(variable) &&
      !exported.some((other) => other.name === variable)
    );
  });
  const specifier = entry === "index" ? "drover" : `drover/${entry}`;
  const names = [...used, ...assumed].map(({ name, isTypeOnly }) => (isTypeOnly ? `type ${name}` : name));
  return [
    ...(words.has("assert") ? ['import assert from "node:assert/strict";'] : []),
    ...(names.length === 0 ? [] : [`import { ${[...new Set(names)].join(", ")} } from "${specifier}";`]),
    ...assumed.map(({ name }) => `declare const ${name.charAt(0).toLowerCase()}${name.slice(1)}: ${name};`),
    code.startsWith("{") ? `void ${code};` : code,
    "export {};",
    "",
  ].join("\n");
}
