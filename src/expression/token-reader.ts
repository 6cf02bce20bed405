import { must } from "../base/assert.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { PROBLEMS_MAX } from "./expression-limits.ts";
import type { ExpressionProblem } from "./problem.ts";
import type { Span } from "./span.ts";
import type { OperatorText, Token } from "./token.ts";

const WORD_HINTS: ReadonlyMap<string, string> = new Map([
  ["and", "Write && for and"],
  ["or", "Write || for or"],
  ["not", "Write ! for not"],
  ["is", "Write == to compare"],
  ["eq", "Write == to compare"],
  ["ne", "Write != to compare"],
]);

/** Walks over tokens and notes problems. The last token is never passed. */
export class TokenReader {
  readonly problems: ExpressionProblem[];
  readonly #tokens: readonly Token[];
  #position = 0;
  /** After a problem, what follows is noise until the next comma or bracket. */
  #isLost = false;

  constructor(tokens: readonly Token[], problems: readonly ExpressionProblem[]) {
    this.#tokens = tokens;
    this.problems = [...problems];
  }

  get token(): Token {
    return must(this.#tokens[this.#position], "the last token ends the expression");
  }

  /** The token before the present one. */
  get last(): Token {
    return this.#tokens[this.#position - 1] ?? this.token;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#position + 1];
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== "end") this.#position++;
    return token;
  }

  isAt(operator: OperatorText): boolean {
    return this.token.kind === "operator" && this.token.operator === operator;
  }

  isAtWord(word: string): boolean {
    return this.token.kind === "name" && this.token.name === word;
  }

  take(operator: OperatorText): boolean {
    if (!this.isAt(operator)) return false;
    this.#position++;
    return true;
  }

  takeWord(word: string): boolean {
    if (!this.isAtWord(word)) return false;
    this.#position++;
    return true;
  }

  /** Takes the bracket that closes `opening`; when it is missing, says so and skips to it. */
  close(closing: OperatorText, opening: Token): void {
    if (this.take(closing)) {
      this.#isLost = false;
      return;
    }
    if (this.token.kind === "end") {
      this.report("DRV_EXPRESSION_UNCLOSED", "Cannot read the expression: a bracket is never closed", {
        span: { offset: opening.offset, length: opening.length },
        hint: `Add the closing "${closing}"`,
      });
      return;
    }
    this.unexpected(`"${closing}" or ","`);
    this.#skipTo(closing);
  }

  /** Says that the present token cannot stand here. */
  unexpected(wanted: string, usage?: string): void {
    const hint = usage ?? this.#wordHint();
    this.report("DRV_EXPRESSION_SYNTAX", `Cannot read the expression: found ${this.#found()}, wanted ${wanted}`, {
      span: { offset: this.token.offset, length: this.token.length },
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Notes a problem, unless an earlier one made what follows meaningless. */
  report(code: ErrorCode, message: string, { span, hint }: { readonly span: Span; readonly hint?: string }): void {
    const isSilent = this.#isLost || this.problems.length >= PROBLEMS_MAX;
    this.#isLost = true;
    // What is no token has been reported by who cut the text.
    if (isSilent || (this.token.kind === "unknown" && code === "DRV_EXPRESSION_SYNTAX")) return;
    this.problems.push({ code, severity: "error", message, span, ...(hint === undefined ? {} : { hint }) });
  }

  /** A comma starts something new, which is worth its own problems. */
  takeComma(): boolean {
    if (!this.take(",")) return false;
    this.#isLost = false;
    return true;
  }

  /** Words of other languages that stand here or just before. */
  #wordHint(): string | undefined {
    for (const token of [this.token, this.last]) {
      const hint = token.kind === "name" ? WORD_HINTS.get(token.name.toLowerCase()) : undefined;
      if (hint !== undefined) return hint;
    }
    return undefined;
  }

  #found(): string {
    const { token } = this;
    switch (token.kind) {
      case "end":
        return "the end";
      case "number":
        return `the number ${token.value}`;
      case "string":
        return `the text ${JSON.stringify(token.value.slice(0, 40))}`;
      case "name":
        return `the name "${token.name.slice(0, 40)}"`;
      case "operator":
        return `"${token.operator}"`;
      case "unknown":
        return "something that means nothing";
    }
  }

  /** Passes balanced brackets until the one that closes, or a comma of the same level. */
  #skipTo(closing: OperatorText): void {
    let level = 0;
    while (this.token.kind !== "end") {
      if (level === 0 && this.take(closing)) {
        this.#isLost = false;
        return;
      }
      if (this.isAt("(") || this.isAt("[") || this.isAt("{")) level++;
      if (this.isAt(")") || this.isAt("]") || this.isAt("}")) level--;
      this.next();
    }
  }
}
