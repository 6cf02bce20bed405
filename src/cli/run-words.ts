import type { Ink } from "../report/line.ts";
import type { ListedRun } from "./runs-access.ts";

/** How the state of a run in a list is said, and the colour it has. */
export function runStateWord({ verdict, quarantine, isDriven }: ListedRun): {
  readonly word: string;
  readonly color: Ink;
} {
  if (quarantine !== undefined) return { word: "quarantined", color: "red" };
  if (verdict === undefined) {
    return isDriven ? { word: "running", color: "cyan" } : { word: "unfinished", color: "yellow" };
  }
  switch (verdict) {
    case "succeeded":
      return { word: "succeeded", color: "green" };
    case "failed":
      return { word: "failed", color: "red" };
    case "cancelled":
      return { word: "cancelled", color: "yellow" };
    case "rolledBack":
      return { word: "rolled back", color: "yellow" };
    case "needsDecision":
      return { word: "needs decision", color: "yellow" };
  }
}
