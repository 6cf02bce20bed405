import type { CodedError } from "../base/coded-error.ts";
import type { DependencyCondition, NeedDefinition, TaskDefinition } from "./definition.ts";
import type { GuardDefinition } from "./guard.ts";
import type { BodyDefinition } from "./task-body.ts";
import {
  type Dependency,
  type DependencyOptions,
  foreignTask,
  isDependencyOptions,
  nameOfDependency,
  notATask,
} from "./task-input.ts";
import type { WritableSettings } from "./task-settings.ts";

/** Where a task gets its body from. */
export type BodySource = BodyDefinition | BodyMaker;

/** A body that may still grow: asked only when the plan is defined. */
export interface BodyMaker {
  makeBody(context: DefinitionContext): BodyDefinition;
}

/** Goes down through groups while a definition is made. */
export interface DefinitionContext {
  readonly problems: CodedError[];
  readonly depth: number;
}

interface StoredNeed {
  readonly task: unknown;
  readonly on: DependencyCondition | undefined;
}

/**
 * What a task in the making remembers, and how that becomes a definition. A plan may have a million of them, so what most
 * tasks never need lives in an object of its own, made at the first use.
 */
export class TaskDraft {
  readonly #plan: object;
  readonly #body: BodySource;
  #name: string;
  #needs: StoredNeed[] | undefined;
  #rest: Rest | undefined;

  /** Made by the methods of `PlanBuilder`; `plan` is only compared. */
  constructor(plan: object, name: string, body: BodySource) {
    this.#plan = plan;
    this.#name = name;
    this.#body = body;
  }

  get name(): string {
    return this.#name;
  }

  /** Remembers what is wrong with the task until the plan is compiled. */
  reject(problem: CodedError): this {
    this.more.problems.push(problem);
    return this;
  }

  /** The task as plain data. For `PlanBuilder`. */
  toDefinition(context: DefinitionContext): TaskDefinition {
    const body = "makeBody" in this.#body ? this.#body.makeBody(context) : this.#body;
    const needs = this.#needs === undefined ? undefined : this.#resolveAll(this.#needs, context.problems);
    const rest = this.#rest;
    if (rest === undefined) return needs === undefined ? { name: this.#name, body } : { name: this.#name, body, needs };
    context.problems.push(...rest.problems);
    const preferred = rest.prefer.map((task) => ({ task, on: undefined }));
    const prefer = this.#resolveAll(preferred, context.problems);
    return {
      ...rest.settings,
      name: this.#name,
      body,
      ...(needs === undefined ? {} : { needs }),
      ...(prefer.length === 0 ? {} : { prefer: prefer.map((need) => need.task) }),
      ...(rest.guards.length === 0 ? {} : { guards: [...rest.guards] }),
      ...(rest.undo === undefined ? {} : { undo: rest.undo }),
    };
  }

  protected rename(name: string): void {
    this.#name = name;
  }

  protected need(given: readonly (Dependency | DependencyOptions)[]): this {
    const on = given.findLast(isDependencyOptions)?.on;
    this.#needs ??= [];
    for (const task of given) if (!isDependencyOptions(task)) this.#needs.push({ task, on });
    return this;
  }

  /** What most tasks never need. */
  protected get more(): Rest {
    return (this.#rest ??= { settings: {}, guards: [], prefer: [], problems: [], undo: undefined });
  }

  protected get settings(): WritableSettings {
    return this.more.settings;
  }

  #resolveAll(needs: readonly StoredNeed[], problems: CodedError[]): NeedDefinition[] {
    const resolved: NeedDefinition[] = [];
    for (const { task, on } of needs) {
      const name = nameOfDependency(task);
      if (name === undefined) problems.push(notATask(this.#name, task));
      else if (task instanceof TaskDraft && task.#plan !== this.#plan) problems.push(foreignTask(this.#name, name));
      else resolved.push(on === undefined ? { task: name } : { task: name, on });
    }
    return resolved;
  }
}

interface Rest {
  readonly settings: WritableSettings;
  readonly guards: GuardDefinition[];
  readonly prefer: unknown[];
  readonly problems: CodedError[];
  undo: BodyDefinition | undefined;
}
