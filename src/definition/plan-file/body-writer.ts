import { unreachable } from "../../base/assert.ts";
import type { PlanDefinition } from "../definition.ts";
import type {
  BodyDefinition,
  GateCondition,
  GroupDefinition,
  GroupKeysDefinition,
  ScriptDefinition,
} from "../task-body.ts";
import { TemplateDefinition } from "../template-definition.ts";
import type { WrittenMap } from "./write-plan-file.ts";
import { interpolationIn, isShellText } from "./shell-text.ts";
import { durationText, escapedValue, isFunctionValue } from "./written-values.ts";

export interface BodyWriterOptions {
  readonly writePlan: (plan: PlanDefinition, into: WrittenMap, path: string) => void;
  readonly refuse: (path: string, found: string) => void;
}

const LOOKS_LIKE_EXPRESSION = "the text of a program holds what would be an expression in a file";

/** Writes what tasks do into their documents. */
export class BodyWriter {
  readonly #options: BodyWriterOptions;

  constructor(options: BodyWriterOptions) {
    this.#options = options;
  }

  write(body: BodyDefinition, name: string, into: WrittenMap, path: string): void {
    switch (body.kind) {
      case "operation":
        if (isFunctionValue(body.params))
          this.#options.refuse(path, "its parameters are made by a function of the program");
        else into.set(body.operation, this.#paramsOf(body.operation, body.params ?? {}, path));
        return;
      case "function":
        this.#options.refuse(path, "it is a function of the program");
        return;
      case "script":
        into.set("script", this.#scriptOf(body, path));
        return;
      case "gate":
        writeGate(body.gate, into);
        return;
      case "group":
        this.#writeGroup(body, name, into, path);
        return;
      default:
        unreachable(body);
    }
  }

  /** What a shell reads is written as it is: files do not look for expressions in it. */
  #paramsOf(operation: string, params: object, path: string): unknown {
    if (params instanceof TemplateDefinition) return params.value;
    const written = escapedValue(params);
    if (!(written instanceof Map)) return written;
    for (const [name, value] of Object.entries(params)) {
      if (!isShellText(operation, name, value)) continue;
      if (interpolationIn(value) !== -1) this.#options.refuse(`${path}.${name}`, LOOKS_LIKE_EXPRESSION);
      written.set(name, value);
    }
    return written;
  }

  #scriptOf(body: ScriptDefinition, path: string): WrittenMap {
    const { script, interpreter, unknownPolicy, values, args, env, cwd, input } = body;
    if (isFunctionValue(input)) this.#options.refuse(path, "its input is made by a function of the program");
    if (interpolationIn(script) !== -1) this.#options.refuse(path, LOOKS_LIKE_EXPRESSION);
    const written: WrittenMap = new Map([["run", script]]);
    if (interpreter !== undefined) written.set("interpreter", interpreter);
    const plain = escapedValue({ args, env, cwd, input: isFunctionValue(input) ? undefined : input });
    const given = values === undefined ? plain : entriesOf(values.value);
    if (given instanceof Map) for (const [member, value] of given) written.set(String(member), value);
    if (unknownPolicy !== undefined) written.set("unknownPolicy", unknownPolicy);
    return written;
  }

  #writeGroup(group: GroupDefinition, name: string, into: WrittenMap, path: string): void {
    const { keys, plan } = group;
    if (group.with !== undefined) into.set("with", group.with.value);
    if (keys?.kind === "items" && keys.items.length > 0 && keys.items.every((item) => item.plan !== undefined)) {
      into.set(
        "copies",
        keys.items.map(({ key, value, plan: own }, index) => {
          const copy: WrittenMap = new Map<string, unknown>([
            ...(key === undefined ? [] : [["key", key] as const]),
            ["value", value],
          ]);
          if (own !== undefined) copy.set("plan", this.#planOf(own, name, `${path}.copies.${index}.`));
          return copy;
        }),
      );
      return;
    }
    into.set("plan", this.#planOf(plan, name, `${path}.plan.`));
    if (keys !== undefined) this.#writeKeys(keys, into, path);
  }

  #planOf(plan: PlanDefinition, name: string, path: string): WrittenMap {
    const written: WrittenMap = new Map(plan.name === name ? [] : [["name", plan.name]]);
    this.#options.writePlan(plan, written, path);
    return written;
  }

  #writeKeys(keys: GroupKeysDefinition, into: WrittenMap, path: string): void {
    switch (keys.kind) {
      case "items":
        into.set(
          "foreach",
          new Map([
            [
              "items",
              keys.items.map(
                ({ key, value }) =>
                  new Map([...(key === undefined ? [] : [["key", key] as const]), ["value", value] as const]),
              ),
            ],
          ]),
        );
        return;
      case "matrix":
        into.set("matrix", escapedValue(keys.axes));
        return;
      case "result":
        into.set(
          "foreach",
          new Map<string, unknown>([
            ["from", keys.task],
            ...(keys.path === undefined || keys.path.length === 0 ? [] : [["path", keys.path] as const]),
          ]),
        );
        return;
      case "template":
        if (keys.isMatrix === true) this.#options.refuse(path, "its axes have been combined");
        else into.set("foreach", keys.list.value);
        return;
      case "params":
      case "function":
        this.#options.refuse(path, "its list is made by a function of the program");
        return;
      default:
        unreachable(keys);
    }
  }
}

function entriesOf(value: unknown): WrittenMap {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function writtenValue(value: unknown): unknown {
  return value instanceof TemplateDefinition ? value.value : escapedValue(value);
}

function writeGate(gate: GateCondition, into: WrittenMap): void {
  switch (gate.kind) {
    case "delay":
      into.set("delay", durationText(gate.delay));
      return;
    case "until":
      into.set("until", gate.at);
      return;
    case "signal":
      into.set("signal", gate.name);
      return;
    case "approval": {
      const written: WrittenMap = new Map();
      if (gate.message !== undefined) written.set("message", writtenValue(gate.message));
      if (gate.quorum !== undefined) written.set("quorum", gate.quorum);
      into.set("approval", written);
      return;
    }
    default:
      unreachable(gate);
  }
}
