import { isJsonObject, type JsonValue, toJson } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import type { PlanDefinition, TaskDefinition } from "../definition/definition.ts";
import {
  ANY,
  BOOLEAN,
  hostMapOf,
  mapOf,
  type ObjectField,
  type ObjectType,
  STRING,
  type ValueType,
} from "../expression/value-type.ts";
import type { OperationCatalog } from "../operation/catalog.ts";
import { resultJsonSchema } from "../operation/describe.ts";
import type { OperationSpec } from "../operation/spec.ts";
import { typeOfSchema } from "./expression-types.ts";

const STATUS: ValueType = {
  kind: "string",
  oneOf: ["unknown", "changed", "unchanged", "skipped", "failed", "cancelled", "notRun"],
};
import { conditionOf } from "../definition/where-text.ts";

/** Types of the results of operations, each made once. */
const resultTypes = new WeakMap<OperationSpec, ValueType>();

export interface TaskTypesInput {
  readonly definition: PlanDefinition;
  readonly catalog: OperationCatalog;
  /** Target of tasks that name none. */
  readonly target: string | undefined;
  /** Type of an output from the type of the result. */
  readonly outputType: (output: unknown, result: ValueType) => ValueType;
}

/** What expressions find of each task of a plan, made when the first of them asks. */
export function taskTypes(input: TaskTypesInput): ReadonlyMap<string, ObjectField> {
  return new Map(input.definition.tasks.map((task) => [task.name, new TaskField(task, input)]));
}

/** A task as a member of `tasks`. Hardly any is spoken of, so its type is made when somebody does. */
class TaskField implements ObjectField {
  readonly #task: TaskDefinition;
  readonly #input: TaskTypesInput;
  #type: ObjectType | undefined;

  constructor(task: TaskDefinition, input: TaskTypesInput) {
    this.#task = task;
    this.#input = input;
  }

  get type(): ObjectType {
    return (this.#type ??= typeOfTask(this.#task, this.#input));
  }
}

function typeOfTask(task: TaskDefinition, input: TaskTypesInput): ObjectType {
  const data = dataType(task, input);
  const outputs = Object.entries(task.outputs ?? {});
  const fields = new Map<string, ObjectField>([
    ["status", { type: STATUS }],
    ["changed", { type: BOOLEAN }],
    ["failed", { type: BOOLEAN }],
    ["skipped", { type: BOOLEAN }],
    ["error", { type: STRING, isOptional: true }],
    ["data", { type: data }],
    ["hosts", { type: mapOf(HOST_RESULT) }],
  ]);
  if (outputs.length > 0) {
    const types = outputs.map(([name, value]) => [name, { type: input.outputType(value, data) }] as const);
    fields.set("outputs", { type: { kind: "object", fields: new Map(types), title: `the outputs of ${task.name}` } });
  }
  return { kind: "object", fields, title: `task ${JSON.stringify(task.name.slice(0, 80))}` };
}

const HOST_RESULT: ObjectType = {
  kind: "object",
  title: "the result of a host",
  fields: new Map<string, ObjectField>([
    ["status", { type: STRING }],
    ["changed", { type: BOOLEAN }],
    ["error", { type: STRING, isOptional: true }],
    ["data", { type: ANY, isOptional: true }],
  ]),
};

/** The data of a task: of one host, or of each when there may be several. */
function dataType({ body, target: own }: TaskDefinition, { catalog, target }: TaskTypesInput): ValueType {
  if (body.kind === "group") return ANY;
  const type = body.kind === "operation" ? resultType(body.operation, catalog) : ANY;
  const where = own ?? target;
  if (body.kind === "operation" && isOnController(body.operation, catalog)) return type;
  if (where === undefined || (typeof where === "string" && isSingle(where))) return type;
  return typeof where === "string" ? hostMapOf(type) : ANY;
}

/** Whether a target stands for one host whatever the fleet is. */
export function isSingle(target: string): boolean {
  if (conditionOf(target) !== undefined) return false;
  return target === "_any" || (target !== "_all" && (!target.includes(":") || target.startsWith("docker:")));
}

function isOnController(operation: string, catalog: OperationCatalog): boolean {
  const found = catalog.find(operation);
  return found.ok && found.value.isControllerOperation === true;
}

function resultType(operation: string, catalog: OperationCatalog): ValueType {
  const found = catalog.find(operation);
  if (!found.ok) return ANY;
  const known = resultTypes.get(found.value);
  if (known !== undefined) return known;
  const type = typeOfSchema(resultJsonSchema(found.value));
  resultTypes.set(found.value, type);
  return type;
}

/** The type of a value that is known. */
export function typeOfValue(value: unknown): ValueType {
  const copied = toJson(value, { bytesMax: RESULT_BYTES_MAX });
  return copied.ok ? typeOfJson(copied.value) : ANY;
}

function typeOfJson(value: JsonValue): ValueType {
  if (typeof value === "string") return STRING;
  if (typeof value === "boolean") return BOOLEAN;
  if (typeof value === "number") return Number.isSafeInteger(value) ? { kind: "integer" } : { kind: "number" };
  if (!isJsonObject(value)) return ANY;
  const fields = Object.entries(value).map(([name, member]) => [name, { type: typeOfJson(member) }] as const);
  return { kind: "object", fields: new Map(fields) };
}
