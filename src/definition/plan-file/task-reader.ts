import type { SourcePosition } from "../../base/coded-error.ts";
import type { TaskDefinition } from "../definition.ts";
import { memberPosition } from "../source-place.ts";
import type { BodyDefinition } from "../task-body.ts";
import { bodyMember, isRepeating, readLeaf } from "./body-reader.ts";
import { isGroupMember, listNeeds, readGroup } from "./group-reader.ts";
import { readHooks } from "./hook-reader.ts";
import { copied, membersOf, oneOrMoreOf, textOf } from "./members.ts";
import { placeOf } from "./place-of.ts";
import type { ReaderContext, TaskInput, TaskPart } from "./reader-context.ts";
import type { SourcePath } from "./source-tree.ts";
import { readTarget } from "./target-reader.ts";
import { operationNames } from "./task-names.ts";
import { readGuards, readNeeds, readSettings } from "./task-settings-reader.ts";

/** Stands for a body that was reported, so that others may still depend on the task. */
const UNUSABLE: BodyDefinition = { kind: "gate", gate: { kind: "delay", delay: 0 } };

/** One task of a file, followed by those of its hooks. */
export function readTask(input: TaskInput, context: ReaderContext): readonly TaskDefinition[] {
  const { name, members } = input;
  const word = `task ${JSON.stringify(name.slice(0, 80))}`;
  const body = bodyMember(input, word, context);
  const at = placeOfTask(input, body, context);
  const needs = [...(input.needs ?? []), ...readNeeds(input, context), ...listNeeds(input, context)];
  const order = needs.length === 0 ? {} : { needs };
  const made = body === undefined ? undefined : makeBody(body, input, context);
  if (made === undefined) return [{ name, body: UNUSABLE, ...order, at }, ...readHooks(input, context)];
  const guards = readGuards(input, context);
  const prefer = oneOrMoreOf(members.get("prefer")).flatMap((task) => textOf(task) ?? []);
  // Of a leaf that is repeated its copies have the settings.
  const isOuter = isRepeating(members) && !isGroupMember(body ?? "");
  const settings = isOuter
    ? outerSettings(input)
    : readSettings(input, context, made.kind !== "gate" && made.kind !== "group");
  const target = isOuter ? undefined : readTarget(members.get("target"));
  const undo = isOuter ? undefined : readUndo(input, context);
  const outputs = membersOf(members.get("outputs"));
  const task: TaskDefinition = {
    ...settings,
    name,
    body: made,
    ...order,
    ...(prefer.length === 0 ? {} : { prefer }),
    ...(guards.length === 0 ? {} : { guards }),
    ...(target === undefined ? {} : { target }),
    ...(undo === undefined ? {} : { undo }),
    ...(outputs === undefined || isOuter ? {} : { outputs: Object.fromEntries(outputs) }),
    ...(input.isRollbackStep === true ? { runsOn: "rollback" } : {}),
    at,
  };
  return [task, ...readHooks(input, context)];
}

/** Settings that a group has when its copies have the rest. */
const OUTER_SETTINGS = ["title", "tolerate", "runsOn"];

function outerSettings({ members }: TaskPart): object {
  return copied(members, OUTER_SETTINGS);
}

function makeBody(body: string, input: TaskInput, context: ReaderContext): BodyDefinition | undefined {
  if (body === "notify") {
    context.report({
      code: "DRV_PLANFILE_NOT_AVAILABLE",
      severity: "warning",
      path: [...input.path, "notify"],
      isKey: true,
      message: `Cannot run task ${JSON.stringify(input.name.slice(0, 80))} yet: there are no channels to notify`,
      hint: "Use http.request to call a webhook",
    });
    return UNUSABLE;
  }
  if (isGroupMember(body) || isRepeating(input.members)) return readGroup(body, input, context);
  return readLeaf(body, input, context);
}

function readUndo({ members, path }: TaskPart, context: ReaderContext): BodyDefinition | undefined {
  const given = membersOf(members.get("undo"));
  if (given === undefined) return undefined;
  const part = { members: given, path: [...path, "undo"] };
  const body = bodyMember(part, "the undo", context);
  return body === undefined ? undefined : readLeaf(body, part, context);
}

/** Where a task stands: its name, or in a list its first member; and where its members do. */
function placeOfTask({ members, path }: TaskPart, body: string | undefined, { tree }: ReaderContext): SourcePosition {
  const inner = (more: SourcePath): SourcePosition => placeOf(tree, [...path, ...more]);
  return placeOf(tree, path, {
    isKey: true,
    names: (first, rest) => {
      switch (first) {
        case "operation":
          return body === undefined ? undefined : placeOf(tree, [...path, body], { isKey: true });
        case "params":
          return body === undefined ? undefined : below(inner([body]), rest);
        case "onError":
          return rest.startsWith("retry") ? inner(["retry", ...rest.split(".").slice(1)]) : undefined;
        case "timeouts":
          return rest === "attempt" && members.has("timeout") ? inner(["timeout"]) : undefined;
        case "values":
          return below(inner(["script"]), rest);
        case "undo": {
          const operation = operationNames(membersOf(members.get("undo")) ?? new Map())[0];
          const isParams = operation !== undefined && rest.startsWith("params");
          return isParams ? below(inner(["undo", operation]), rest.slice("params.".length)) : inner(["undo"]);
        }
        case "message":
        case "quorum":
          return below(inner(["approval"]), first);
        case "keys":
          return inner([["foreach", "matrix", "copies"].find((name) => members.has(name)) ?? body ?? ""]);
        default:
          return undefined;
      }
    },
  });
}

function below(at: SourcePosition, member: string): SourcePosition {
  return member === "" ? at : (memberPosition(at, member) ?? at);
}
