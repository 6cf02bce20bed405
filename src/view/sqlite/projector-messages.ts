import type { CodedError } from "../../base/coded-error.ts";

export type ProjectorRequest =
  /** There may be new rows. */
  { readonly type: "wake" } | { readonly type: "close" };

export type ProjectorAnswer =
  | { readonly type: "opened"; readonly position: number }
  /** Everything up to there is in the view. */
  | { readonly type: "reached"; readonly position: number }
  /** The view stays where it is until the next wake. */
  | { readonly type: "failed"; readonly error: CodedError }
  | { readonly type: "closed" };
