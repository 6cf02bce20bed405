import type { TaskDefinition } from "../definition/definition.ts";
import { compileBody, type CompiledBody } from "./compile-body.ts";
import { TemplateDefinition } from "../definition/template-definition.ts";
import { conditionOf } from "../definition/where-text.ts";
import { compileGuards } from "./compile-guards.ts";
import { compileTemplate, knownText, reportExpression } from "./compile-template.ts";
import type { CompiledTask, Target, TaskBody } from "./compiled-plan.ts";
import type { TaskScope } from "./plan-scope.ts";
import { memberOf, positionOf } from "./problems.ts";
import { readRollbackStep } from "./rollback-steps.ts";
import { parseTarget } from "./target.ts";
import type { PolicyPool } from "./task-policy.ts";
import { whereTarget } from "./where-target.ts";
import { ValueReader } from "./value-reader.ts";

const HOST_OPTIONS = ["target", "batches", "maxFail", "allowEmpty"] as const;
/** What only tasks that are attempted can be told. */
const ATTEMPT_OPTIONS = ["undo", "concurrencyKey"] as const;
const ATTEMPT_TIMEOUTS = ["queue", "attempt", "heartbeat", "killGrace"] as const;

/** Stands for a body with problems, so that the rest of the task is still looked at; never part of a plan. */
const UNUSABLE: CompiledBody = { body: { kind: "gate", gate: { kind: "delay", delayMs: 0 } }, runsOnController: true };

/** What the tasks of one plan share. */
export interface TaskPools {
  readonly policies: PolicyPool;
  /** Parsed targets by text. */
  readonly targets: Map<string, Target>;
}

/** Compiles one task; its problems go to the scope. */
export function compileTask(definition: TaskDefinition, scope: TaskScope, pools: TaskPools): CompiledTask {
  const compiled = compileBody(definition.body, scope);
  const { body, operationTimeoutMs, runsOnController } = compiled ?? UNUSABLE;
  if (compiled !== undefined) rejectMisused(definition, body, scope, runsOnController);
  const policy = pools.policies.policyOf(definition, { body, operationTimeoutMs, place: scope.place });
  const guards = compileGuards(definition.guards, scope);
  const outputs = definition.outputs === undefined ? undefined : compileOutputs(definition.outputs, body, scope);
  const isTargetRead = compiled === undefined ? definition.target !== undefined : !runsOnController;
  const target = isTargetRead ? compileTarget(definition, body, scope, pools.targets) : undefined;
  const title =
    definition.title === undefined
      ? undefined
      : new ValueReader(scope.problems, scope.place).text("title", definition.title);
  const undo = definition.undo === undefined ? undefined : compileUndo(definition, scope, target);
  const task = { index: scope.index, name: definition.name, body, guards, policy };
  const isRollbackStep = definition.runsOn !== undefined && readRollbackStep(definition, scope);
  if (title === undefined && target === undefined && undo === undefined && !isRollbackStep && outputs === undefined)
    return task;
  return {
    ...task,
    ...(outputs === undefined ? {} : { outputs }),
    ...(title === undefined ? {} : { title }),
    ...(target === undefined ? {} : { target }),
    ...(undo === undefined ? {} : { undo }),
    ...(isRollbackStep ? { isRollbackStep } : {}),
  };
}

function compileTarget(
  { target: given }: TaskDefinition,
  body: TaskBody,
  scope: TaskScope,
  targets: Map<string, Target>,
): Target | undefined {
  const text = given ?? scope.plan.target;
  if (text === undefined) {
    if (body.kind === "script") return undefined;
    scope.problems.add("DRV_PLAN_TARGET_MISSING", memberOf(scope.place, "target"), "it names no hosts to run on", {
      hint: 'Add target: "_any", "_all", a host or a label such as "role:web", or give the plan a target for all tasks',
    });
    return undefined;
  }
  if (text instanceof TemplateDefinition) return templatedTarget(text, scope, targets);
  const known = targets.get(text);
  if (known !== undefined) return known;
  const condition = typeof text === "string" ? conditionOf(text) : undefined;
  if (condition !== undefined) return conditionalTarget(condition, scope, targets);
  const parsed = parseTarget(text);
  if (parsed.ok) targets.set(parsed.value.text, parsed.value);
  else scope.problems.push({ ...parsed.error, at: positionOf(memberOf(scope.place, "target")) });
  return parsed.ok ? parsed.value : undefined;
}

