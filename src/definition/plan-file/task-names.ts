import { defaultTaskName } from "../../operation/task-name.ts";
import type { OperationCatalog } from "../../operation/catalog.ts";
import { BODY_NAMES } from "./language/task-shape.ts";
import { type Members, textOf } from "./members.ts";

/** Names of steps whose author gave none: made of what they do, with a number from the second on. */
export class StepNames {
  readonly #catalog: OperationCatalog;
  readonly #taken: Set<string>;

  /** @param taken names that authors gave */
  constructor(catalog: OperationCatalog, taken: Iterable<string>) {
    this.#catalog = catalog;
    this.#taken = new Set(taken);
  }

  nameOf(members: Members): string {
    const given = textOf(members.get("name"));
    return given ?? this.unique(this.#prefixOf(members));
  }

  /** `prefix`, or the first of `prefix-2`, `prefix-3`, … that nobody has. */
  unique(prefix: string): string {
    let name = prefix;
    for (let count = 2; this.#taken.has(name); count++) name = `${prefix}-${count}`;
    this.#taken.add(name);
    return name;
  }

  #prefixOf(members: Members): string {
    const operation = operationNames(members)[0];
    if (operation === undefined) return BODY_NAMES.find((name) => members.has(name)) ?? "step";
    const found = this.#catalog.find(operation);
    return defaultTaskName(found.ok ? found.value.name : operation, members.get(operation));
  }
}

/** Members that name operations. */
export function operationNames(members: Members): readonly string[] {
  const names: string[] = [];
  for (const name of members.keys()) if (name.includes(".")) names.push(name);
  return names;
}
