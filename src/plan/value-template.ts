import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Program } from "../expression/program.ts";

/** A value of which some parts are computed. Plain JSON all through. */
export type TemplateNode =
  | { readonly value: JsonValue }
  | { readonly program: Program }
  | { readonly items: readonly TemplateNode[] }
  /** Keys are texts or programs that give one. */
  | { readonly members: readonly (readonly [key: TemplateNode, value: TemplateNode])[] };

/**
 * A value with checked expressions in it, computed when the task is about to start. A class, so that no plain value is ever
 * taken for one.
 */
export class ValueTemplate {
  readonly node: TemplateNode;
  /** First names of everything its expressions refer to: `params`, `tasks`, `host`, … */
  readonly roots: readonly string[];

  constructor(node: TemplateNode, roots: Iterable<string>) {
    this.node = node;
    this.roots = [...new Set(roots)].toSorted();
  }

  /** Whether it depends on what only a run can know. */
  get needsResults(): boolean {
    return this.roots.some((root) => root === "tasks" || root === "needs" || root === "run");
  }
}

/** What a template means, without where it stands in its file. */
export function templateMeaning(node: TemplateNode): JsonObject {
  if ("value" in node) return { value: node.value };
  if ("program" in node) return { program: programMeaning(node.program) };
  if ("items" in node) return { items: node.items.map(templateMeaning) };
  return { members: node.members.map(([key, value]) => [templateMeaning(key), templateMeaning(value)]) };
}

/** What a program means, without where it stands in its file. */
export function programMeaning({ version, nodes }: Program): JsonObject {
  const plain: readonly JsonObject[] = nodes.map((node) => ({ ...node }));
  return { version, nodes: plain };
}
