import { tokenize, type SourceToken } from "./source-tokens.ts";

/** One module another module is taken from. */
export interface ModuleImport {
  readonly specifier: string;
  readonly kind: "static" | "dynamic" | "re-export" | "star re-export";
  /** Erased before anything runs: `import type`, `export type`. */
  readonly isTypeOnly: boolean;
  /** From 1. */
  readonly line: number;
}

/** Every import of a TypeScript source, in order. A dynamic import of a computed name has no specifier and is left out. */
export function scanImports(source: string): readonly ModuleImport[] {
  const tokens = tokenize(source);
  const found: ModuleImport[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word" || isMember(tokens, index)) continue;
    const read = token.text === "import" ? readImport : token.text === "export" ? readExport : undefined;
    const scanned = read?.(tokens, index);
    if (scanned !== undefined) found.push({ ...scanned, line: lineOf(source, token.start) });
  }
  return found;
}

type Scanned = Omit<ModuleImport, "line">;

function readImport(tokens: readonly SourceToken[], index: number): Scanned | undefined {
  const next = tokens[index + 1];
  if (next === undefined || is(next, ".")) return undefined;
  if (next.kind === "string") return { specifier: next.text, kind: "static", isTypeOnly: false };
  if (is(next, "(")) {
    const argument = tokens[index + 2];
    if (argument?.kind !== "string") return undefined;
    return { specifier: argument.text, kind: "dynamic", isTypeOnly: false };
  }
  const second = tokens[index + 2];
  const isTypeOnly = next.text === "type" && second !== undefined && !is(second, ",") && second.text !== "from";
  const specifier = specifierAfterFrom(tokens, index + 1);
  return specifier === undefined ? undefined : { specifier, kind: "static", isTypeOnly };
}

function readExport(tokens: readonly SourceToken[], index: number): Scanned | undefined {
  const isTypeOnly = tokens[index + 1]?.text === "type";
  const opening = tokens[index + (isTypeOnly ? 2 : 1)];
  if (opening === undefined || !(is(opening, "*") || is(opening, "{"))) return undefined;
  const specifier = specifierAfterFrom(tokens, index + 1);
  if (specifier === undefined) return undefined;
  return { specifier, kind: is(opening, "*") ? "star re-export" : "re-export", isTypeOnly };
}

/** The string after the next `from`, when only a list of names stands before it. */
function specifierAfterFrom(tokens: readonly SourceToken[], from: number): string | undefined {
  for (let index = from; index < tokens.length; index++) {
    const token = tokens[index];
    const next = tokens[index + 1];
    if (token?.text === "from" && next?.kind === "string") return next.text;
    if (token?.kind !== "word" && !(token?.kind === "punctuator" && "{},*".includes(token.text))) return undefined;
  }
  return undefined;
}

function isMember(tokens: readonly SourceToken[], index: number): boolean {
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  return (before !== undefined && is(before, ".")) || (after !== undefined && (is(after, ":") || is(after, "=")));
}

function is(token: SourceToken, text: string): boolean {
  return token.kind === "punctuator" && token.text === text;
}

function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split("\n").length;
}
