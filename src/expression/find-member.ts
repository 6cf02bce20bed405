import type { InferOptions } from "./check-context.ts";
import type { MissingPolicy } from "./program.ts";
import { nullable, unionOf } from "./type-relations.ts";
import { ANY, isTainted, membersOf, type ObjectType, secret, type ValueType } from "./value-type.ts";

/** What a member is, and what happens when it is not there. */
export interface Lookup {
  readonly type: ValueType;
  readonly missing: MissingPolicy;
}

/** Objects with more members than this are not looked through for what any of them may be. */
const MEMBERS_JOINED_MAX = 100;

/** The member of that name; `undefined` when values of this type never have one. */
export function findMember(type: ValueType, key: string, { isLenient }: InferOptions = {}): Lookup | undefined {
  const found = plainMember(type, key);
  if (found === undefined || isLenient !== true) return found;
  // To the left of ?? it counts whether the member is certain to be there.
  return { type: isCertain(type, key) ? found.type : nullable(found.type), missing: "lenient" };
}

function isCertain(type: ValueType, key: string): boolean {
  return type.kind === "object" && type.fields.get(key)?.isOptional === undefined;
}

function plainMember(type: ValueType, key: string): Lookup | undefined {
  switch (type.kind) {
    case "any":
      return { type, missing: "error" };
    case "map":
      return { type: type.value, missing: "error" };
    case "object":
      return fieldOf(type, key);
    case "union":
      return memberOfUnion(type, key);
    case "list":
    case "never":
    case "null":
    case "boolean":
    case "integer":
    case "number":
    case "string":
      return undefined;
  }
}

function fieldOf(type: ObjectType, key: string): Lookup | undefined {
  const field = type.fields.get(key);
  if (field === undefined) return undefined;
  return field.isOptional === true
    ? { type: nullable(field.type), missing: "null" }
    : { type: field.type, missing: "error" };
}

/** Of alternatives, all must be able to have members; those that do not have this one give null. */
function memberOfUnion(type: ValueType, key: string): Lookup | undefined {
  const members = membersOf(type);
  const found = members.map((member) => plainMember(member, key));
  const types = found.flatMap((lookup) => (lookup === undefined ? [] : [lookup.type]));
  const canAllHave = members.every((member) => member.kind === "object" || member.kind === "map");
  if (types.length === 0 || !canAllHave) return undefined;
  const isEverywhere = found.every((lookup) => lookup?.missing === "error");
  return isEverywhere
    ? { type: unionOf(types), missing: "error" }
    : { type: nullable(unionOf(types)), missing: "null" };
}

/** What a member may be when its name is only known later. */
export function anyMemberOf(type: ObjectType): ValueType {
  if (type.fields.size <= MEMBERS_JOINED_MAX) return unionOf([...type.fields.values()].map((field) => field.type));
  return isTainted(type) ? secret(ANY) : ANY;
}
