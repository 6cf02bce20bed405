import type { OperationCatalog } from "../../operation/catalog.ts";
import type { NeedDefinition, PlanDefinition, TaskDefinition } from "../definition.ts";
import type { ShapeProblem } from "./check-shape.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";
import type { Members } from "./members.ts";
import type { SourcePath, SourceTree } from "./source-tree.ts";

/** A file that another one names: there, being fetched, or not to be had. */
export type Linked =
  | { readonly kind: "plan"; readonly members: Members; readonly context: ReaderContext }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refused"; readonly message: string; readonly hint?: string }
  /** It will be read, and everything made again then. */
  | { readonly kind: "pending" };

/** A part of a file that says something about a task or plan. */
export interface TaskPart {
  readonly members: Members;
  readonly path: SourcePath;
}

export interface TaskInput extends TaskPart {
  readonly name: string;
  /** What its place in a list says about its order. */
  readonly needs?: readonly NeedDefinition[];
  readonly isRollbackStep?: boolean;
}

export interface PlanInput extends TaskPart {
  /** When it does not say its own. */
  readonly name: string;
}

/** A plan to run, a part of a plan to add, or a text to put in. */
export type LinkKind = "plan" | "part" | "text";

/** What everything in one file is read with. */
export interface ReaderContext {
  /** One task, followed by those of its hooks. Handed down, because tasks hold plans and plans tasks. */
  readonly readTask: (input: TaskInput, context: ReaderContext) => readonly TaskDefinition[];
  readonly readPlan: (input: PlanInput, context: ReaderContext) => PlanDefinition;
  readonly tree: SourceTree;
  readonly catalog: OperationCatalog;
  readonly report: (problem: ReaderProblem) => void;
  /** Another file, as a plan or as a text. */
  readonly link: (reference: string, as: LinkKind) => Linked;
  /** Files from the outermost to this one. */
  readonly chain: readonly string[];
  /** Targets and time limits of tasks that say nothing. */
  readonly defaults: TaskDefaults;
}

export interface TaskDefaults {
  readonly timeouts?: { readonly [name: string]: unknown };
}

/** A problem of a file; errors unless they say otherwise. */
export interface ReaderProblem extends ShapeProblem {
  readonly severity?: Severity;
  /** First character of the text at the place that is meant, and how many. */
  readonly character?: number;
  readonly length?: number;
}

/** The problem as people see it. */
export function diagnosticOf(tree: SourceTree, problem: ReaderProblem): Diagnostic {
  const { code, message, hint, severity = "error", path, isKey = false, character, length = 1 } = problem;
  const range =
    character === undefined
      ? isKey
        ? tree.keyRangeOf(path)
        : tree.rangeOf(path)
      : characters(tree, path, character, length);
  return tree.file.diagnostic({ code, message, severity, ...(hint === undefined ? {} : { hint }), ...range });
}

function characters(tree: SourceTree, path: SourcePath, character: number, length: number) {
  return { start: tree.offsetIn(path, character), end: tree.offsetIn(path, character + length) };
}
