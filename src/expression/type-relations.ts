import { typeText } from "./type-text.ts";
import {
  ANY,
  type ListType,
  type MapType,
  membersOf,
  NEVER,
  NULL,
  type ObjectType,
  secret,
  type UnionType,
  type ValueType,
} from "./value-type.ts";

type Member = Exclude<ValueType, UnionType>;

/** The type of a value that may be of any of the given types. */
export function unionOf(types: readonly ValueType[]): ValueType {
  const members: Member[] = [];
  for (const type of types) for (const member of membersOf(type)) addMember(members, member);
  const [first, ...others] = members;
  if (first === undefined) return NEVER;
  if (others.length === 0) return first;
  const anything = members.find((member) => member.kind === "any");
  if (anything === undefined) return { kind: "union", members };
  return members.some((member) => member.isSecret === true) ? secret(ANY) : ANY;
}

/** The same type or `null`. */
export function nullable(type: ValueType): ValueType {
  return unionOf([type, NULL]);
}

/** The type without `null`; `never` when it is nothing else. */
export function withoutNull(type: ValueType): ValueType {
  return unionOf(membersOf(type).filter((member) => member.kind !== "null"));
}

function addMember(members: Member[], added: Member): void {
  if (added.kind === "never") return;
  for (const [at, member] of members.entries()) {
    const merged = mergeMembers(member, added);
    if (merged === undefined) continue;
    members[at] = member.isSecret === true || added.isSecret === true ? { ...merged, isSecret: true } : merged;
    return;
  }
  members.push(added);
}

/** One type for both, when it says the same as the two of them; taint aside. */
function mergeMembers(one: Member, other: Member): Member | undefined {
  if (one.kind === "string" && other.kind === "string") {
    if (one.oneOf === undefined || other.oneOf === undefined) return { kind: "string" };
    return { kind: "string", oneOf: [...new Set([...one.oneOf, ...other.oneOf])] };
  }
  if (one.kind === "integer" && other.kind === "number") return other;
  if (one.kind === "number" && other.kind === "integer") return one;
  if (one.kind === "list" && other.kind === "list") return { kind: "list", item: unionOf([one.item, other.item]) };
  if (one.kind === "map" && other.kind === "map" && one.isByHost === other.isByHost) {
    return { ...one, value: unionOf([one.value, other.value]) };
  }
  if (one.kind === "object" && other.kind === "object") return isSameShape(one, other) ? one : undefined;
  return one.kind === other.kind ? one : undefined;
}

function isSameShape(one: ObjectType, other: ObjectType): boolean {
  return one === other || typeText(one, { isComplete: true }) === typeText(other, { isComplete: true });
}

/** Whether every value of type `from` may stand where `to` is wanted; taint does not matter. */
export function isAssignable(from: ValueType, to: ValueType): boolean {
  if (to.kind === "any" || from.kind === "never") return true;
  if (from.kind === "union") return from.members.every((member) => isAssignable(member, to));
  if (to.kind === "union") return to.members.some((member) => isAssignable(from, member));
  switch (to.kind) {
    case "number":
      return from.kind === "number" || from.kind === "integer";
    case "string":
      return from.kind === "string" && isWithin(from.oneOf, to.oneOf);
    case "list":
      return from.kind === "list" && isAssignable(from.item, to.item);
    case "map":
      return isAssignableToMap(from, to);
    case "object":
      return from.kind === "object" && isAssignableToObject(from, to);
    case "never":
    case "null":
    case "boolean":
    case "integer":
      return from.kind === to.kind;
  }
}

function isWithin(values: readonly string[] | undefined, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true;
  return values !== undefined && values.every((value) => allowed.includes(value));
}

function isAssignableToMap(from: ValueType, to: MapType): boolean {
  if (from.kind === "map") return isAssignable(from.value, to.value);
  if (from.kind !== "object") return false;
  return from.fields.values().every((field) => isAssignable(field.type, to.value));
}

function isAssignableToObject(from: ObjectType, to: ObjectType): boolean {
  for (const [name, wanted] of to.fields) {
    const given = from.fields.get(name);
    if (given === undefined) {
      if (wanted.isOptional !== true) return false;
      continue;
    }
    if (given.isOptional === true && wanted.isOptional !== true) return false;
    if (!isAssignable(given.type, wanted.type)) return false;
  }
  return from.fields.keys().every((name) => to.fields.has(name));
}

/** Whether a value of one type can ever equal a value of the other. */
export function canBeEqual(one: ValueType, other: ValueType): boolean {
  return membersOf(one).some((left) => membersOf(other).some((right) => canMembersBeEqual(left, right)));
}

function canMembersBeEqual(one: Member, other: Member): boolean {
  if (one.kind === "any" || other.kind === "any") return true;
  if (isNumeric(one) && isNumeric(other)) return true;
  if (one.kind === "string" && other.kind === "string") {
    const allowed = other.oneOf;
    return one.oneOf === undefined || allowed === undefined || one.oneOf.some((value) => allowed.includes(value));
  }
  if (one.kind === "list" && other.kind === "list") return canItemsBeEqual(one, other);
  const isMapLike = (type: Member): boolean => type.kind === "map" || type.kind === "object";
  return one.kind === other.kind || (isMapLike(one) && isMapLike(other));
}

function canItemsBeEqual(one: ListType, other: ListType): boolean {
  if (one.item.kind === "never" || other.item.kind === "never") return true;
  return canBeEqual(one.item, other.item);
}

/** Whether all values of a type are numbers. */
export function isNumeric(type: ValueType): boolean {
  return isAssignable(type, { kind: "number" });
}
