import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";

/** Where an evaluation gets values from. Values are plain data: nothing in them is ever read as an expression. */
export interface ValueScope {
  /** The value of a root such as `params`; `undefined` when there is none. */
  root(name: string): JsonValue | undefined;
  /** One member of a root, so that not all of them need be gathered; `undefined` when there is none. */
  member(root: string, name: string): JsonValue | undefined;
}

/** A scope over values that are all there. Only own members count. */
export function scopeOf(values: JsonObject): ValueScope {
  return {
    root: (name) => ownMember(values, name),
    member(root, name) {
      const from = ownMember(values, root);
      return isJsonObject(from) ? ownMember(from, name) : undefined;
    },
  };
}

/** A member that an object has itself: never `constructor` or what else comes with every object. */
export function ownMember(from: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(from, name) ? from[name] : undefined;
}
