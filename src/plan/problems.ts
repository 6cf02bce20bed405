import { codedError, type CodedError, type CodedErrorOptions, type SourcePosition } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { PROBLEMS_MAX } from "../definition/definition-limits.ts";
import { memberPosition, plainPosition } from "../definition/source-place.ts";

/** Where a problem is: the position its author gave, if any, and the way through the definition. */
export interface Place {
  /** Words that name the thing in messages: `task "configure"`. */
  readonly subject: string;
  readonly path: string;
  readonly at?: SourcePosition | undefined;
}

/** Everything wrong with one plan, collected until all of it has been looked at. */
export class Problems {
  readonly warnings: string[] = [];
  readonly #errors: CodedError[] = [];
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Adds a problem of `place`; `found` continues the sentence "Cannot compile …: ". */
  add(code: ErrorCode, place: Place, found: string, options: Omit<CodedErrorOptions, "at"> = {}): void {
    this.push(codedError(code, `Cannot compile ${place.subject}: ${found}`, { ...options, at: positionOf(place) }));
  }

  /** Adds a finished error. */
  push(error: CodedError): void {
    this.#count++;
    if (this.#errors.length < PROBLEMS_MAX) this.#errors.push(error);
  }

  /** All of them; beyond a thousand only their number. */
  errors(): readonly CodedError[] {
    const hiddenCount = this.#count - this.#errors.length;
    if (hiddenCount === 0) return this.#errors;
    const message = `Cannot compile the plan: there are ${hiddenCount} more problems`;
    return [...this.#errors, codedError("DRV_PLAN_TOO_MANY_PROBLEMS", message, { details: { hiddenCount } })];
  }
}

export function positionOf({ at, path }: Place): SourcePosition {
  return path === "" ? plainPosition(at) : { ...plainPosition(at), path };
}

/** The place of a member of `place`. */
export function memberOf(place: Place, member: string): Place {
  return new MemberPlace(place, member);
}

/** Nearly every place is made in case something is wrong there, and nothing is: what it says is found when it is read. */
class MemberPlace implements Place {
  readonly #outer: Place;
  readonly #member: string;

  constructor(outer: Place, member: string) {
    this.#outer = outer;
    this.#member = member;
  }

  get subject(): string {
    return this.#outer.subject;
  }

  get path(): string {
    const { path } = this.#outer;
    return path === "" ? this.#member : `${path}.${this.#member}`;
  }

  get at(): SourcePosition | undefined {
    return memberPosition(this.#outer.at, this.#member);
  }
}
