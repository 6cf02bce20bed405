/**
 * What a value of an expression is known to be. `isSecret` taints: whatever is made from such a value is secret too.
 */
export type ValueType =
  | AnyType
  | NeverType
  | NullType
  | BooleanType
  | IntegerType
  | NumberType
  | StringType
  | ListType
  | MapType
  | ObjectType
  | UnionType;

interface Tainted {
  readonly isSecret?: boolean;
}

/** Any JSON. Must be converted before it is calculated with. */
export interface AnyType extends Tainted {
  readonly kind: "any";
}

/** No value at all: the items of `[]`. */
export interface NeverType extends Tainted {
  readonly kind: "never";
}

export interface NullType extends Tainted {
  readonly kind: "null";
}

export interface BooleanType extends Tainted {
  readonly kind: "boolean";
}

/** A whole number that is exact. */
export interface IntegerType extends Tainted {
  readonly kind: "integer";
}

export interface NumberType extends Tainted {
  readonly kind: "number";
}

export interface StringType extends Tainted {
  readonly kind: "string";
  /** The only values, when they are known. */
  readonly oneOf?: readonly string[];
}

export interface ListType extends Tainted {
  readonly kind: "list";
  readonly item: ValueType;
}

/** Texts to values of one type. */
export interface MapType extends Tainted {
  readonly kind: "map";
  readonly value: ValueType;
  /** One value per host: a member of the value cannot be asked for without saying of which host. */
  readonly isByHost?: boolean;
}

export interface ObjectField {
  readonly type: ValueType;
  /** May be absent; is `null` then. */
  readonly isOptional?: boolean;
}

/** Named members, each with its type; there are no others. */
export interface ObjectType extends Tainted {
  readonly kind: "object";
  readonly fields: ReadonlyMap<string, ObjectField>;
  /** What the object is, for messages: `the plan's parameters`. */
  readonly title?: string;
}

/** Made by {@link unionOf} only: flat, at least two different members. */
export interface UnionType extends Tainted {
  readonly kind: "union";
  readonly members: readonly Exclude<ValueType, UnionType>[];
}

export const ANY: ValueType = { kind: "any" };
export const NEVER: ValueType = { kind: "never" };
export const NULL: ValueType = { kind: "null" };
export const BOOLEAN: ValueType = { kind: "boolean" };
export const INTEGER: ValueType = { kind: "integer" };
export const NUMBER: ValueType = { kind: "number" };
export const STRING: ValueType = { kind: "string" };

export function listOf(item: ValueType): ListType {
  return { kind: "list", item };
}

export function mapOf(value: ValueType): MapType {
  return { kind: "map", value };
}

/** One value for each host of a target, by the name of the host. */
export function hostMapOf(value: ValueType): MapType {
  return { kind: "map", value, isByHost: true };
}

/** An object with exactly these members; those given as `{ type, isOptional: true }` may be absent. */
export function objectOf(fields: { readonly [name: string]: ValueType | ObjectField }, title?: string): ObjectType {
  const entries = Object.entries(fields).map(([name, field]): readonly [string, ObjectField] => [
    name,
    "type" in field ? field : { type: field },
  ]);
  return { kind: "object", fields: new Map(entries), ...(title === undefined ? {} : { title }) };
}

/** The same type, but secret. */
export function secret(type: ValueType): ValueType {
  return type.isSecret === true ? type : { ...type, isSecret: true };
}

/** The alternatives of a type; itself when it is no union. A secret union has secret alternatives. */
export function membersOf(type: ValueType): readonly Exclude<ValueType, UnionType>[] {
  if (type.kind !== "union") return [type];
  return type.isSecret === true ? type.members.map((member) => ({ ...member, isSecret: true })) : type.members;
}

export function isNullable(type: ValueType): boolean {
  return membersOf(type).some((member) => member.kind === "null");
}

/** Whether a value of this type, or any part of it, is secret. */
export function isTainted(type: ValueType): boolean {
  if (type.isSecret === true) return true;
  switch (type.kind) {
    case "list":
      return isTainted(type.item);
    case "map":
      return isTainted(type.value);
    case "object":
      return type.fields.values().some((field) => isTainted(field.type));
    case "union":
      return type.members.some(isTainted);
    case "any":
    case "never":
    case "null":
    case "boolean":
    case "integer":
    case "number":
    case "string":
      return false;
  }
}
