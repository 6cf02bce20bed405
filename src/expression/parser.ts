import type { BinaryExpression, BinaryOperator, Expression } from "./ast.ts";
import { parseBracket } from "./parse-brackets.ts";
import { EXPRESSION_DEPTH_MAX } from "./expression-limits.ts";
import { isChainless, PRECEDENCE } from "./precedence.ts";
import type { Span } from "./span.ts";
import { spanBetween } from "./span.ts";
import type { TokenReader } from "./token-reader.ts";

/** Words that are no names of their own; after a dot they are. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(["true", "false", "null", "in", "for", "if"]);

const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map<string, null | boolean>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/**
 * Turns tokens into a tree by descending through the levels of precedence. Depth is counted, both of what nests and of
 * chains, so that neither this nor anything that walks the tree can run out of stack.
 */
export class Parser {
  readonly reader: TokenReader;
  /** How deep the tree below a node is, of nodes deeper than 1. */
  readonly #heights = new WeakMap<Expression, number>();
  #nesting = 0;

  constructor(reader: TokenReader) {
    this.reader = reader;
  }

  /** A whole expression: the lowest level, `condition ? one : other`. */
  parseExpression(): Expression {
    if (this.#nesting >= EXPRESSION_DEPTH_MAX) return this.#tooDeep();
    this.#nesting++;
    const expression = this.#parseConditional();
    this.#nesting--;
    return expression;
  }

  /** Notes how deep a finished node is. */
  noted(expression: Expression, ...children: readonly (Expression | undefined)[]): Expression {
    let height = 1;
    for (const child of children) {
      if (child !== undefined) height = Math.max(height, (this.#heights.get(child) ?? 1) + 1);
    }
    if (height > EXPRESSION_DEPTH_MAX) return this.#tooDeep();
    if (height > 1) this.#heights.set(expression, height);
    return expression;
  }

  /** The same tree in parentheses, which belong to it when people are shown where it stands. */
  respanned(expression: Expression, span: Span): Expression {
    const copy = { ...expression, span };
    const height = this.#heights.get(expression);
    if (height !== undefined) this.#heights.set(copy, height);
    return copy;
  }

  /** Stands where something could not be read; the problem is noted. */
  placeholder(span: Span): Expression {
    return { kind: "literal", value: null, span };
  }

  #tooDeep(): Expression {
    const { offset, length } = this.reader.token;
    const message = `Cannot read the expression: it has more than ${EXPRESSION_DEPTH_MAX} levels`;
    this.reader.report("DRV_EXPRESSION_LIMIT", message, { span: { offset, length } });
    while (this.reader.token.kind !== "end") this.reader.next();
    return this.placeholder({ offset, length });
  }

  #parseConditional(): Expression {
    const condition = this.#parseBinary(1);
    if (!this.reader.take("?")) return condition;
    const whenTrue = this.parseExpression();
    if (!this.reader.take(":")) this.reader.unexpected('":" and the other value', "Write condition ? one : other");
    const whenFalse = this.parseExpression();
    const span = spanBetween(condition.span, whenFalse.span);
    return this.noted({ kind: "conditional", condition, whenTrue, whenFalse, span }, condition, whenTrue, whenFalse);
  }

  #parseBinary(levelMin: number): Expression {
    let left = this.#parseUnary();
    let chainless: number | undefined;
    for (;;) {
      const operator = this.#binaryOperator();
      const level = operator === undefined ? 0 : (PRECEDENCE.get(operator) ?? 0);
      if (operator === undefined || level < levelMin) return left;
      if (chainless === level) {
        this.reader.unexpected("an end", "Join comparisons with &&, as in 1 < x && x < 3, or use parentheses");
      }
      if (isChainless(level)) chainless = level;
      const { offset, length } = this.reader.next();
      const right = this.#parseBinary(level + 1);
      left = this.#binary(left, operator, { right, operatorSpan: { offset, length } });
    }
  }

