import { must } from "../base/assert.ts";
import { type CheckedExpression, checkTemplate } from "../expression/check.ts";
import type { Wanted } from "../expression/check-wanted.ts";
import { parseTemplate } from "../expression/parse-template.ts";
import type { Program } from "../expression/program.ts";
import type { TypeEnvironment } from "../expression/type-environment.ts";

/** What is the same for all templates that differ only in the text around their expressions. */
export type SkeletonFacts = Pick<CheckedExpression, "isSecret" | "references" | "hints"> & {
  readonly usesSecrets: boolean;
};

/** Characters that make it hard to see where an expression ends. */
const INTRICATE = /["'{\\]/;

/**
 * A template without the text around its expressions: templates with equal skeletons are right or wrong together, and have
 * equal types. Plans have many tasks that say nearly the same, and are checked much faster so.
 *
 * @returns `undefined` where it is not seen at once what is text and what is not
 */
export function skeletonOf(text: string): string | undefined {
  if (text.includes("$${")) return undefined;
  let skeleton = "";
  let offset = 0;
  for (;;) {
    const opening = text.indexOf("${", offset);
    if (opening === -1) return offset < text.length ? `${skeleton}~` : skeleton;
    const closing = text.indexOf("}", opening);
    const expression = text.slice(opening + 2, closing);
    if (closing === -1 || INTRICATE.test(expression)) return undefined;
    skeleton += `${opening > offset ? "~" : ""}\${${expression}}`;
    offset = closing + 1;
  }
}

/** What has been found about skeletons where the same names mean the same, by what was wanted. */
export class SkeletonPool {
  readonly #facts = new Map<Wanted | undefined, Map<string, SkeletonFacts>>();

  find(skeleton: string, want: Wanted | undefined): SkeletonFacts | undefined {
    return this.#facts.get(want)?.get(skeleton);
  }

  add(skeleton: string, want: Wanted | undefined, { program, isSecret, references, hints }: CheckedExpression): void {
    // A hint says where it is, and is told for each.
    if (hints.length > 0) return;
    const facts = this.#facts.get(want) ?? new Map<string, SkeletonFacts>();
    this.#facts.set(want, facts);
    facts.set(skeleton, { isSecret, references, hints, usesSecrets: program.usesSecrets });
  }
}

/** The program of a template that is known to be right, made when somebody needs it: checking a plan does not. */
export function lazyProgram(
  text: string,
  environment: TypeEnvironment,
  want: Wanted | undefined,
): { readonly program: Program } {
  let made: Program | undefined;
  return {
    get program() {
      return (made ??= programOf(text, environment, want));
    },
  };
}

function programOf(text: string, environment: TypeEnvironment, want: Wanted | undefined): Program {
  const parsed = parseTemplate(text);
  const checked = parsed.ok ? checkTemplate(parsed.value, environment, want === undefined ? {} : { want }) : parsed;
  return must(checked.ok ? checked.value.program : undefined, "A template with the skeleton of a right one is right");
}