/** All hosts for which a condition holds; mistakes are told at their place in it. */
function conditionalTarget(condition: string, scope: TaskScope, targets: Map<string, Target>): Target | undefined {
  const made = whereTarget(condition);
  if (made.ok) targets.set(made.value.text, made.value);
  else reportExpression(made.error, scope, memberOf(scope.place, "target.where"));
  return made.ok ? made.value : undefined;
}

/** A target whose text is made of parameters; until they are known it stands for any hosts. */
function templatedTarget(
  definition: TemplateDefinition,
  scope: TaskScope,
  targets: Map<string, Target>,
): Target | undefined {
  const text = knownText(definition, "target", scope);
  if (text === undefined) return undefined;
  if (text === definition.value) return { kind: "all", text };
  const parsed = parseTarget(text);
  if (parsed.ok) targets.set(text, parsed.value);
  else scope.problems.push({ ...parsed.error, at: positionOf(memberOf(scope.place, "target")) });
  return parsed.ok ? parsed.value : undefined;
}

function compileOutputs(
  outputs: NonNullable<TaskDefinition["outputs"]>,
  body: TaskBody,
  scope: TaskScope,
): NonNullable<CompiledTask["outputs"]> {
  const result = scope.plan.expressions.dataTypeOf(scope.index);
  const entries = Object.entries(outputs).flatMap(([name, value]) => {
    const definition = new TemplateDefinition(value);
    const more = new Map([["result", result]]);
    const compiled = compileTemplate(definition, scope, { member: `outputs.${name}`, place: "output", more });
    if (compiled === undefined) return [];
    return [[name, "value" in compiled ? compiled.value : compiled.template] as const];
  });
  if (body.kind === "group") {
    const found = "a group has no result that outputs could be made of";
    scope.problems.add("DRV_PLAN_OPTION_MISUSED", memberOf(scope.place, "outputs"), found, {
      hint: "Give them to a task",
    });
  }
  return Object.fromEntries(entries);
}

function compileUndo(definition: TaskDefinition, scope: TaskScope, target: Target | undefined): TaskBody | undefined {
  if (definition.undo === undefined) return undefined;
  const place = memberOf(scope.place, "undo");
  const compiled = compileBody(definition.undo, { ...scope, place });
  if (compiled === undefined) return undefined;
  const { kind } = compiled.body;
  if (kind === "gate" || kind === "group") {
    scope.problems.add("DRV_PLAN_OPTION_MISUSED", place, `its undo is a ${kind}, and something that acts is needed`);
  } else if (kind === "operation" && !compiled.runsOnController && target === undefined) {
    scope.problems.add("DRV_PLAN_TARGET_MISSING", place, "its undo acts on hosts, but the task has no target");
  }
  return compiled.body;
}

function rejectMisused(definition: TaskDefinition, body: TaskBody, scope: TaskScope, runsOnController: boolean): void {
  const hasHosts =
    !runsOnController && !(body.kind === "script" && (definition.target ?? scope.plan.target) === undefined);
  const isAttempted = body.kind !== "gate" && body.kind !== "group";
  const misused: string[] = [];
  if (!hasHosts) misused.push(...HOST_OPTIONS.filter((option) => definition[option] !== undefined));
  if (!isAttempted) {
    misused.push(...ATTEMPT_OPTIONS.filter((option) => definition[option] !== undefined));
    if (definition.onError?.retry !== undefined) misused.push("retry");
    for (const name of ATTEMPT_TIMEOUTS)
      if (definition.timeouts?.[name] !== undefined) misused.push(`timeouts.${name}`);
  }
  const what = isAttempted ? `a ${body.kind} that runs where the plan runs` : `a ${body.kind}`;
  for (const option of misused) {
    scope.problems.add(
      "DRV_PLAN_OPTION_MISUSED",
      memberOf(scope.place, option),
      `${option} makes no sense for ${what}`,
      {
        hint: "Remove it",
      },
    );
  }
}
