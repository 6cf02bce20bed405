import { assert } from "../base/assert.ts";
import type { JsonObject } from "../base/json.ts";
import type { OperationCall } from "./call.ts";
import { BUILTIN_OPERATIONS } from "./catalog.ts";
import type { OperationSpec } from "./spec.ts";

type BuiltinSpec = (typeof BUILTIN_OPERATIONS)[number];

/** `hostname.get` → `hostnameGet`, `image-remove` → `imageRemove`. */
type CamelCase<Path extends string> = Path extends `${infer Head}.${infer Tail}`
  ? `${CamelCase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Path extends `${infer Head}-${infer Tail}`
    ? `${Head}${Capitalize<CamelCase<Tail>>}`
    : Path;

type DomainOf<Name> = Name extends `${infer Domain}.${string}` ? Domain : never;
type VerbOf<Name> = Name extends `${string}.${infer Rest}` ? CamelCase<Rest> : never;

/** A typed constructor of calls: parameters as an author writes them, data of the result for inference. */
export type OperationConstructor<Spec> =
  Spec extends OperationSpec<infer _Params, infer ResultData, infer Input>
    ? Record<string, never> extends Input
      ? (params?: Input) => OperationCall<ResultData>
      : (params: Input) => OperationCall<ResultData>
    : never;

/** Constructors of the built-in operations, by domain: `ops.file.deploy`, `ops.node.hostnameGet`. */
export type Operations = {
  readonly [Domain in DomainOf<BuiltinSpec["name"]>]: {
    readonly [
      Spec in Extract<BuiltinSpec, { name: `${Domain}.${string}` }> as VerbOf<Spec["name"]>
    ]: OperationConstructor<Spec>;
  };
};

/**
 * Typed constructors generated from the catalog. Parts of a name after the domain are joined in camel case:
 * `node.hostname.get` is `ops.node.hostnameGet`. A call is plain data; nothing is checked or run here.
 *
 * @example
 * ops.file.deploy({ path: "/etc/motd", content: "Hello\n" });
 * // { operation: "file.deploy", params: { path: "/etc/motd", content: "Hello\n" } }
 */
export const ops: Operations = makeConstructors();

function makeConstructors(): Operations {
  const domains: Record<string, Record<string, (params?: JsonObject) => OperationCall>> = {};
  for (const { name } of BUILTIN_OPERATIONS) {
    const [domain = "", ...rest] = name.split(".");
    const verb = rest
      .flatMap((part) => part.split("-"))
      .map((part, index) => (index === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
      .join("");
    const constructors = (domains[domain] ??= {});
    constructors[verb] = (params = {}) => ({ operation: name, params });
  }
  assert(isComplete(domains), "An operation has no constructor");
  return domains;
}

/** The type computes its members from the same list as the loop; this proves that none is missing. */
function isComplete(domains: Record<string, object>): domains is Record<string, object> & Operations {
  const count = Object.values(domains).reduce((sum, constructors) => sum + Object.keys(constructors).length, 0);
  return count === BUILTIN_OPERATIONS.length;
}
