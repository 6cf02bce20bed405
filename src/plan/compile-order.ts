import type { SourcePosition } from "../base/coded-error.ts";
import { didYouMean } from "../base/suggest.ts";
import { EDGE_PREFERRED, edgeKindCode } from "../dag/edge.ts";
import type { DependencyCondition, TaskDefinition } from "../definition/definition.ts";
import { shown } from "../definition/task-input.ts";
import { waitsForFailures } from "./compile-guards.ts";
import type { CompiledTask } from "./compiled-plan.ts";
import { memberOf, type Place, type Problems } from "./problems.ts";

/** Edges as columns, each pair of tasks at most once. */
export interface OrderColumns {
  readonly sources: Uint32Array;
  readonly targets: Uint32Array;
  readonly kinds: Uint8Array;
}

export interface OrderInput {
  readonly definitions: readonly TaskDefinition[];
  readonly tasks: readonly CompiledTask[];
  readonly indexByName: ReadonlyMap<string, number>;
  readonly problems: Problems;
  readonly placeOf: (index: number) => Place;
}

/** One task named by another. */
interface Mention {
  readonly name: string;
  readonly kind: number;
  readonly at?: SourcePosition | undefined;
}

const CONDITIONS: ReadonlySet<unknown> = new Set<DependencyCondition>(["success", "failure", "always"]);
/** Set while an edge has its condition from its task, not from its author. */
const IMPLIED = 0x80;
const KIND_MASK = 0x7f;

/**
 * Turns what tasks say about their order into edges. Of several mentions of one task an explicit condition wins over an
 * implied one, and waiting wins over preferring; two different conditions are a problem.
 */
export function compileOrder(input: OrderInput): OrderColumns {
  const table = new OrderTable(input);
  for (const index of input.definitions.keys()) table.addTask(index);
  return table.columns();
}

class OrderTable {
  readonly #input: OrderInput;
  readonly #sources: Uint32Array;
  readonly #targets: Uint32Array;
  readonly #kinds: Uint8Array;
  /** For each source the row of its last edge, from 1: finds a second mention without hashing pairs. */
  readonly #lastRow: Uint32Array;
  #count = 0;

  constructor(input: OrderInput) {
    this.#input = input;
    let mentions = 0;
    for (const { needs, prefer } of input.definitions) mentions += (needs?.length ?? 0) + (prefer?.length ?? 0);
    this.#sources = new Uint32Array(mentions);
    this.#targets = new Uint32Array(mentions);
    this.#kinds = new Uint8Array(mentions);
    this.#lastRow = new Uint32Array(input.definitions.length);
  }

  addTask(index: number): void {
    const definition = this.#input.definitions[index];
    if (definition?.needs !== undefined) this.#addNeeds(index, definition);
    if (definition?.prefer !== undefined) {
      for (const name of definition.prefer) this.#add(index, { name, kind: EDGE_PREFERRED });
    }
  }

  columns(): OrderColumns {
    const kinds = this.#kinds.slice(0, this.#count);
    for (let row = 0; row < kinds.length; row++) kinds[row] = (kinds[row] ?? 0) & KIND_MASK;
    return { sources: this.#sources.slice(0, this.#count), targets: this.#targets.slice(0, this.#count), kinds };
  }

  #addNeeds(index: number, { needs = [] }: TaskDefinition): void {
    const guards = this.#input.tasks[index]?.guards ?? [];
    const implied = edgeKindCode(guards.length > 0 && waitsForFailures(guards) ? "always" : "success") | IMPLIED;
    for (const { task: name, on, at } of needs) {
      if (on === undefined) this.#add(index, { name, kind: implied, at });
      else if (CONDITIONS.has(on)) this.#add(index, { name, kind: edgeKindCode(on), at });
      else {
        const found = `it waits for ${shown(name)} on ${shown(on)}, and "success", "failure" or "always" is needed`;
        this.#reject("DRV_PLAN_VALUE_INVALID", index, { found, at });
      }
    }
  }

  #add(index: number, mention: Mention): void {
    const { name, kind, at } = mention;
    const source = this.#input.indexByName.get(name);
    if (source === undefined) return this.#rejectUnknown(index, mention);
    if (source === index) {
      return this.#reject("DRV_PLAN_DEPENDENCY_SELF", index, { found: "it waits for itself", at });
    }
    const row = (this.#lastRow[source] ?? 0) - 1;
    if (row >= 0 && this.#targets[row] === index) return this.#merge(row, mention);
    this.#sources[this.#count] = source;
    this.#targets[this.#count] = index;
    this.#kinds[this.#count] = kind;
    this.#count++;
    this.#lastRow[source] = this.#count;
    return undefined;
  }

  #merge(row: number, { name, kind, at }: Mention): void {
    const before = this.#kinds[row] ?? 0;
    if (before === kind || kind === EDGE_PREFERRED) return;
    const isBeforeWeaker = before === EDGE_PREFERRED || (before & IMPLIED) !== 0;
    if (isBeforeWeaker) this.#kinds[row] = kind;
    else if ((kind & IMPLIED) === 0) {
      const found = `it waits for ${shown(name)} on two different conditions`;
      this.#reject("DRV_PLAN_DEPENDENCY_CONFLICT", this.#targets[row] ?? 0, { found, at });
    }
  }

  #rejectUnknown(index: number, { name, at }: Mention): void {
    const { indexByName, problems } = this.#input;
    const hint = didYouMean(String(name), indexByName.keys()) ?? "Add the task, or correct the name";
    const found = `it waits for ${shown(name)}, which is not in the plan`;
    problems.add("DRV_PLAN_DEPENDENCY_UNKNOWN", this.#placeOfNeed(index, at), found, { hint });
  }

  /** Of the mention itself when it says where it stands. */
  #placeOfNeed(index: number, at: SourcePosition | undefined): Place {
    const place = memberOf(this.#input.placeOf(index), "needs");
    return at === undefined ? place : { subject: place.subject, path: place.path, at };
  }

  #reject(
    code: "DRV_PLAN_VALUE_INVALID" | "DRV_PLAN_DEPENDENCY_SELF" | "DRV_PLAN_DEPENDENCY_CONFLICT",
    index: number,
    { found, at }: { readonly found: string; readonly at?: SourcePosition | undefined },
  ): void {
    this.#input.problems.add(code, this.#placeOfNeed(index, at), found);
  }
}
