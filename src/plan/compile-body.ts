import { unreachable } from "../base/assert.ts";
import { codedError } from "../base/coded-error.ts";
import { isJsonObject, toJson, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { didYouMean } from "../base/suggest.ts";
import type {
  BodyDefinition,
  FunctionDefinition,
  GateDefinition,
  InterpreterName,
  OpaqueFunction,
  ScriptDefinition,
} from "../definition/task-body.ts";
import { shown } from "../definition/task-input.ts";
import { TemplateDefinition } from "../definition/template-definition.ts";
import { compileGroup } from "./compile-group.ts";
import { compileOperation } from "./compile-operation.ts";
import { type CompiledTemplate, compileTemplate, knownText } from "./compile-template.ts";
import type { FunctionBody, Gate, GateBody, ScriptBody, TaskBody, ValueFunction } from "./compiled-plan.ts";
import { parseInstant } from "./instant.ts";
import type { TaskScope } from "./plan-scope.ts";
import { memberOf, positionOf } from "./problems.ts";
import { ValueReader } from "./value-reader.ts";

/** A body and what only its declaration knows about it. */
export interface CompiledBody {
  readonly body: TaskBody;
  /** Time of one attempt, from the declaration of the operation. */
  readonly operationTimeoutMs?: number;
  /** Runs where the plan runs and takes no target. */
  readonly runsOnController: boolean;
}

const INTERPRETERS: ReadonlyMap<string, readonly string[]> = new Map<InterpreterName, readonly string[]>([
  ["bash", ["bash"]],
  ["node", ["node"]],
  ["nu", ["nu"]],
  ["python", ["python3"]],
  ["sh", ["sh"]],
]);
const UNKNOWN_POLICIES = ["rerun", "probe", "hold"] as const;
const QUORUM_MAX = 1_000;

/** Compiles what a task does; `undefined` when it has problems, which are then in the scope. */
export function compileBody(definition: BodyDefinition, scope: TaskScope): CompiledBody | undefined {
  // A plain JavaScript program may hand over anything, so even the kind is looked at before it is trusted.
  if (typeof definition !== "object" || definition === null || !isKnownKind(definition.kind)) {
    scope.problems.add("DRV_PLAN_VALUE_INVALID", scope.place, "it says nothing that could be done");
    return undefined;
  }
  switch (definition.kind) {
    case "operation": {
      const compiled = compileOperation(definition, scope);
      if (compiled === undefined) return undefined;
      const { attemptTimeoutMs, isControllerOperation = false } = compiled.spec;
      return { body: compiled.body, operationTimeoutMs: attemptTimeoutMs, runsOnController: isControllerOperation };
    }
    case "function":
      return onController(compileFunction(definition, scope));
    case "script": {
      const body = compileScript(definition, scope);
      return body === undefined ? undefined : { body, runsOnController: false };
    }
    case "gate":
      return onController(compileGate(definition, scope));
    case "group":
      return onController(compileGroup(definition, scope));
    default:
      return unreachable(definition);
  }
}

function onController(body: TaskBody | undefined): CompiledBody | undefined {
  return body === undefined ? undefined : { body, runsOnController: true };
}

function isKnownKind(kind: unknown): boolean {
  return kind === "operation" || kind === "function" || kind === "script" || kind === "gate" || kind === "group";
}

function compileFunction(definition: FunctionDefinition, scope: TaskScope): FunctionBody | undefined {
  const { registeredName } = definition;
  const run = definition.run ?? (registeredName === undefined ? undefined : scope.plan.functions.get(registeredName));
  const unknownPolicy =
    definition.unknownPolicy === undefined
      ? "hold"
      : new ValueReader(scope.problems, scope.place).oneOf("unknownPolicy", definition.unknownPolicy, UNKNOWN_POLICIES);
  if (typeof run !== "function") {
    rejectFunction(definition, scope);
    return undefined;
  }
  if (unknownPolicy === undefined) return undefined;
  return registeredName === undefined
    ? { kind: "function", run, unknownPolicy }
    : { kind: "function", run, registeredName, unknownPolicy };
}

function rejectFunction({ run, registeredName }: FunctionDefinition, { plan, place, problems }: TaskScope): void {
  if (run === undefined && typeof registeredName === "string") {
    const found = `no function is registered as ${shown(registeredName)}`;
    const hint = didYouMean(registeredName, plan.functions.keys()) ?? "Register the function under this name";
    problems.add("DRV_PLAN_FUNCTION_UNKNOWN", memberOf(place, "registeredName"), found, { hint });
    return;
  }
  problems.add("DRV_PLAN_FUNCTION_MISSING", place, `its function is ${shown(run)}, and a function is needed`);
}

function compileScript(definition: ScriptDefinition, scope: TaskScope): ScriptBody | undefined {
  const { problems, place } = scope;
  const reader = new ValueReader(problems, place);
  const script = reader.text("script", definition.script);
  if (script === "" || definition.script === undefined) {
    problems.add("DRV_PLAN_VALUE_INVALID", memberOf(place, "script"), "its script is empty");
  }
  const interpreter = readInterpreter(definition.interpreter, scope);
  const environment = reader.members("env", definition.env) ?? [];
  const env = environment.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  if (env.length < environment.length) {
    problems.add("DRV_PLAN_VALUE_INVALID", memberOf(place, "env"), "its env holds something else than text");
  }
  const cwd = reader.text("cwd", definition.cwd);
  const input = definition.input === undefined ? undefined : readInput(definition.input, scope);
  const args = reader.texts("args", definition.args) ?? [];
  const policy = reader.oneOf("unknownPolicy", definition.unknownPolicy, UNKNOWN_POLICIES);
  const values = definition.values === undefined ? undefined : compileScriptValues(definition.values, scope);
  if (script === undefined || interpreter === undefined) return undefined;
  if (definition.values !== undefined && values === undefined) return undefined;
  if (values !== undefined && "value" in values) {
    const plain: object = isJsonObject(values.value) ? values.value : {};
    const { values: _values, ...rest } = definition;
    return compileScript({ ...rest, ...plain }, scope);
  }
  return {
    kind: "script",
    interpreter,
    script,
    args: [...args],
    env: Object.fromEntries(env),
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? {} : { input }),
    ...(values === undefined ? {} : { values: values.template }),
    unknownPolicy: policy ?? "hold",
  };
}

