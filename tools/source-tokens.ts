/** A piece of TypeScript source that matters for finding imports; comments and white space are left out. */
export interface SourceToken {
  readonly kind: "word" | "string" | "template" | "regex" | "number" | "punctuator";
  /** Source text; for strings the text between the quotes, unescaped only as far as paths need. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s+/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const NUMBER = /\d[\w.]*/y;
const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$]*/uy;
const BEFORE_REGEX = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof".split(" "),
);

/** Splits TypeScript (without JSX) into tokens. Total: an odd character becomes a punctuator. */
export function tokenize(source: string): readonly SourceToken[] {
  const tokens: SourceToken[] = [];
  /** Depth of braces at which each open template continues. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const push = (kind: SourceToken["kind"], end: number, text = source.slice(at, end)): void => {
    tokens.push({ kind, text, start: at, end });
    at = end;
  };
  while (at < source.length) {
    const skipped =
      matchAt(SPACE, source, at) ?? matchAt(LINE_COMMENT, source, at) ?? matchAt(BLOCK_COMMENT, source, at);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const character = source.charAt(at);
    const closesTemplate = character === "}" && templates.at(-1) === depth;
    if (character === "`" || closesTemplate) {
      if (closesTemplate) templates.pop();
      const { end, isOpen } = templateChunk(source, at + 1);
      push("template", end);
      if (isOpen) templates.push(depth);
      continue;
    }
    if (character === "{") depth++;
    if (character === "}") depth--;
    const string = matchAt(STRING, source, at);
    const regex = string === undefined && startsRegex(tokens.at(-1)) ? matchAt(REGEX, source, at) : undefined;
    if (string !== undefined) push("string", string, source.slice(at + 1, string - 1));
    else if (regex !== undefined) push("regex", regex);
    else pushSimple(source, at, push);
  }
  return tokens;
}

/** The source with comments replaced by spaces, line breaks kept. */
export function blankComments(source: string): string {
  let blanked = "";
  let at = 0;
  for (const token of tokenize(source)) {
    blanked += source.slice(at, token.start).replace(/\S/g, " ") + source.slice(token.start, token.end);
    at = token.end;
  }
  return blanked + source.slice(at).replace(/\S/g, " ");
}

function pushSimple(source: string, at: number, push: (kind: SourceToken["kind"], end: number) => void): void {
  const number = matchAt(NUMBER, source, at);
  const word = number ?? matchAt(WORD, source, at);
  if (number !== undefined) push("number", number);
  else if (word !== undefined) push("word", word);
  else push("punctuator", at + 1);
}

function templateChunk(source: string, from: number): { readonly end: number; readonly isOpen: boolean } {
  for (let at = from; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === "\\") at++;
    else if (character === "`") return { end: at + 1, isOpen: false };
    else if (character === "$" && source.charAt(at + 1) === "{") return { end: at + 2, isOpen: true };
  }
  return { end: source.length, isOpen: false };
}

function startsRegex(previous: SourceToken | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === "word") return BEFORE_REGEX.has(previous.text);
  return previous.kind === "punctuator" && !")]}".includes(previous.text);
}

function matchAt(pattern: RegExp, source: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : undefined;
}
