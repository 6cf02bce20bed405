import type { JsonValue } from "../base/json.ts";
import { isJsonArray, isJsonObject, toJson } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { isCutByComment, characterPosition } from "../definition/source-place.ts";
import type { TemplateDefinition } from "../definition/template-definition.ts";
import { type CheckedExpression, checkExpression, checkTemplate } from "../expression/check.ts";
import type { Wanted } from "../expression/check-wanted.ts";
import { evaluate } from "../expression/evaluate.ts";
import { parseBareExpression, parseTemplate } from "../expression/parse-template.ts";
import type { ExpressionProblem } from "../expression/problem.ts";
import type { ValueType } from "../expression/value-type.ts";
import { codedError } from "../base/coded-error.ts";
import type { ExpressionPlace } from "./expression-scope.ts";
import type { TaskScope } from "./plan-scope.ts";
import { memberOf, type Place, positionOf } from "./problems.ts";
import { lazyProgram, type SkeletonFacts, skeletonOf, type SkeletonPool } from "./template-skeleton.ts";
import { type TemplateNode, ValueTemplate } from "./value-template.ts";

/** Way to a part of a template. */
type TemplatePath = readonly (string | number)[];

export interface TemplateOptions {
  /** Where it stands in the task: `params`. */
  readonly member: string;
  readonly place: ExpressionPlace;
  /** What a part of it must be. */
  readonly wanted?: (path: readonly (string | number)[]) => ValueType | "text" | undefined;
  /** More names than its place has. */
  readonly more?: ReadonlyMap<string, ValueType>;
  /** A part that is secret. */
  readonly foundSecret?: (path: readonly (string | number)[], at: Place) => void;
}

/** A template without mistakes: a plain value when everything it needs is known, else something to compute. */
export type CompiledTemplate =
  | { readonly value: JsonValue }
  /** `computed` lists the parts that are not known, for whoever checks the rest. */
  | { readonly template: ValueTemplate; readonly computed: readonly (readonly (string | number)[])[] };

/** Checks every expression of a template; mistakes go to the scope, and `undefined` comes back. */
export function compileTemplate(
  definition: TemplateDefinition,
  scope: TaskScope,
  options: TemplateOptions,
): CompiledTemplate | undefined {
  const copied = toJson(definition.value, { bytesMax: RESULT_BYTES_MAX });
  if (!copied.ok) return undefined;
  const compiler = new TemplateCompiler(scope, options);
  const node = compiler.compile(copied.value, []);
  if (compiler.isWrong) return undefined;
  if ("value" in node) return node;
  return { template: new ValueTemplate(node, compiler.roots), computed: compiler.computed };
}

/** A text whose expressions use only what is known before a run; as it was written until that is known. */
export function knownText(definition: TemplateDefinition, member: string, scope: TaskScope): string | undefined {
  const compiled = compileTemplate(definition, scope, { member, place: "fixed", wanted: () => "text" });
  if (compiled === undefined) return undefined;
  const value = "value" in compiled ? compiled.value : definition.value;
  return typeof value === "string" ? value : String(value);
}

class TemplateCompiler {
  readonly computed: (readonly (string | number)[])[] = [];
  readonly roots = new Set<string>();
  isWrong = false;
  readonly #scope: TaskScope;
  readonly #options: TemplateOptions;
  readonly #pool: SkeletonPool | undefined;
  readonly #environment: { readonly roots: ReadonlyMap<string, ValueType> };

  constructor(scope: TaskScope, options: TemplateOptions) {
    this.#scope = scope;
    this.#options = options;
    const roots = scope.plan.expressions.rootsAt(options.place);
    this.#pool = options.more === undefined ? scope.plan.expressions.skeletonsAt(options.place) : undefined;
    this.#environment = { roots: options.more === undefined ? roots : new Map([...roots, ...options.more]) };
  }

  compile(value: JsonValue, path: readonly (string | number)[]): TemplateNode {
    if (typeof value === "string") return value.includes("${") ? this.#text(value, path) : { value };
    if (typeof value !== "object" || value === null) return { value };
    if (isJsonArray(value)) {
      const items = value.map((item, index) => this.compile(item, [...path, index]));
      return items.every((item) => "value" in item) ? { value: items.map((item) => item.value) } : { items };
    }
    if (!isJsonObject(value)) return { value };
    const members = Object.entries(value).map(([name, member]) => {
      const key: TemplateNode = name.includes("${") ? this.#text(name, path, "text") : { value: name };
      return [key, this.compile(member, [...path, name])] as const;
    });
    const plain = members.flatMap(([key, member]) =>
      "value" in key && "value" in member ? [[textOfKey(key.value), member.value] as const] : [],
    );
    return plain.length === members.length ? { value: Object.fromEntries(plain) } : { members };
  }

