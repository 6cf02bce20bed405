import { must, unreachable } from "../base/assert.ts";

/** Which outcome of its source a blocking edge waits for. */
export type EdgeCondition = "success" | "failure" | "always";

/**
 * What an edge asks for. A condition makes it *blocking*: its target waits for its source. `preferred` is soft order:
 * the source goes first when there is a choice, and nothing ever waits for it.
 */
export type EdgeKind = EdgeCondition | "preferred";

/** A connection from `source` to `target`: the target depends on the source. At most one for each ordered pair. */
export interface Edge<Id extends string = string> {
  readonly source: Id;
  readonly target: Id;
  readonly kind: EdgeKind;
}

/** An edge without its kind. */
export type EdgeEnds<Id extends string = string> = Pick<Edge<Id>, "source" | "target">;

/** An edge as authors write it; `kind` is `"success"` unless given. */
export interface EdgeDefinition<Id extends string = string> extends EdgeEnds<Id> {
  readonly kind?: EdgeKind;
}

/** Which edges a question is about. */
export interface EdgeSelection {
  /** `"all"` (the default) or only the `"blocking"` ones. */
  readonly edges?: "all" | "blocking";
}

// Inside a graph a kind is one byte. Everything above EDGE_PREFERRED blocks.
export const EDGE_PREFERRED = 0;
export const EDGE_SUCCESS = 1;
export const EDGE_FAILURE = 2;
export const EDGE_ALWAYS = 3;

const KIND_BY_CODE: readonly EdgeKind[] = ["preferred", "success", "failure", "always"];

/** How many kinds there are: codes run from 0 to one less. */
export const EDGE_KIND_COUNT = KIND_BY_CODE.length;

/** The byte for a kind. */
export function edgeKindCode(kind: EdgeKind): number {
  switch (kind) {
    case "preferred":
      return EDGE_PREFERRED;
    case "success":
      return EDGE_SUCCESS;
    case "failure":
      return EDGE_FAILURE;
    case "always":
      return EDGE_ALWAYS;
    default:
      return unreachable(kind);
  }
}

/** The kind behind a byte. */
export function edgeKindOf(code: number): EdgeKind {
  return must(KIND_BY_CODE[code], `Edge kind code ${code} is unknown`);
}

/** The lowest code that `selection` lets through: kinds below it are not looked at. */
export function lowestKindCode(selection: EdgeSelection): number {
  return selection.edges === "blocking" ? EDGE_SUCCESS : EDGE_PREFERRED;
}
