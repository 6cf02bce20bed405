import type { SourcePosition } from "../../base/coded-error.ts";
import type { NeedDefinition, TaskDefinition } from "../definition.ts";
import type { GuardDefinition } from "../guard.ts";
import { BUILTIN_GUARD_KINDS } from "../guard.ts";
import { COPIED_TASK_MEMBERS } from "./copied-task-members.ts";
import { copied, itemsOf, type Members, membersOf, oneOrMoreOf, plainOf, textOf } from "./members.ts";
import { placeOf } from "./place-of.ts";
import type { ReaderContext, TaskPart } from "./reader-context.ts";

const COPIED: readonly string[] = [...COPIED_TASK_MEMBERS, "estimate"];

/** What a task says besides its body, order and hooks. The compiler checks it once more. */
export function readSettings({ members }: TaskPart, { defaults }: ReaderContext, canBeAttempted: boolean): object {
  const onError = readStrategy(members);
  const timeouts = readTimeouts(members);
  const all = canBeAttempted ? { ...defaults.timeouts, ...timeouts } : timeouts;
  return {
    ...copied(members, COPIED),
    ...(onError === undefined ? {} : { onError }),
    ...(Object.keys(all).length === 0 ? {} : { timeouts: all }),
  };
}

/** `onError` and `retry` as one strategy. */
export function readStrategy(members: Members): TaskDefinition["onError"] {
  const afterFailure = members.get("onError");
  const given = members.get("retry");
  if (afterFailure === undefined && given === undefined) return undefined;
  const retry = typeof given === "number" ? { times: given } : readRetry(membersOf(given));
  const strategy: object = {
    ...(afterFailure === undefined ? {} : { afterFailure }),
    ...(retry === undefined ? {} : { retry }),
  };
  return strategy;
}

function readRetry(members: Members | undefined): object | undefined {
  if (members?.has("times") !== true) return undefined;
  const rest = [...members].filter(([name]) => name !== "backoff");
  const backoff = members.get("backoff");
  return { ...Object.fromEntries(rest), ...(backoff === undefined ? {} : { initial: backoff }) };
}

/** `timeouts` with `timeout` as the time of one attempt. */
export function readTimeouts(members: Members): { readonly [name: string]: unknown } {
  const attempt = members.get("timeout");
  const all = membersOf(members.get("timeouts"));
  return { ...(attempt === undefined ? {} : { attempt }), ...(all === undefined ? {} : Object.fromEntries(all)) };
}

/** Tasks that `needs` names, each with its place. */
export function readNeeds({ members, path }: TaskPart, { tree }: ReaderContext): readonly NeedDefinition[] {
  const given = members.get("needs");
  const isList = itemsOf(given) !== undefined;
  return oneOrMoreOf(given).flatMap((item, index): readonly NeedDefinition[] => {
    const place = isList ? [...path, "needs", index] : [...path, "needs"];
    const task = textOf(item) ?? textOf(membersOf(item)?.get("task"));
    if (task === undefined) return [];
    const on = membersOf(item)?.get("on");
    const at: SourcePosition = placeOf(tree, typeof item === "string" ? place : [...place, "task"]);
    if (on === "success" || on === "failure" || on === "always") return [{ task, on, at }];
    return [{ task, at }];
  });
}

const NO_GUARDS: readonly GuardDefinition[] = [];

/** `guards`, then `when`. */
export function readGuards({ members, path }: TaskPart, { tree }: ReaderContext): readonly GuardDefinition[] {
  if (!members.has("guards") && !members.has("when")) return NO_GUARDS;
  const given = members.get("guards");
  const guards = oneOrMoreOf(given).flatMap((item, index): readonly GuardDefinition[] => {
    const place = itemsOf(given) === undefined ? [...path, "guards"] : [...path, "guards", index];
    const kind = BUILTIN_GUARD_KINDS.find((candidate) => candidate === item);
    if (kind !== undefined) return [{ kind }];
    const condition = membersOf(item)?.get("when");
    const reason = textOf(membersOf(item)?.get("reason"));
    if (condition === undefined) return [];
    const because = reason === undefined ? {} : { reason };
    return [
      { kind: "expression", expression: conditionText(condition), at: placeOf(tree, [...place, "when"]), ...because },
    ];
  });
  const when = members.get("when");
  const conditions = oneOrMoreOf(when).map((condition, index): GuardDefinition => {
    const place = itemsOf(when) === undefined ? [...path, "when"] : [...path, "when", index];
    return { kind: "expression", expression: conditionText(condition), at: placeOf(tree, place) };
  });
  return [...guards, ...conditions];
}

function conditionText(condition: unknown): string {
  return typeof condition === "string" ? condition : String(plainOf(condition));
}
