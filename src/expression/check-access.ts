import { didYouMean } from "../base/suggest.ts";
import type { Expression, IndexExpression, MemberExpression, NameExpression } from "./ast.ts";
import { type CheckContext, type Infer, type InferOptions, taintedBy, type Typed } from "./check-context.ts";
import { anyMemberOf, findMember, type Lookup } from "./find-member.ts";
import type { MissingPolicy } from "./program.ts";
import { findFunction } from "./functions.ts";
import { nullable, withoutNull } from "./type-relations.ts";
import { typeText } from "./type-text.ts";
import { INTEGER, isNullable, type ObjectType, type ValueType } from "./value-type.ts";

type Link = MemberExpression | IndexExpression;

/** Checks a name with all members and indexes behind it, as in `tasks.install.data.version`. */
export function checkAccess(
  context: CheckContext,
  infer: Infer,
  { expression, isLenient }: { readonly expression: NameExpression | Link } & Required<InferOptions>,
): Typed | undefined {
  const links: Link[] = [];
  let base: Expression = expression;
  while (base.kind === "member" || base.kind === "index") {
    links.unshift(base);
    base = base.object;
  }
  const root = base.kind === "name" && context.local(base.name) === undefined ? base : undefined;
  if (root !== undefined) return checkRoot(context, infer, { root, links, isLenient });
  return follow(context, infer, { start: infer(base, { isLenient }), links, isLenient });
}

interface RootAccess {
  readonly root: NameExpression;
  readonly links: readonly Link[];
  readonly isLenient: boolean;
}

function checkRoot(context: CheckContext, infer: Infer, { root, links, isLenient }: RootAccess): Typed | undefined {
  const type = context.environment.roots.get(root.name);
  if (type === undefined) return unknownName(context, root);
  const path = staticKeys(links);
  const known = knownPath(type, path);
  const last = links[known.length - 1];
  const end = last ?? root;
  context.note({ root: root.name, path: path.slice(0, known.length), type: known.at(-1) ?? type, span: end.span });
  const [first, ...others] = links;
  const key = path[0];
  if (first === undefined || key === undefined || type.kind !== "object") {
    const node = context.emit({ do: "root", name: root.name }, root.span);
    return follow(context, infer, { start: { type, node }, links, isLenient });
  }
  const found = lookUp(context, type, { link: first, key, isLenient });
  if (found === undefined) return undefined;
  const node = context.emit({ do: "field", root: root.name, name: key, missing: found.missing }, first.span);
  return follow(context, infer, { start: { type: found.type, node }, links: others, isLenient });
}

/** The names asked for one after the other, as far as the text says them. */
function staticKeys(links: readonly Link[]): readonly string[] {
  const keys: string[] = [];
  for (const link of links) {
    const key = staticKey(link);
    if (key === undefined) break;
    keys.push(key);
  }
  return keys;
}

function staticKey(link: Link): string | undefined {
  if (link.kind === "member") return link.name;
  return link.index.kind === "literal" && typeof link.index.value === "string" ? link.index.value : undefined;
}

/** Types along a path, as far as they are members of objects, maps or any JSON. */
function knownPath(type: ValueType, path: readonly string[]): readonly ValueType[] {
  const types: ValueType[] = [];
  let at: ValueType | undefined = type;
  for (const key of path) {
    at = findMember(at, key)?.type;
    if (at === undefined) break;
    types.push(at);
  }
  return types;
}

function unknownName(context: CheckContext, { name, span }: NameExpression): undefined {
  const { roots } = context.environment;
  const members = [...roots].flatMap(([root, type]) =>
    type.kind === "object" ? [...type.fields.keys()].map((field) => `${root}.${field}`) : [],
  );
  const hint =
    didYouMean(name, [...context.localNames, ...roots.keys(), ...members]) ??
    `There are ${[...context.localNames, ...roots.keys()].join(", ")}; texts stand in quotes`;
  return context.fail("DRV_EXPRESSION_NAME_UNKNOWN", span, [`Cannot find "${name}": nothing has this name here`, hint]);
}

interface Chain {
  readonly start: Typed | undefined;
  readonly links: readonly Link[];
  readonly isLenient: boolean;
}

function follow(context: CheckContext, infer: Infer, { start, links, isLenient }: Chain): Typed | undefined {
  let typed = start;
  for (const link of links) {
    // Also what stands in brackets behind a wrong part is checked: all problems together.
    const index = link.kind === "index" && staticKey(link) === undefined ? infer(link.index) : undefined;
    if (typed === undefined) continue;
    const key = staticKey(link);
    typed =
      key === undefined && link.kind === "index"
        ? checkIndex(context, typed, { link, index, isLenient })
        : checkMember(context, typed, { link, key: key ?? "", isLenient });
  }
  return typed;
}

interface Step {
  readonly link: Link;
  readonly key: string;
  readonly isLenient: boolean;
}