  #binary(
    left: Expression,
    operator: BinaryOperator,
    rest: Pick<BinaryExpression, "right" | "operatorSpan">,
  ): Expression {
    const span = spanBetween(left.span, rest.right.span);
    return this.noted({ kind: "binary", operator, left, ...rest, span }, left, rest.right);
  }

  #binaryOperator(): BinaryOperator | undefined {
    const { token } = this.reader;
    const text = token.kind === "operator" ? token.operator : token.kind === "name" ? token.name : undefined;
    for (const operator of PRECEDENCE.keys()) if (operator === text) return operator;
    return undefined;
  }

  /** Signs are read in a loop: ten thousand of them are no reason to nest. */
  #parseUnary(): Expression {
    const { reader } = this;
    const signs: { readonly operator: "!" | "-"; readonly offset: number }[] = [];
    while (reader.isAt("!") || reader.isAt("-")) {
      signs.push({ operator: reader.isAt("!") ? "!" : "-", offset: reader.next().offset });
    }
    let operand = this.#parsePostfix();
    for (const { operator, offset } of signs.toReversed()) {
      const span = { offset, length: operand.span.offset + operand.span.length - offset };
      operand = this.noted({ kind: "unary", operator, operand, span }, operand);
    }
    return operand;
  }

  #parsePostfix(): Expression {
    let object = this.#parsePrimary();
    for (;;) {
      const { reader } = this;
      const opening = reader.token;
      if (reader.take(".")) object = this.#parseMember(object);
      else if (reader.take("[")) {
        const index = this.parseExpression();
        reader.close("]", opening);
        object = this.noted(
          { kind: "index", object, index, span: spanBetween(object.span, reader.last) },
          object,
          index,
        );
      } else if (reader.isAt("(") && object.kind === "member") {
        reader.unexpected("an operator", `Functions stand in front: ${object.name}(value)`);
        return object;
      } else return object;
    }
  }

  #parseMember(object: Expression): Expression {
    const { token } = this.reader;
    if (token.kind !== "name") {
      this.reader.unexpected("a name", 'Other names stand in brackets: tasks["create-user"], list[0]');
      return object;
    }
    this.reader.next();
    const nameSpan = { offset: token.offset, length: token.length };
    const span = spanBetween(object.span, nameSpan);
    return this.noted({ kind: "member", object, name: token.name, nameSpan, span }, object);
  }

  #parsePrimary(): Expression {
    const { token } = this.reader;
    const span = { offset: token.offset, length: token.length };
    switch (token.kind) {
      case "number":
      case "string":
        this.reader.next();
        return { kind: "literal", value: token.value, span };
      case "name":
        return this.#parseName(token.name, span);
      case "operator":
        return parseBracket(this) ?? this.#unexpected(span);
      case "unknown":
      case "end":
        return this.#unexpected(span);
    }
  }

  #parseName(name: string, span: Span): Expression {
    const constant = CONSTANTS.get(name);
    if (constant === undefined && RESERVED_WORDS.has(name)) return this.#unexpected(span);
    this.reader.next();
    if (constant !== undefined) return { kind: "literal", value: constant, span };
    const opening = this.reader.token;
    if (!this.reader.take("(")) return { kind: "name", name, span };
    const values: Expression[] = [];
    while (!this.reader.isAt(")") && this.reader.token.kind !== "end") {
      values.push(this.parseExpression());
      if (!this.reader.takeComma()) break;
    }
    this.reader.close(")", opening);
    const whole = spanBetween(span, this.reader.last);
    return this.noted({ kind: "call", name, nameSpan: span, arguments: values, span: whole }, ...values);
  }

  /** Says that something follows a whole expression. */
  reportRest(): void {
    this.reader.unexpected("an operator or the end");
  }

  #unexpected(span: Span): Expression {
    this.reader.unexpected("a value");
    return this.placeholder({ offset: span.offset, length: span.length });
  }
}
