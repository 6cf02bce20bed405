import type { ComprehensionExpression, Expression, MapEntry } from "./ast.ts";
import type { Parser } from "./parser.ts";
import { type Span, spanBetween } from "./span.ts";
import type { Token } from "./token.ts";

/** Reads `( … )`, `[ … ]` or `{ … }`; `undefined` when no bracket opens here. */
export function parseBracket(parser: Parser): Expression | undefined {
  const { reader } = parser;
  const opening = reader.token;
  if (reader.take("(")) {
    const inner = parser.parseExpression();
    reader.close(")", opening);
    return parser.respanned(inner, spanBetween(opening, reader.last));
  }
  if (reader.take("[")) return parseList(parser, opening);
  return reader.take("{") ? parseMap(parser, opening) : undefined;
}

function parseList(parser: Parser, opening: Token): Expression {
  const { reader } = parser;
  const items: Expression[] = [];
  while (!reader.isAt("]") && reader.token.kind !== "end") {
    const item = parser.parseExpression();
    if (items.length === 0 && reader.isAtWord("for")) {
      return parseComprehension(parser, { key: undefined, value: item }, { opening, closing: "]" });
    }
    items.push(item);
    if (!reader.takeComma()) break;
  }
  reader.close("]", opening);
  return parser.noted({ kind: "list", items, span: spanBetween(opening, reader.last) }, ...items);
}

function parseMap(parser: Parser, opening: Token): Expression {
  const { reader } = parser;
  const entries: EntryReading[] = [];
  while (!reader.isAt("}") && reader.token.kind !== "end") {
    const entry = parseEntry(parser);
    if (entries.length === 0 && reader.isAtWord("for")) {
      return parseComprehension(parser, { ...entry, key: variableOf(entry) }, { opening, closing: "}" });
    }
    entries.push(entry);
    if (!reader.takeComma()) break;
  }
  reader.close("}", opening);
  const children = entries.flatMap(({ key, value }) => [key, value]);
  return parser.noted(
    {
      kind: "map",
      entries: entries.map(({ key, value }) => ({ key, value })),
      span: spanBetween(opening, reader.last),
    },
    ...children,
  );
}

interface EntryReading extends MapEntry {
  readonly plainName: string | undefined;
}

/** In a comprehension the key changes with every item, so a lone name is the variable. */
function variableOf({ key, plainName }: EntryReading): Expression {
  return plainName === undefined ? key : { kind: "name", name: plainName, span: key.span };
}

/** `name: value`, `"any text": value` or `expression: value`; a lone name in front of the colon is a text. */
function parseEntry(parser: Parser): EntryReading {
  const { reader } = parser;
  const { token } = reader;
  const after = reader.peek();
  const isPlainName = token.kind === "name" && after?.kind === "operator" && after.operator === ":";
  const key = isPlainName ? textOfName(parser, token.name) : parser.parseExpression();
  if (!reader.take(":")) reader.unexpected('":" and a value', "Write {name: value, (expression): value}");
  const plainName = isPlainName ? token.name : undefined;
  return { key, value: parser.parseExpression(), plainName };
}

function textOfName(parser: Parser, name: string): Expression {
  const { offset, length } = parser.reader.next();
  return { kind: "literal", value: name, span: { offset, length } };
}

interface Brackets {
  readonly opening: Token;
  readonly closing: "]" | "}";
}

function parseComprehension(
  parser: Parser,
  { key, value }: Pick<ComprehensionExpression, "key" | "value">,
  { opening, closing }: Brackets,
): Expression {
  const { reader } = parser;
  reader.next();
  const names = [parseVariable(parser)];
  if (reader.takeComma()) names.push(parseVariable(parser));
  if (!reader.takeWord("in")) reader.unexpected('"in" and a list or map', "Write [x.name for x in list if x.ok]");
  const source = parser.parseExpression();
  const condition = reader.takeWord("if") ? parser.parseExpression() : undefined;
  reader.close(closing, opening);
  const span = spanBetween(opening, reader.last);
  return parser.noted(
    { kind: "comprehension", key, value, names, source, condition, span },
    key,
    value,
    source,
    condition,
  );
}

function parseVariable(parser: Parser): { readonly name: string; readonly span: Span } {
  const { token } = parser.reader;
  const span = { offset: token.offset, length: token.length };
  if (token.kind !== "name" || token.name === "in") {
    parser.reader.unexpected("the name of a variable");
    return { name: "_", span };
  }
  parser.reader.next();
  return { name: token.name, span };
}
