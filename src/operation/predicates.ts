import { canonicalJson, type JsonValue } from "../base/json.ts";
import { conditionsOf } from "./conditions.ts";
import { factValue } from "./fact-value.ts";
import type { Facts } from "./facts.ts";

/** A question about a host, for discovery and guards. Pure. */
export type FactsPredicate = (facts: Facts) => boolean;

/** Whether the distribution is this one, regardless of case: `debian`, `ubuntu`, `alpine`. */
export function os(distribution: string): FactsPredicate {
  return (facts) => facts.os.distribution !== "" && isSameWord(facts.os.distribution, distribution);
}

/** Other words for the architectures that Node names; people and kernels use both. */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ["x86_64", "x64"],
  ["amd64", "x64"],
  ["aarch64", "arm64"],
]);

/** Whether the architecture is this one, regardless of case; `amd64` and `x86_64` mean `x64`, `aarch64` means `arm64`. */
export function arch(architecture: string): FactsPredicate {
  return (facts) => architectureWord(facts.architecture) === architectureWord(architecture);
}

/** Whether there is at least this much memory in total. */
export function minMemory(bytes: number): FactsPredicate {
  return (facts) => facts.memory.totalBytes >= bytes;
}

/** Whether there are at least this many CPUs. */
export function minCpu(count: number): FactsPredicate {
  return (facts) => facts.cpuCount >= count;
}

/** Whether the host has exactly this label. */
export function hasLabel(key: string, value: string): FactsPredicate {
  return (facts) => Object.hasOwn(facts.labels, key) && facts.labels[key] === value;
}

/** Whether the fact under a key (see `factValue`) equals a value; whole and fractional numbers compare by value. */
export function factEquals(key: string, value: JsonValue): FactsPredicate {
  return (facts) => {
    const found = factValue(facts, key);
    return found !== undefined && canonicalJson(found) === canonicalJson(value);
  };
}

/** Whether a condition of this type (regardless of case) holds. */
export function hasCondition(type: string): FactsPredicate {
  return (facts) => conditionsOf(facts).some((condition) => isSameWord(condition.type, type));
}

/** Whether no condition of this type (regardless of case) holds. */
export function noCondition(type: string): FactsPredicate {
  const has = hasCondition(type);
  return (facts) => !has(facts);
}

/** Whether no condition holds at all. */
export function healthy(): FactsPredicate {
  return (facts) => conditionsOf(facts).length === 0;
}

/** Whether every one of the predicates holds; true when there are none. */
export function matchAll(...predicates: readonly FactsPredicate[]): FactsPredicate {
  return (facts) => predicates.every((predicate) => predicate(facts));
}

function architectureWord(word: string): string {
  const lower = word.toLowerCase();
  return ARCHITECTURES.get(lower) ?? lower;
}

function isSameWord(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
