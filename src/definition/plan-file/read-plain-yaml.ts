import { plainScalar } from "./core-scalar.ts";
import {
  APOSTROPHE,
  COLON,
  COMMA,
  endsKey,
  HASH,
  HYPHEN,
  INDICATORS,
  isFlowCode,
  isKeyCode,
  isLetterCode,
  isWordCode,
  LIST_END,
  LIST_START,
  MAP_END,
  MAP_START,
  NEWLINE,
  QUOTE,
  SPACE,
} from "./plain-characters.ts";
import { PlainCursor } from "./plain-cursor.ts";

/** Deeper than this is for the whole parser to judge. */
const DEPTH_MAX = 50;
/** Values one file may have before its size is for the whole parser to judge. */
const VALUES_MAX = 500_000;

/** Breaks and blanks that YAML treats in ways of their own. */
const UNUSUAL = /[\t\r\u0085\u2028\u2029\uFEFF]/;

/**
 * Reads what nearly all plan files consist of: block maps and lists, scalars on one line, flow collections on one line.
 * Says nothing about mistakes and positions: whatever is unusual, wrong or odd is left to the whole parser.
 *
 * @returns the value, exactly as the whole parser would make it without a word, or `undefined` for any other text
 */
export function readPlainYaml(text: string): { readonly value: unknown } | undefined {
  if (UNUSUAL.test(text)) return undefined;
  const reader = new PlainReader(text);
  const value = reader.readDocument();
  return reader.isDeclined ? undefined : { value };
}

class PlainReader extends PlainCursor {
  #depth = 0;
  #valueCount = 0;

  readDocument(): unknown {
    this.toLine(0);
    if (this.indent !== 0) return this.decline();
    const value = this.#readBlock();
    return this.at >= this.text.length ? value : this.decline();
  }

  /** A map or a list that begins here. */
  #readBlock(): unknown {
    if (++this.#depth > DEPTH_MAX) return this.decline();
    const value = this.isItem() ? this.#readItems() : this.#readMembers();
    this.#depth--;
    return value;
  }

