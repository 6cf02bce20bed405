import { codedError, type CodedError } from "../../base/coded-error.ts";
import type { DurationInput } from "../../base/duration.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { NeedDefinition, PlanDefinition, TaskDefinition } from "../definition.ts";
import type { ErrorStrategyDefinition } from "../error-strategy.ts";
import type { GuardDefinition } from "../guard.ts";
import { TemplateDefinition } from "../template-definition.ts";
import { conditionOf } from "../where-text.ts";
import { COPIED_TASK_MEMBERS } from "./copied-task-members.ts";
import { BodyWriter } from "./body-writer.ts";
import { durationText, escaped, isFunctionValue } from "./written-values.ts";

/** A document in the order it is written; maps keep names that look like numbers where they stand. */
export type WrittenMap = Map<string, unknown>;

/**
 * A plan as the document of a plan file: reading it gives a plan with the same fingerprint.
 * @returns maps, lists and plain values, or `DRV_PLANFILE_NOT_EXPORTABLE` for every part that only a program can say
 */
export function planFileOf(definition: PlanDefinition): Result<WrittenMap, readonly CodedError[]> {
  const writer = new PlanWriter();
  const document: WrittenMap = new Map<string, unknown>([
    ["version", 1],
    ["name", definition.name],
  ]);
  writer.writePlan(definition, document, "");
  return writer.problems.length === 0 ? ok(document) : err(writer.problems);
}

/** What cannot be written, and where it is. */
export function notExportable(path: string, found: string): CodedError {
  return codedError("DRV_PLANFILE_NOT_EXPORTABLE", `Cannot write the plan as a file: ${found}`, { at: { path } });
}

const PLAN_MEMBERS = [
  "title",
  "description",
  "rollback",
  "maxParallel",
  "maxWritingPerHost",
  "concurrency",
  "levelBarriers",
] as const;

class PlanWriter {
  readonly problems: CodedError[] = [];
  readonly #bodies = new BodyWriter({
    writePlan: (plan, into, path) => this.writePlan(plan, into, path),
    refuse: (path, found) => this.#refuse(path, found),
  });

  writePlan(plan: PlanDefinition, into: WrittenMap, path: string): void {
    for (const name of PLAN_MEMBERS) if (plan[name] !== undefined) into.set(name, plan[name]);
    if (plan.params !== undefined) this.#writeParams(plan.params, into, path);
    const defaults: WrittenMap = new Map();
    if (plan.target !== undefined) defaults.set("target", plan.target);
    writeStrategy(plan.onError, defaults);
    if (defaults.size > 0) into.set("defaults", defaults);
    into.set("tasks", new Map(plan.tasks.map((task) => [task.name, this.#taskOf(task, `${path}tasks.${task.name}`)])));
  }

  #writeParams(params: NonNullable<PlanDefinition["params"]>, into: WrittenMap, path: string): void {
    if ("safeParse" in params) this.#refuse(`${path}params`, "its parameters are declared by a schema of the program");
    else into.set("params", params);
  }

  #taskOf(task: TaskDefinition, path: string): WrittenMap {
    const written: WrittenMap = new Map();
    this.#bodies.write(task.body, task.name, written, path);
    if (task.needs !== undefined && task.needs.length > 0) written.set("needs", task.needs.map(writtenNeed));
    if (task.prefer !== undefined) written.set("prefer", task.prefer);
    if (task.guards !== undefined && task.guards.length > 0) {
      written.set(
        "guards",
        task.guards.map((guard) => this.#guardOf(guard, path)),
      );
    }
    for (const name of COPIED_TASK_MEMBERS) if (task[name] !== undefined) written.set(name, task[name]);
    if (task.target !== undefined) {
      written.set("target", task.target instanceof TemplateDefinition ? task.target.value : targetOf(task.target));
    }
    if (task.estimate !== undefined) written.set("estimate", durationText(task.estimate));
    writeStrategy(task.onError, written);
    if (task.timeouts !== undefined) {
      written.set("timeouts", new Map(timesOf(task.timeouts).map(([name, value]) => [name, durationText(value)])));
    }
    if (task.undo !== undefined) {
      const undo: WrittenMap = new Map();
      this.#bodies.write(task.undo, task.name, undo, `${path}.undo`);
      written.set("undo", undo);
    }
    if (task.outputs !== undefined) written.set("outputs", task.outputs);
    return written;
  }

  #guardOf(guard: GuardDefinition, path: string): unknown {
    if (guard.kind === "expression") {
      return new Map([
        ["when", guard.expression],
        ...(guard.reason === undefined ? [] : [["reason", guard.reason] as const]),
      ]);
    }
    if (!("evaluate" in guard)) return guard.kind;
    this.#refuse(`${path}.guards`, `its guard ${guard.kind} is a function of the program`);
    return undefined;
  }

  #refuse(path: string, found: string): void {
    this.problems.push(notExportable(path, found));
  }
}

function timesOf(timeouts: NonNullable<TaskDefinition["timeouts"]>): readonly (readonly [string, DurationInput])[] {
  const entries: readonly (readonly [string, DurationInput | undefined])[] = Object.entries(timeouts);
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function writtenNeed({ task, on }: NeedDefinition): unknown {
  return on === undefined
    ? task
    : new Map([
        ["task", task],
        ["on", on],
      ]);
}

function writeStrategy(strategy: ErrorStrategyDefinition | undefined, into: WrittenMap): void {
  if (strategy?.afterFailure !== undefined) into.set("onError", strategy.afterFailure);
  if (strategy?.retry === undefined) return;
  const { times, initial, max, ...rest } = strategy.retry;
  into.set(
    "retry",
    new Map<string, unknown>([
      ["times", times],
      ...(initial === undefined ? [] : [["backoff", durationText(initial)] as const]),
      ...(max === undefined ? [] : [["max", durationText(max)] as const]),
      ...Object.entries(rest).filter(([, value]) => value !== undefined && !isFunctionValue(value)),
    ]),
  );
}

function targetOf(target: string): unknown {
  const condition = conditionOf(target);
  return condition === undefined ? escaped(target) : new Map([["where", condition]]);
}