function checkMember(context: CheckContext, of: Typed, step: Step): Typed | undefined {
  const { link, key, isLenient } = step;
  const target = withoutNull(of.type);
  if (link.kind === "member" && key === "length" && hasLength(target)) {
    if (!isLenient && refusesNull(context, of.type, link)) return undefined;
    const missing: MissingPolicy = isLenient ? "lenient" : "error";
    return {
      type: taintedBy(INTEGER, [of.type]),
      node: context.emit({ do: "length", of: of.node, missing }, link.span),
    };
  }
  const found = lookUp(context, of.type, step);
  if (found === undefined) return undefined;
  const node = context.emit({ do: "member", of: of.node, name: key, missing: found.missing }, link.span);
  return { type: found.type, node };
}

function hasLength(type: ValueType): boolean {
  if (type.kind === "union") return type.members.every(hasLength);
  return type.kind === "list" || type.kind === "string" || type.kind === "map";
}

function refusesNull(context: CheckContext, type: ValueType, link: Link): boolean {
  if (!isNullable(type)) return false;
  context.fail("DRV_EXPRESSION_TYPE", link.object.span, [
    `Cannot use ${quoted(context, link.object)}: it may be null`,
    "Give another value with ??, as in (x ?? other), or ask with has(x) first",
  ]);
  return true;
}

function quoted(context: CheckContext, { span }: Expression): string {
  return JSON.stringify(context.text.slice(span.offset, span.offset + span.length).slice(0, 60));
}

/** Finds a member by its name, or says why there is none. */
function lookUp(context: CheckContext, type: ValueType, { link, key, isLenient }: Step): Lookup | undefined {
  if (!isLenient && refusesNull(context, type, link)) return undefined;
  const target = withoutNull(type);
  const span = link.kind === "member" ? link.nameSpan : link.index.span;
  if (link.kind === "member" && target.kind === "map" && target.isByHost === true && memberOfEach(target.value, key)) {
    return context.fail("DRV_EXPRESSION_TYPE", span, [
      `Cannot use "${key}" of ${quoted(context, link.object)}: it has one value for each host`,
      `Say of which host, as in x["web-1"].${key}, or of how many: any([r.${key} for host, r in x])`,
    ]);
  }
  const found = findMember(target, key, { isLenient });
  if (found !== undefined) return { ...found, type: taintedBy(found.type, type.isSecret === true ? [type] : []) };
  if (target.kind === "object") return unknownMember(context, target, { link, key, span });
  return context.fail("DRV_EXPRESSION_TYPE", span, [
    `Cannot ask ${quoted(context, link.object)} for "${key}": it is of type ${typeText(target)}`,
    memberHint(target, key),
  ]);
}

function memberOfEach(type: ValueType, key: string): boolean {
  return type.kind === "object" && type.fields.has(key);
}

function memberHint(type: ValueType, key: string): string {
  if (type.kind === "list") return `Say of which item, as in list[0].${key}, or of all: [x.${key} for x in list]`;
  return findFunction(key) === undefined
    ? "Only maps and objects have members"
    : `Functions stand in front: ${key}(value)`;
}

function unknownMember(
  context: CheckContext,
  type: ObjectType,
  { link, key, span }: { readonly link: Link; readonly key: string; readonly span: NameExpression["span"] },
): undefined {
  const names = [...type.fields.keys()];
  const hint =
    didYouMean(key, names) ?? (names.length === 0 ? "It has no members" : `It has ${names.slice(0, 12).join(", ")}`);
  return context.fail("DRV_EXPRESSION_MEMBER_UNKNOWN", span, [
    `Cannot find ${JSON.stringify(key)}: ${quoted(context, link.object)} has no such member`,
    hint,
  ]);
}

interface IndexStep {
  readonly link: IndexExpression;
  readonly index: Typed | undefined;
  readonly isLenient: boolean;
}

/** `list[2]`, `map[name]`: the position or name is computed. */
function checkIndex(context: CheckContext, of: Typed, { link, index, isLenient }: IndexStep): Typed | undefined {
  if (index === undefined) return undefined;
  if (!isLenient && refusesNull(context, of.type, link)) return undefined;
  const target = withoutNull(of.type);
  const result = indexedType(target, index.type);
  if (result === undefined) {
    return context.fail("DRV_EXPRESSION_TYPE", link.index.span, [
      `Cannot look up a value of type ${typeText(index.type)} in ${quoted(context, link.object)} of type ${typeText(target)}`,
      target.kind === "string" ? "Use substring(text, start, length)" : "Lists are asked by integer, maps by text",
    ]);
  }
  const missing: MissingPolicy = isLenient ? "lenient" : "error";
  const node = context.emit({ do: "index", of: of.node, at: index.node, missing }, link.span);
  const type = taintedBy(result, [index.type, ...(of.type.isSecret === true ? [of.type] : [])]);
  return { type: isLenient ? nullable(type) : type, node };
}

function indexedType(target: ValueType, index: ValueType): ValueType | undefined {
  const isText = index.kind === "string";
  const isPosition = index.kind === "integer";
  switch (target.kind) {
    case "any":
      return isText || isPosition ? target : undefined;
    case "list":
      return isPosition ? target.item : undefined;
    case "map":
      return isText ? target.value : undefined;
    case "object":
      return isText ? anyMemberOf(target) : undefined;
    case "never":
    case "null":
    case "boolean":
    case "integer":
    case "number":
    case "string":
    case "union":
      return undefined;
  }
}
