import { err, ok, type Result } from "../base/result.ts";
import { PATTERN_STATES_MAX } from "./expression-limits.ts";
import { readClass, readEscapedClass, type CharacterClass } from "./pattern-class.ts";

/**
 * A pattern as a tree. What it can say is what can be tested in time proportional to the text: no back references, no
 * look-around.
 */
export type PatternNode =
  | { readonly kind: "empty" }
  | { readonly kind: "class"; readonly characters: CharacterClass }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly min: number; readonly max: number };

/** Why a pattern cannot be used, and where in it. */
export interface PatternProblem {
  readonly reason: string;
  readonly offset: number;
}

const NESTING_MAX = 50;
const REPEAT_MAX = 1_000;

/** Reads a pattern: `.`, `[a-z]`, `[^a]`, `\d`, `\w`, `\s`, `^`, `$`, `( )`, `(?: )`, `|`, `*`, `+`, `?`, `{2,5}`. */
export function parsePattern(pattern: string): Result<PatternNode, PatternProblem> {
  const parser = new PatternParser(pattern);
  const node = parser.parseChoice(0);
  const { problem } = parser;
  if (problem !== undefined) return err(problem);
  if (parser.offset < pattern.length) return err({ reason: "a ) has no ( before it", offset: parser.offset });
  if (stateCount(node) > PATTERN_STATES_MAX) {
    return err({ reason: `it has more than ${PATTERN_STATES_MAX} states with its repetitions written out`, offset: 0 });
  }
  return ok(node);
}

class PatternParser {
  readonly #pattern: string;
  offset = 0;
  problem: PatternProblem | undefined;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  parseChoice(nesting: number): PatternNode {
    if (nesting > NESTING_MAX) return this.#fail(`it nests more than ${NESTING_MAX} levels`);
    const parts = [this.#parseSequence(nesting)];
    while (this.#take("|")) parts.push(this.#parseSequence(nesting));
    return parts.length === 1 ? (parts[0] ?? { kind: "empty" }) : { kind: "choice", parts };
  }

  #parseSequence(nesting: number): PatternNode {
    const parts: PatternNode[] = [];
    while (this.problem === undefined && this.offset < this.#pattern.length && !this.#isAt("|") && !this.#isAt(")")) {
      parts.push(this.#parseRepeats(this.#parseAtom(nesting)));
    }
    return { kind: "sequence", parts };
  }

  #parseRepeats(atom: PatternNode): PatternNode {
    const bounds = this.#repeatBounds();
    if (bounds === undefined) return atom;
    if (atom.kind === "start" || atom.kind === "end") return this.#fail("^ and $ cannot be repeated");
    // Lazy repetition finds the same texts: whether a pattern is found does not depend on it.
    this.#take("?");
    if (this.#repeatBounds() !== undefined) return this.#fail("a repetition cannot be repeated without a group");
    return { kind: "repeat", part: atom, ...bounds };
  }

  #repeatBounds(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take("*")) return { min: 0, max: Infinity };
    if (this.#take("+")) return { min: 1, max: Infinity };
    if (this.#take("?")) return { min: 0, max: 1 };
    const match = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#pattern.slice(this.offset, this.offset + 12));
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === "" ? Infinity : Number(match[3]);
    if (min > REPEAT_MAX || (max !== Infinity && max > REPEAT_MAX))
      this.#fail(`it repeats more than ${REPEAT_MAX} times`);
    if (max < min) this.#fail("a repetition has its bounds the wrong way round");
    this.offset += match[0].length;
    return { min, max };
  }

  #parseAtom(nesting: number): PatternNode {
    if (this.#take("(")) return this.#parseGroup(nesting);
    if (this.#take("^")) return { kind: "start" };
    if (this.#take("$")) return { kind: "end" };
    if (this.#take(".")) return { kind: "class", characters: { isNegated: true, ranges: [[10, 10]] } };
    if (this.#isAt("*") || this.#isAt("+") || this.#isAt("?")) return this.#fail("there is nothing to repeat");
    const read = this.#isAt("[") ? readClass : this.#isAt("\\") ? readEscapedClass : undefined;
    if (read !== undefined) {
      const reading = read(this.#pattern, this.offset);
      if (typeof reading === "string") return this.#fail(reading);
      this.offset += reading.length;
      return { kind: "class", characters: reading.characters };
    }
    const codePoint = this.#pattern.codePointAt(this.offset) ?? 0;
    this.offset += codePoint > 0xffff ? 2 : 1;
    return { kind: "class", characters: { isNegated: false, ranges: [[codePoint, codePoint]] } };
  }

  #parseGroup(nesting: number): PatternNode {
    if (this.#isAt("?") && !this.#take("?:")) return this.#fail("(?: ) is the only group with a question mark");
    const inner = this.parseChoice(nesting + 1);
    if (this.problem === undefined && !this.#take(")")) return this.#fail("a ( is never closed");
    return inner;
  }

  #isAt(piece: string): boolean {
    return this.#pattern.startsWith(piece, this.offset);
  }

  #take(piece: string): boolean {
    if (!this.#isAt(piece)) return false;
    this.offset += piece.length;
    return true;
  }

  #fail(reason: string): PatternNode {
    this.problem ??= { reason, offset: this.offset };
    return { kind: "empty" };
  }
}

/** How many states the pattern has when it is compiled; stops counting when there are too many. */
function stateCount(node: PatternNode): number {
  switch (node.kind) {
    case "empty":
      return 0;
    case "class":
    case "start":
    case "end":
      return 1;
    case "sequence":
    case "choice":
      return node.parts.reduce((sum, part) => sum + stateCount(part) + 1, 0);
    case "repeat":
      return (stateCount(node.part) + 1) * (node.max === Infinity ? node.min + 1 : node.max);
  }
}
