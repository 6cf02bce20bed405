import { builtinOperations, type OperationCatalog } from "../../operation/catalog.ts";
import type { PlanDefinition } from "../definition.ts";
import { checkShape, type ShapeContext } from "./check-shape.ts";
import { type Diagnostic, inOrder } from "./diagnostic.ts";
import { FOREIGN_WORDS } from "./language/foreign-words.ts";
import { PLAN_FILE, PLAN_PART } from "./language/plan-shape.ts";
import { membersOf, type Members } from "./members.ts";
import { oddityDiagnostics } from "./oddities.ts";
import { PlanFiles } from "./plan-files.ts";
import { readPlan } from "./plan-reader.ts";
import { diagnosticOf, type Linked, type LinkKind, type ReaderContext, type ReaderProblem } from "./reader-context.ts";
import type { RecordShape } from "./shape.ts";
import type { SourceFile } from "./source-file.ts";
import type { PlanSource, SourceLoader } from "./source-loader.ts";
import type { SourceTree } from "./source-tree.ts";
import { readTask } from "./task-reader.ts";

/** Files inside files. */
const CHAIN_MAX = 16;

/** A file as it was understood. */
export interface ReadPlanFile {
  /** As much as could be understood; absent when that is nothing. */
  readonly definition?: PlanDefinition;
  /** Everything found, in the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every file the plan is made of, the one that was given first. */
  readonly files: readonly SourceFile[];
}

export interface ReadOptions {
  /** Operations that may be named. Default: the built-in ones. */
  readonly catalog?: OperationCatalog;
}

/**
 * Reads a plan file and the files it names. Says everything that is wrong with what is written; whether it makes a plan is
 * for `compilePlan` to say.
 */
export async function readPlanFile(
  source: PlanSource,
  loader: SourceLoader,
  { catalog = builtinOperations() }: ReadOptions = {},
): Promise<ReadPlanFile> {
  const files = new PlanFiles(loader);
  const root = await files.add(source, true);
  for (;;) {
    const reading = new Reading(files, catalog);
    const definition = root.tree === undefined ? undefined : reading.read(root.tree);
    if (!files.isWaiting) return reading.result(definition);
    await files.loadWanted();
  }
}

/** One attempt to make a definition of the files that are there. */
class Reading {
  readonly #files: PlanFiles;
  readonly #catalog: OperationCatalog;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #settled = new Map<SourceTree, Set<number>>();

  constructor(files: PlanFiles, catalog: OperationCatalog) {
    this.#files = files;
    this.#catalog = catalog;
  }

  read(tree: SourceTree): PlanDefinition | undefined {
    const members = this.#check(tree, PLAN_FILE);
    if (members === undefined) return undefined;
    return readPlan({ name: "", members, path: [] }, this.#contextOf(tree, [tree.file.name]));
  }

  result(definition: PlanDefinition | undefined): ReadPlanFile {
    const { entries } = this.#files;
    const files = entries.map(({ file }) => file);
    const found = entries.flatMap(({ problems, tree }) => [
      ...problems,
      ...(tree === undefined ? [] : oddityDiagnostics(tree, this.#settled.get(tree) ?? new Set())),
    ]);
    const diagnostics = inOrder(
      [...found, ...this.#diagnostics],
      files.map(({ name }) => name),
    );
    return { ...(definition === undefined ? {} : { definition }), diagnostics, files };
  }

  /** The members of a file that fit their shapes. */
  #check(tree: SourceTree, shape: RecordShape): Members | undefined {
    const settled = this.#settled.get(tree) ?? new Set<number>();
    this.#settled.set(tree, settled);
    const context: ShapeContext = {
      tree,
      report: (problem) => void this.#diagnostics.push(diagnosticOf(tree, problem)),
      foreignWords: FOREIGN_WORDS,
      openNames: () => this.#catalog.list().map(({ name }) => name),
      settle: (path) => void settled.add(tree.rangeOf(path).start),
    };
    return membersOf(checkShape(tree.value, shape, context));
  }

  #contextOf(tree: SourceTree, chain: readonly string[]): ReaderContext {
    return {
      readTask,
      readPlan,
      tree,
      catalog: this.#catalog,
      report: (problem: ReaderProblem) => void this.#diagnostics.push(diagnosticOf(tree, problem)),
      link: (reference, as) => this.#link(reference, as, chain),
      chain,
      defaults: {},
    };
  }

  #link(reference: string, as: LinkKind, chain: readonly string[]): Linked {
    const found = this.#files.find(reference, chain.at(-1) ?? "", as !== "text");
    if (found === undefined) return { kind: "pending" };
    if (typeof found !== "string") {
      const { message, hint } = found;
      return { kind: "refused", message, ...(hint === undefined ? {} : { hint }) };
    }
    const entry = this.#files.get(found);
    if (as === "text") return { kind: "text", text: entry?.file.text ?? "" };
    const shown = JSON.stringify(reference.slice(0, 200));
    if (chain.includes(found)) {
      const loop = [...chain.slice(chain.indexOf(found)), found].join(" → ");
      return {
        kind: "refused",
        message: `Cannot use plan file ${shown}: it contains itself (${loop})`,
        hint: "Break the loop",
      };
    }
    if (chain.length >= CHAIN_MAX) {
      return { kind: "refused", message: `Cannot use plan file ${shown}: it lies deeper than ${CHAIN_MAX} files` };
    }
    const tree = entry?.tree;
    const members = tree === undefined ? undefined : this.#check(tree, as === "plan" ? PLAN_FILE : PLAN_PART);
    // What is wrong with it has been said, in its own place.
    if (tree === undefined || members === undefined) return { kind: "pending" };
    return { kind: "plan", members, context: this.#contextOf(tree, [...chain, found]) };
  }
}