  #text(text: string, path: readonly (string | number)[], wanted = this.#options.wanted?.(path)): TemplateNode {
    const skeleton = this.#pool === undefined ? undefined : skeletonOf(text);
    const known = skeleton === undefined ? undefined : this.#pool?.find(skeleton, wanted);
    if (known !== undefined && this.#isComputed(known)) return this.#takeKnown(known, { text, path, wanted });
    const place = this.#placeOf(path);
    const parsed = parseTemplate(text);
    if (!parsed.ok) return this.#fail(parsed.error, place, text);
    const want = wanted === undefined ? {} : { want: wanted };
    const checked = checkTemplate(parsed.value, this.#environment, want);
    if (!checked.ok) return this.#fail(checked.error, place, text);
    if (skeleton !== undefined) this.#pool?.add(skeleton, wanted, checked.value);
    noteUses(checked.value, this.#scope, place);
    if (checked.value.isSecret) this.#options.foundSecret?.(path, place);
    const folded = fold(checked.value, this.#scope, place);
    if (folded !== undefined) return folded;
    this.#noteComputed(checked.value, path);
    return { program: checked.value.program };
  }

  #takeKnown(
    known: SkeletonFacts,
    { text, path, wanted }: { readonly text: string; readonly path: TemplatePath; readonly wanted: Wanted | undefined },
  ): TemplateNode {
    const place = this.#placeOf(path);
    noteUses(known, this.#scope, place);
    if (known.isSecret) this.#options.foundSecret?.(path, place);
    this.#noteComputed(known, path);
    return lazyProgram(text, this.#environment, wanted);
  }

  /** Whether it needs what is known only in a run; anything else becomes a plain value now. */
  #isComputed({ references, usesSecrets }: SkeletonFacts): boolean {
    const { roots } = this.#scope.plan.expressions.known;
    return usesSecrets || !references.every(({ root }) => roots.has(root));
  }

  #noteComputed({ references }: SkeletonFacts | CheckedExpression, path: TemplatePath): void {
    for (const { root } of references) this.roots.add(root);
    this.computed.push(path);
  }

  #placeOf(path: TemplatePath): Place {
    return memberOf(this.#scope.place, [this.#options.member, ...path].join("."));
  }

  #fail(problems: readonly ExpressionProblem[], place: Place, text: string): TemplateNode {
    this.isWrong = true;
    noteNames(text, this.#scope);
    reportExpression(problems, this.#scope, place);
    return { value: null };
  }
}

/** Keys are texts, and what is written as one. */
function textOfKey(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The value of an expression that depends on nothing but what is known; secrets never become part of a plan. */
function fold(checked: CheckedExpression, scope: TaskScope, place: Place): TemplateNode | undefined {
  const known = scope.plan.expressions.known;
  const isKnown = checked.references.every(({ root }) => known.roots.has(root));
  if (!isKnown || checked.program.usesSecrets) return undefined;
  const evaluated = evaluate(checked.program, known.values);
  if (evaluated.ok) return { value: evaluated.value.value };
  scope.problems.push({ ...evaluated.error.error, at: positionOf(place) });
  return { value: null };
}

/** What a condition or other bare expression of a file is. */
export function compileExpression(
  text: string,
  scope: TaskScope,
  { place, wanted, at }: { readonly place: ExpressionPlace; readonly wanted: Wanted; readonly at: Place },
): CheckedExpression | undefined {
  const parsed = parseBareExpression(text);
  const checked = parsed.ok
    ? checkExpression(parsed.value, { roots: scope.plan.expressions.rootsAt(place) }, { text, want: wanted })
    : parsed;
  if (!checked.ok) {
    noteNames(text, scope);
    reportExpression(checked.error, scope, at);
    return undefined;
  }
  noteUses(checked.value, scope, at);
  return checked.value;
}

/** Whether an expression is already known to be true or false. */
export function knownTruth(checked: CheckedExpression, scope: TaskScope): boolean | undefined {
  const known = scope.plan.expressions.known;
  if (!checked.references.every(({ root }) => known.roots.has(root))) return undefined;
  const evaluated = evaluate(checked.program, known.values);
  return evaluated.ok && typeof evaluated.value.value === "boolean" ? evaluated.value.value : undefined;
}

/** What a wrong expression speaks of is not unused. */
function noteNames(text: string, { plan }: TaskScope): void {
  for (const [, name] of text.matchAll(/\bparams\.(\w+)/g)) plan.expressions.used.add(`params.${name}`);
}

function noteUses(
  { references, hints }: Pick<CheckedExpression, "references" | "hints">,
  scope: TaskScope,
  place: Place,
): void {
  const { expressions } = scope.plan;
  for (const { root, path } of references) {
    const [first, second, third] = path;
    if (root === "params") expressions.used.add(first === undefined ? "params" : `params.${first}`);
    if (root !== "tasks" || first === undefined) continue;
    if (second === undefined || (second === "outputs" && third === undefined)) expressions.used.add(`outputs ${first}`);
    if (second === "outputs" && third !== undefined) expressions.used.add(`outputs ${first}.${third}`);
    expressions.references.push({ task: scope.index, name: first, place });
  }
  for (const hint of hints) scope.plan.notice?.(errorOf(hint, scope, place), "hint");
}

/** Tells the mistakes of an expression, each at its place. */
export function reportExpression(problems: readonly ExpressionProblem[], scope: TaskScope, place: Place): void {
  for (const problem of problems) {
    const error = errorOf(problem, scope, place);
    if (problem.severity === "hint") scope.plan.notice?.(error, "hint");
    else scope.problems.push(error);
  }
}

const CUT = "A comment begins behind it and cuts it off: put the whole value into quotes";

function errorOf({ code, message, span, hint }: ExpressionProblem, _scope: TaskScope, place: Place) {
  const isCut = /SYNTAX|UNCLOSED/.test(code) && isCutByComment(place.at);
  const shown = isCut ? CUT : hint;
  return codedError(code, message, {
    at: { ...characterPosition(place.at, span.offset), path: place.path },
    details: { length: span.length },
    ...(shown === undefined ? {} : { hint: shown }),
  });
}