  #readMembers(): unknown {
    const indent = this.indent;
    const map: Record<string, unknown> = {};
    while (this.indent === indent) {
      if (this.isItem()) return this.decline();
      const key = this.#readKey();
      if (Object.hasOwn(map, key)) return this.decline();
      const value = this.isLineEnd() ? this.#readBelow(indent, true) : this.#readInline(indent);
      map[key] = value;
    }
    return this.indent > indent ? this.decline() : map;
  }

  #readItems(): unknown {
    const indent = this.indent;
    const items: unknown[] = [];
    while (this.indent === indent && this.isItem()) {
      const start = this.at;
      this.at++;
      this.skipBlanks();
      if (this.isLineEnd()) items.push(this.#readBelow(indent, false));
      else if (this.isItem() || this.#isKey()) {
        this.indent = indent + this.at - start;
        items.push(this.#readBlock());
      } else items.push(this.#readInline(indent));
    }
    return this.indent > indent ? this.decline() : items;
  }

  /** What stands on the lines below, or nothing. The items of a member may stand in its own column. */
  #readBelow(indent: number, mayBeItems: boolean): unknown {
    this.toLine(this.endOfLine());
    this.#count();
    if (this.indent > indent || (mayBeItems && this.indent === indent && this.isItem())) return this.#readBlock();
    return null;
  }

  /** A value on the rest of the line. */
  #readInline(indent: number): unknown {
    const code = this.text.charCodeAt(this.at);
    const isFlow = code === MAP_START || code === LIST_START;
    const value = isFlow ? this.#readFlow() : this.#readScalar(false);
    this.skipBlanks();
    if (!this.isLineEnd()) return this.decline();
    this.toLine(this.endOfLine());
    // The text may go on.
    return this.indent > indent ? this.decline() : value;
  }

  #readFlow(): unknown {
    if (++this.#depth > DEPTH_MAX) return this.decline();
    const isMap = this.text.charCodeAt(this.at) === MAP_START;
    this.at++;
    const value = isMap ? this.#readFlowMembers() : this.#readFlowItems();
    this.#depth--;
    return value;
  }

  #readFlowMembers(): unknown {
    const map: Record<string, unknown> = {};
    this.skipBlanks();
    if (this.take(MAP_END)) return map;
    for (;;) {
      const key = this.#readKey();
      if (Object.hasOwn(map, key)) return this.decline();
      map[key] = this.#readFlowValue();
      this.skipBlanks();
      if (this.take(MAP_END)) return map;
      if (!this.take(COMMA)) return this.decline();
      this.skipBlanks();
    }
  }

  #readFlowItems(): unknown {
    const items: unknown[] = [];
    this.skipBlanks();
    if (this.take(LIST_END)) return items;
    for (;;) {
      items.push(this.#readFlowValue());
      this.skipBlanks();
      if (this.take(LIST_END)) return items;
      if (!this.take(COMMA)) return this.decline();
      this.skipBlanks();
    }
  }

  #readFlowValue(): unknown {
    const code = this.text.charCodeAt(this.at);
    return code === MAP_START || code === LIST_START ? this.#readFlow() : this.#readScalar(true);
  }

  #readScalar(isInFlow: boolean): unknown {
    this.#count();
    const code = this.text.charCodeAt(this.at);
    if (code === QUOTE || code === APOSTROPHE) return this.#readQuoted(code);
    const text = this.#readPlain(isInFlow);
    const { value, oddity } = plainScalar(text);
    return oddity === undefined ? value : this.decline();
  }

  /** Without escapes. */
  #readQuoted(quote: number): string {
    const text = this.text;
    const start = this.at + 1;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === NEWLINE || (code === 92 && quote === QUOTE)) return this.declineText();
      if (code !== quote) continue;
      if (quote === APOSTROPHE && text.charCodeAt(at + 1) === APOSTROPHE) return this.declineText();
      this.at = at + 1;
      return text.slice(start, at);
    }
    return this.declineText();
  }

  #readPlain(isInFlow: boolean): string {
    const text = this.text;
    const start = this.at;
    const first = text.charCodeAt(start);
    if (INDICATORS.has(first) || (first === HYPHEN && !isWordCode(text.charCodeAt(start + 1))))
      return this.declineText();
    let end = start;
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === NEWLINE) break;
      if (code === SPACE) continue;
      if (code === HASH && text.charCodeAt(at - 1) === SPACE) break;
      if (code === COLON && endsKey(text.charCodeAt(at + 1), isInFlow)) return this.declineText();
      // What may end it here is looked at by whoever reads on.
      if (isInFlow && isFlowCode(code)) break;
      end = at + 1;
    }
    if (end === start || (isInFlow && text.charCodeAt(at) === HASH)) return this.declineText();
    this.at = end;
    return text.slice(start, end);
  }

  /** Whether a simple key begins here. */
  #isKey(): boolean {
    const end = this.#endOfKey();
    if (end === this.at || this.text.charCodeAt(end) !== COLON) return false;
    return endsKey(this.text.charCodeAt(end + 1), false);
  }

  /** A simple key with its colon and what separates it from its value. */
  #readKey(): string {
    const text = this.text;
    const end = this.#endOfKey();
    if (!this.#isKey()) return this.declineText();
    const key = text.slice(this.at, end);
    // Words that are no text, and the name that is no ordinary member.
    if ((key.length <= 5 && plainScalar(key).value !== key) || key === "__proto__") return this.declineText();
    this.at = end + 1;
    this.skipBlanks();
    return key;
  }

  #endOfKey(): number {
    let end = this.at;
    // A name: what begins otherwise may be a number, and numbers change the order of members.
    if (!isLetterCode(this.text.charCodeAt(end))) return end;
    while (isKeyCode(this.text.charCodeAt(end))) end++;
    return end;
  }

  #count(): void {
    if (++this.#valueCount > VALUES_MAX) this.decline();
  }
}
