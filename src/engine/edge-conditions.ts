import { EDGE_ALWAYS, EDGE_FAILURE, EDGE_SUCCESS } from "../dag/edge.ts";
import {
  CANCELLED,
  CAUSE_DEPENDENCY_FAILED,
  CAUSE_GUARD,
  CAUSE_NONE,
  CAUSE_NOT_TRIGGERED,
  CAUSE_OPERATOR,
  CAUSE_UNSUPPORTED,
  CHANGED,
  FAILED,
  NOT_RUN,
  SKIPPED,
  UNCHANGED,
} from "./status.ts";

/** What an edge says when its dependency has ended. */
export type EdgeJudgement = "accepts" | "notTriggered" | "dependencyFailed";

/** How a dependency can have ended, as an edge sees it. */
export interface EndState {
  readonly name: string;
  readonly status: number;
  readonly cause: number;
}

export interface EdgeRow extends EndState {
  readonly success: EdgeJudgement;
  readonly failure: EdgeJudgement;
  readonly always: EdgeJudgement;
}

/** The one table of edge conditions; `docs/semantics.md` shows it and the tests walk it. */
export const EDGE_TABLE: readonly EdgeRow[] = [
  row("changed", CHANGED, CAUSE_NONE, "accepts"),
  row("unchanged", UNCHANGED, CAUSE_NONE, "accepts"),
  row("skipped: guard", SKIPPED, CAUSE_GUARD, "accepts"),
  row("skipped: unsupported", SKIPPED, CAUSE_UNSUPPORTED, "accepts"),
  row("skipped: operator", SKIPPED, CAUSE_OPERATOR, "accepts"),
  row("skipped: notTriggered", SKIPPED, CAUSE_NOT_TRIGGERED, "notTriggered"),
  row("skipped: dependencyFailed", SKIPPED, CAUSE_DEPENDENCY_FAILED, "dependencyFailed"),
  { ...row("failed", FAILED, CAUSE_NONE, "dependencyFailed"), failure: "accepts" },
  row("cancelled", CANCELLED, CAUSE_NONE, "notTriggered"),
  row("notRun", NOT_RUN, CAUSE_NONE, "notTriggered"),
];

function row(name: string, status: number, cause: number, success: EdgeJudgement): EdgeRow {
  return { name, status, cause, success, failure: "notTriggered", always: "accepts" };
}

/** Marks kept per task while its dependencies end: together they are the judgement of all edges, in any order. */
export const MARK_NOT_TRIGGERED = 1;
export const MARK_DEPENDENCY_FAILED = 2;

const MARK_BY_JUDGEMENT: Readonly<Record<EdgeJudgement, number>> = {
  accepts: 0,
  notTriggered: MARK_NOT_TRIGGERED,
  dependencyFailed: MARK_DEPENDENCY_FAILED,
};

const KIND_COUNT = 4;
const CAUSE_COUNT = 6;
/** Marks by (status, cause, edge kind); the table laid out for the hot path. */
const MARKS = layOut();

function layOut(): Uint8Array {
  const marks = new Uint8Array(16 * CAUSE_COUNT * KIND_COUNT);
  for (const entry of EDGE_TABLE) {
    const base = (entry.status * CAUSE_COUNT + entry.cause) * KIND_COUNT;
    marks[base + EDGE_SUCCESS] = MARK_BY_JUDGEMENT[entry.success];
    marks[base + EDGE_FAILURE] = MARK_BY_JUDGEMENT[entry.failure];
    marks[base + EDGE_ALWAYS] = MARK_BY_JUDGEMENT[entry.always];
  }
  return marks;
}

/** The mark which an edge of `kind` leaves on its target when its source ended as `(status, cause)`; 0 accepts. */
export function edgeMark(ended: { readonly status: number; readonly cause: number }, kind: number): number {
  return MARKS[(ended.status * CAUSE_COUNT + ended.cause) * KIND_COUNT + kind] ?? 0;
}

/** Where the marks of one end state begin; add the edge kind. For loops over many edges of one task. */
export function edgeMarkBase(status: number, cause: number): number {
  return (status * CAUSE_COUNT + cause) * KIND_COUNT;
}

/** The mark at a place computed with {@link edgeMarkBase}. */
export function edgeMarkAt(place: number): number {
  return MARKS[place] ?? 0;
}
