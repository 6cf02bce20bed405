import { codedError, type CodedError } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import type { JsonValue } from "../base/json.ts";
import { CHARACTERS_PER_FUEL, TEXT_LENGTH_MAX } from "./expression-limits.ts";
import type { FunctionCall } from "./function-declaration.ts";
import { scalarToText } from "./print-value.ts";
import type { Program } from "./program.ts";
import type { Span } from "./span.ts";
import type { ValueScope } from "./value-scope.ts";

/** Why an evaluation has no result, and which piece of the author's text it is about. */
export interface EvaluationFailure {
  readonly error: CodedError;
  readonly span: Span;
}

const VALUE_SHOWN_MAX = 60;

/** One evaluation: what is left of its fuel, its variables, and its failure once there is one. */
export class Evaluation implements FunctionCall {
  readonly program: Program;
  readonly scope: ValueScope;
  readonly locals: JsonValue[] = [];
  /** Texts of secrets that went into a text. */
  readonly secrets = new Set<string>();
  failure: EvaluationFailure | undefined;
  /** The node that is computed, for messages. */
  node = 0;
  #fuel: number;

  constructor(program: Program, scope: ValueScope, fuel: number) {
    this.program = program;
    this.scope = scope;
    this.#fuel = fuel;
  }

  get fuelLeft(): number {
    return Math.max(0, this.#fuel);
  }

  spend(units: number): boolean {
    this.#fuel -= units;
    if (this.#fuel >= 0) return true;
    this.fail("DRV_EXPRESSION_FUEL", "Cannot evaluate the expression: it needs more work than is allowed");
    return false;
  }

  spendText(length: number): boolean {
    return this.spend(1 + Math.ceil(length / CHARACTERS_PER_FUEL));
  }

  fail(code: ErrorCode, message: string, value?: JsonValue): undefined {
    const shown = value === undefined || this.program.usesSecrets ? undefined : scalarToText(value);
    const text = shown === undefined ? message : `${message}: found ${JSON.stringify(shown.slice(0, VALUE_SHOWN_MAX))}`;
    this.failure ??= { error: codedError(code, text), span: this.spanOf(this.node) };
  }

  /** Fails when a text is too large to be made. */
  isTooLong(length: number): boolean {
    if (length <= TEXT_LENGTH_MAX) return false;
    this.fail(
      "DRV_EXPRESSION_TOO_LARGE",
      `Cannot make the text: it would have more than ${TEXT_LENGTH_MAX} characters`,
    );
    return true;
  }

  spanOf(node: number): Span {
    return { offset: this.program.spans[node * 2] ?? 0, length: this.program.spans[node * 2 + 1] ?? 0 };
  }
}
