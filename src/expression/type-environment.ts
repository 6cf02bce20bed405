import type { Span } from "./span.ts";
import type { ValueType } from "./value-type.ts";

/** The names an expression may start with, such as `params`, `tasks`, `facts`, `host`, `run`, `item`, and their types. */
export interface TypeEnvironment {
  readonly roots: ReadonlyMap<string, ValueType>;
}

/** What an expression refers to, as far as its text says: `tasks["x"].data` is root `tasks` with path `x`, `data`. */
export interface Reference {
  readonly root: string;
  readonly path: readonly string[];
  readonly type: ValueType;
  readonly span: Span;
}
