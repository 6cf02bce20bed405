import type { ErrorCode } from "../base/error-codes.ts";
import type { Expression } from "./ast.ts";
import { PROBLEMS_MAX } from "./expression-limits.ts";
import type { ExpressionProblem } from "./problem.ts";
import type { ProgramNode } from "./program.ts";
import type { Reference, TypeEnvironment } from "./type-environment.ts";
import type { Span } from "./span.ts";
import { isTainted, type ValueType } from "./value-type.ts";

/** A checked part: its type, and the node that computes it. */
export interface Typed {
  readonly type: ValueType;
  readonly node: number;
}

/** How a part is looked at: `isLenient` to the left of `??` and in `has`, where missing members are no error. */
export interface InferOptions {
  readonly isLenient?: boolean;
}

/** Checks one part; `undefined` when it is wrong, which is noted then. */
export type Infer = (expression: Expression, options?: InferOptions) => Typed | undefined;

/** Why something is wrong: message and what to write instead. */
export type Reason = readonly [message: string, hint?: string | undefined];

export interface Local {
  readonly name: string;
  readonly slot: number;
  readonly type: ValueType;
}

/** What all rules of the checker share: names in reach, the nodes made so far, and what was found. */
export class CheckContext {
  readonly environment: TypeEnvironment;
  /** The author's text, which spans count in. */
  readonly text: string;
  readonly nodes: ProgramNode[] = [];
  readonly spans: number[] = [];
  readonly problems: ExpressionProblem[] = [];
  readonly references: Reference[] = [];
  readonly #locals: Local[] = [];

  constructor(environment: TypeEnvironment, text: string) {
    this.environment = environment;
    this.text = text;
  }

  emit(node: ProgramNode, span: Span): number {
    this.spans.push(span.offset, span.length);
    return this.nodes.push(node) - 1;
  }

  /** Notes an error and answers `undefined`, which is what a wrong part is. */
  fail(code: ErrorCode, span: Span, [message, hint]: Reason): undefined {
    this.#note({ code, severity: "error", message, span, ...(hint === undefined ? {} : { hint }) });
  }

  /** Notes that something works, but is probably not what was meant. */
  hint(span: Span, [message, hint]: Reason): void {
    this.#note({
      code: "DRV_EXPRESSION_CONSTANT",
      severity: "hint",
      message,
      span,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  note(reference: Reference): void {
    this.references.push(reference);
  }

  local(name: string): Local | undefined {
    return this.#locals.findLast((local) => local.name === name);
  }

  get localNames(): readonly string[] {
    return this.#locals.map((local) => local.name);
  }

  /** Brings variables into reach; they leave it by {@link removeLocals}. Answers their first slot. */
  addLocals(variables: readonly Omit<Local, "slot">[]): number {
    const first = this.#locals.length;
    for (const variable of variables) this.#locals.push({ ...variable, slot: this.#locals.length });
    return first;
  }

  removeLocals(first: number): void {
    this.#locals.length = first;
  }

  #note(problem: ExpressionProblem): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }
}

/** A result that is secret when any of what it is made of is. */
export function taintedBy(type: ValueType, sources: readonly ValueType[]): ValueType {
  return type.isSecret !== true && sources.some(isTainted) ? { ...type, isSecret: true } : type;
}
