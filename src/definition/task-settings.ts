import type { CodedError } from "../base/coded-error.ts";
import { codedError } from "../base/coded-error.ts";
import { didYouMean } from "../base/suggest.ts";
import type { TaskDefinition } from "./definition.ts";

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

/** What an author may say about a task besides its name, body and order. */
export type TaskSettings = Omit<
  TaskDefinition,
  "name" | "body" | "needs" | "prefer" | "guards" | "undo" | "outputs" | "target"
> & { readonly target?: string };

/** Settings while a task is being written. */
export type WritableSettings = Writable<TaskSettings>;

const SETTING_NAMES: { readonly [Name in keyof Required<TaskSettings>]: true } = {
  title: true,
  target: true,
  onError: true,
  timeouts: true,
  batches: true,
  maxFail: true,
  allowEmpty: true,
  tolerate: true,
  priority: true,
  concurrencyKey: true,
  estimate: true,
  runsOn: true,
  at: true,
};

/**
 * Copies the settings among the members of `given`; `known` are further members that somebody else reads.
 * @returns a problem for each member that nobody reads
 */
export function copySettings(
  given: object,
  { into, known, path }: { readonly into: WritableSettings; readonly known: readonly string[]; readonly path: string },
): readonly CodedError[] {
  const problems: CodedError[] = [];
  const members: readonly (readonly [string, unknown])[] = Object.entries(given);
  for (const [name, value] of members) {
    if (Object.hasOwn(SETTING_NAMES, name)) Object.assign(into, { [name]: value });
    else if (!known.includes(name)) problems.push(unknownSetting(name, { path, known }));
  }
  return problems;
}

function unknownSetting(
  name: string,
  context: { readonly path: string; readonly known: readonly string[] },
): CodedError {
  const candidates = [...context.known, ...Object.keys(SETTING_NAMES)];
  const hint = didYouMean(name, candidates) ?? `Use one of ${candidates.join(", ")}`;
  const shown = JSON.stringify(name.slice(0, 80));
  return codedError("DRV_PLAN_OPTION_UNKNOWN", `Cannot read the options of a task: ${shown} is not an option`, {
    at: { path: context.path },
    hint,
  });
}
