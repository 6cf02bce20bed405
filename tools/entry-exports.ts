import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { tokenize, type SourceToken } from "./source-tokens.ts";

/** A name that an entry of the package exports. */
export interface EntryExport {
  readonly name: string;
  readonly isTypeOnly: boolean;
  /** File it is taken from, relative to the repository. */
  readonly from: string;
}

/** Reads the lists `export { … } from "…"` of an entry; an entry holds nothing else. */
export function entryExports(root: string, entry: string): readonly EntryExport[] {
  const tokens = tokenize(readFileSync(join(root, entry), "utf8"));
  const found: EntryExport[] = [];
  for (let index = 0; index < tokens.length; index++) {
    if (tokens[index]?.text !== "export") continue;
    const isTypeOnly = tokens[index + 1]?.text === "type";
    const opening = index + (isTypeOnly ? 2 : 1);
    if (tokens[opening]?.text !== "{") throw new Error(`${entry} holds something else than lists of exports`);
    const closing = tokens.findIndex((token, position) => position > opening && token.text === "}");
    const specifier = tokens[closing + 2];
    const names = exportedNames(tokens.slice(opening + 1, closing), isTypeOnly);
    if (names.length > 0 && specifier?.kind !== "string") throw new Error(`${entry} exports a name without "from"`);
    const from = posix.join(posix.dirname(entry), specifier?.text ?? "");
    found.push(...names.map((name) => ({ ...name, from })));
  }
  return found;
}

function exportedNames(
  tokens: readonly SourceToken[],
  isListTypeOnly: boolean,
): readonly { readonly name: string; readonly isTypeOnly: boolean }[] {
  return splitAtCommas(tokens).map((words) => ({
    name: words.at(-1) ?? "",
    isTypeOnly: isListTypeOnly || (words[0] === "type" && words.length > 1),
  }));
}

function splitAtCommas(tokens: readonly SourceToken[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const { text } of tokens) {
    if (text === ",") parts.push([]);
    else parts.at(-1)?.push(text);
  }
  return parts.filter((words) => words.length > 0);
}
