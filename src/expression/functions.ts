import { CONVERSION_FUNCTIONS, ENCODING_FUNCTIONS } from "./conversion-functions.ts";
import type { FunctionDeclaration } from "./function-declaration.ts";
import { LIST_FUNCTIONS } from "./list-functions.ts";
import { MAP_FUNCTIONS } from "./map-functions.ts";
import { NUMBER_FUNCTIONS } from "./number-functions.ts";
import { TEXT_FUNCTIONS } from "./text-functions.ts";

/** Every function of the language, but for those that look at what is missing. */
export const FUNCTIONS: readonly FunctionDeclaration[] = [
  ...TEXT_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...MAP_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...CONVERSION_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
];

const BY_NAME: ReadonlyMap<string, FunctionDeclaration> = new Map(FUNCTIONS.map((each) => [each.name, each]));

/** Part of the language itself, since their arguments may be missing: `has(x)`, `default(x, other)`. */
export const SPECIAL_FUNCTIONS = ["has", "default"] as const;

export function findFunction(name: string): FunctionDeclaration | undefined {
  return BY_NAME.get(name);
}

export function functionNames(): readonly string[] {
  return [...BY_NAME.keys(), ...SPECIAL_FUNCTIONS];
}
