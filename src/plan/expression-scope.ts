import type { JsonObject, JsonValue } from "../base/json.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import { parseTemplate } from "../expression/parse-template.ts";
import { checkTemplate } from "../expression/check.ts";
import { scopeOf, type ValueScope } from "../expression/value-scope.ts";
import {
  ANY,
  BOOLEAN,
  mapOf,
  objectOf,
  type ObjectField,
  type ObjectType,
  STRING,
  type ValueType,
} from "../expression/value-type.ts";
import type { OperationCatalog } from "../operation/catalog.ts";
import type { Place } from "./problems.ts";
import { SkeletonPool } from "./template-skeleton.ts";
import { taskTypes, typeOfValue } from "./task-types.ts";

/** What an expression may speak of at its place. `fixed`: only what is known before the run. */
export type ExpressionPlace = "task" | "host" | "fixed" | "output";

/** The item of a copy of a group. */
export interface KnownItem {
  readonly key: string;
  readonly value: JsonValue;
}

/** A task that an expression of another one speaks of. */
export interface TaskReference {
  /** Number of the task whose expression it is. */
  readonly task: number;
  readonly name: string;
  readonly place: Place;
}

export interface ExpressionScopeInput {
  readonly definition: PlanDefinition;
  readonly catalog: OperationCatalog;
  readonly target: string | undefined;
  readonly paramsType: ObjectType;
  /** Bound parameters; absent when they are not known yet. */
  readonly params: JsonObject | undefined;
  readonly outer?: ExpressionScope | undefined;
  /** Of the copy that is compiled, when it is one. */
  readonly item?: KnownItem | undefined;
  /** In a group of copies whose items are not known. */
  readonly isRepeated?: boolean;
}

/** Roots whose values do not depend on a run. */
interface KnownValues {
  readonly roots: ReadonlySet<string>;
  readonly values: ValueScope;
}

const HOST = objectOf({ name: STRING, labels: mapOf(STRING), facts: ANY }, "the host");
const NEEDS = objectOf({ failed: BOOLEAN, cancelled: BOOLEAN, changed: BOOLEAN }, "what the task waits for");
const RUN = objectOf({ id: STRING, plan: STRING }, "the run");

/** Names and values that the expressions of one plan may use. */
export class ExpressionScope {
  readonly references: TaskReference[] = [];
  /** Paths of parameters and outputs that some expression uses, shared by all plans of a file. */
  readonly used: Set<string>;
  readonly #input: ExpressionScopeInput;
  readonly #roots = new Map<ExpressionPlace, ReadonlyMap<string, ValueType>>();
  readonly #skeletons = new Map<ExpressionPlace, SkeletonPool>();
  #tasks: ReadonlyMap<string, ObjectField> | undefined;
  #known: KnownValues | undefined;

  constructor(input: ExpressionScopeInput) {
    this.#input = input;
    this.used = input.outer?.used ?? new Set();
  }

  get outer(): ExpressionScope | undefined {
    return this.#input.outer;
  }

  get paramsType(): ObjectType {
    return this.#input.paramsType;
  }

  get params(): JsonObject | undefined {
    return this.#input.params;
  }

  /** Whether a task of this name is in the plan itself rather than around it. */
  isOwn(name: string): boolean {
    return this.#input.definition.tasks.some((task) => task.name === name);
  }

  rootsAt(place: ExpressionPlace): ReadonlyMap<string, ValueType> {
    const known = this.#roots.get(place);
    if (known !== undefined) return known;
    const made = this.#makeRoots(place);
    this.#roots.set(place, made);
    return made;
  }

  /** What has been found about templates at a place. */
  skeletonsAt(place: ExpressionPlace): SkeletonPool {
    const known = this.#skeletons.get(place);
    if (known !== undefined) return known;
    const made = new SkeletonPool();
    this.#skeletons.set(place, made);
    return made;
  }

  /** Values of the roots that are known while the plan is compiled. */
  get known(): KnownValues {
    return (this.#known ??= this.#findKnown());
  }

  #findKnown(): KnownValues {
    const { params } = this.#input;
    const item = this.#item();
    const values: JsonObject = {
      ...(params === undefined ? {} : { params }),
      ...(item === undefined ? {} : { item: item.value, key: item.key }),
    };
    return { roots: new Set(Object.keys(values)), values: scopeOf(values) };
  }

  /** What an output of a task finds as `result`. */
  dataTypeOf(index: number): ValueType {
    const name = this.#input.definition.tasks[index]?.name ?? "";
    const type = this.tasks().get(name)?.type;
    return (type?.kind === "object" ? type.fields.get("data")?.type : undefined) ?? ANY;
  }

  tasks(): ReadonlyMap<string, ObjectField> {
    const { definition, catalog, target, outer } = this.#input;
    this.#tasks ??= new Map([
      ...(outer?.tasks() ?? []),
      ...taskTypes({ definition, catalog, target, outputType: (output, result) => this.#outputType(output, result) }),
    ]);
    return this.#tasks;
  }

  #makeRoots(place: ExpressionPlace): ReadonlyMap<string, ValueType> {
    const roots = new Map<string, ValueType>([["params", this.#input.paramsType]]);
    const item = this.#item();
    if (item !== undefined || this.#isRepeated()) {
      roots.set("item", item === undefined ? ANY : typeOfValue(item.value));
      roots.set("key", STRING);
    }
    if (place === "fixed" || place === "output") return roots;
    roots.set(
      "tasks",
      tasksType(() => this.tasks()),
    );
    roots.set("needs", NEEDS);
    roots.set("run", RUN);
    if (place === "host") roots.set("host", HOST);
    return roots;
  }

  #item(): KnownItem | undefined {
    const { item, isRepeated, outer } = this.#input;
    if (item !== undefined || isRepeated === true) return item;
    return outer === undefined ? undefined : outer.#item();
  }

  #isRepeated(): boolean {
    const { item, isRepeated, outer } = this.#input;
    if (isRepeated === true) return true;
    return item === undefined && outer !== undefined && outer.#isRepeated();
  }

  /** Mistakes in an output are told where it is compiled. */
  #outputType(output: unknown, result: ValueType): ValueType {
    if (typeof output !== "string") return ANY;
    const template = parseTemplate(output);
    if (!template.ok) return ANY;
    const roots = new Map([...this.rootsAt("output"), ["result", result] as const]);
    const checked = checkTemplate(template.value, { roots });
    return checked.ok ? checked.value.type : ANY;
  }
}

/** Many plans never speak of their tasks, so these are listed only when an expression does. */
function tasksType(list: () => ObjectType["fields"]): ObjectType {
  return {
    kind: "object",
    get fields() {
      return list();
    },
    title: "the tasks of the plan",
  };
}