/** What a script is given, with expressions in it: texts except for the input. */
function compileScriptValues(definition: TemplateDefinition, scope: TaskScope): CompiledTemplate | undefined {
  return compileTemplate(definition, scope, {
    member: "values",
    place: "host",
    wanted: ([first]) => (first === "input" ? undefined : "text"),
    foundSecret: ([first], at) => {
      if (first !== "args") return;
      const message = "Cannot keep the secret: everybody on the host can read the arguments of a script";
      const options = { at: positionOf(at), hint: "Give it by env or input" };
      scope.plan.notice?.(codedError("DRV_PLANFILE_SECRET_EXPOSED", message, options), "warning");
    },
  });
}

function readInterpreter(given: unknown, { problems, place }: TaskScope): readonly string[] | undefined {
  if (given === undefined) return ["sh"];
  const known = typeof given === "string" ? INTERPRETERS.get(given) : undefined;
  if (known !== undefined) return known;
  const isArguments = Array.isArray(given) && given.length > 0;
  const argv = isArguments ? new ValueReader(problems, place).texts("interpreter", given) : undefined;
  if (!isArguments) {
    const names = [...INTERPRETERS.keys()].map((name) => `"${name}"`).join(", ");
    const found = `interpreter is ${shown(given)}, and one of ${names} or a list of arguments is needed`;
    problems.add("DRV_PLAN_VALUE_INVALID", memberOf(place, "interpreter"), found);
  }
  return argv === undefined ? undefined : [...argv];
}

function readInput(given: JsonValue | OpaqueFunction, scope: TaskScope): JsonValue | ValueFunction | undefined {
  if (typeof given === "function") return { kind: "function", evaluate: given };
  const copied = toJson(given, { bytesMax: RESULT_BYTES_MAX });
  if (copied.ok) return copied.value;
  const found = `its input is not plain JSON: ${copied.defect.path.slice(0, 200)} is ${copied.defect.found}`;
  scope.problems.add("DRV_PLAN_VALUE_INVALID", memberOf(scope.place, "input"), found);
  return undefined;
}

function compileGate({ gate: given }: GateDefinition, scope: TaskScope): GateBody | undefined {
  const gate = readGate(given, scope);
  return gate === undefined ? undefined : { kind: "gate", gate };
}

function readGate(given: GateDefinition["gate"], scope: TaskScope): Gate | undefined {
  const { problems, place } = scope;
  const reader = new ValueReader(problems, place);
  switch (given.kind) {
    case "delay": {
      const delayMs = reader.duration("delay", given.delay ?? Number.NaN);
      return delayMs === undefined ? undefined : { kind: "delay", delayMs };
    }
    case "until": {
      const atMs = parseInstant(given.at);
      if (atMs !== undefined) return { kind: "until", atMs };
      problems.add(
        "DRV_PLAN_VALUE_INVALID",
        memberOf(place, "until"),
        `until is ${shown(given.at)}, and an instant is needed`,
        {
          hint: "Write milliseconds since 1970-01-01 UTC, or text with a zone such as 2026-03-29T12:00:00Z",
        },
      );
      return undefined;
    }
    case "signal": {
      const name = reader.text("signal", given.name);
      if (name !== undefined && name !== "") return { kind: "signal", name };
      problems.add("DRV_PLAN_VALUE_INVALID", memberOf(place, "signal"), "the name of its signal is empty");
      return undefined;
    }
    case "approval": {
      const message =
        given.message instanceof TemplateDefinition
          ? knownText(given.message, "message", scope)
          : reader.text("message", given.message);
      const quorum = reader.number("quorum", given.quorum, { min: 1, max: QUORUM_MAX }) ?? 1;
      return { kind: "approval", quorum, ...(message === undefined ? {} : { message }) };
    }
    default:
      return unreachable(given);
  }
}
