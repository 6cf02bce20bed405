import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { Facts } from "./facts.ts";

/** Names of facts in the words of OSAPI, which plans moved over from there use. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["service_manager", "serviceManager"],
  ["package_manager", "packageManager"],
  ["kernel_version", "kernel"],
  ["cpu_count", "cpuCount"],
  ["arch", "architecture"],
  ["containerized", "isContainer"],
]);

/**
 * The fact under a key: a path joined by dots such as `os.distribution` or `memory.totalBytes`, else a custom fact
 * (`rack`, `custom.rack`), else a name in OSAPI's words such as `service_manager`. `undefined` when there is none.
 */
export function factValue(facts: Facts, key: string): JsonValue | undefined {
  const all = factsAsJson(facts);
  const path = OTHER_NAMES.get(key) ?? key;
  return follow(all, path.split(".")) ?? ownMember(facts.custom, key);
}

/** The text of a fact for grouping hosts; `undefined` when it is absent, empty or not text. */
export function factText(facts: Facts, key: string): string | undefined {
  const value = factValue(facts, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Facts as plain JSON, for templates, results and expressions. */
export function factsAsJson(facts: Facts): JsonObject {
  return {
    ...facts,
    os: { ...facts.os },
    memory: { ...facts.memory },
    disks: facts.disks.map((disk) => ({ ...disk })),
    load: { ...facts.load },
    interfaces: facts.interfaces.map(({ name, addresses, mac }) => ({
      name,
      addresses,
      ...(mac === undefined ? {} : { mac }),
    })),
  };
}

function follow(value: JsonObject, path: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const name of path) found = isJsonObject(found) ? ownMember(found, name) : undefined;
  return found;
}

function ownMember(value: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
