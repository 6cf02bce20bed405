import { nounOf } from "./shape-words.ts";
import { type Field, type RecordShape, resolved, type Shape } from "./shape.ts";
import { PLAN_FILE } from "./language/plan-shape.ts";

/** What there is to know about a part of the language. */
export interface ShapeExplanation {
  /** As it was asked for. */
  readonly path: string;
  readonly type: string;
  readonly doc?: string;
  readonly byDefault?: string;
  readonly example?: unknown;
  readonly members: readonly ExplainedMember[];
}

export interface ExplainedMember {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly doc: string;
  readonly byDefault?: string;
  readonly section?: string;
}

/**
 * Explains a part of the language by its way from the top: `tasks.retry.backoff`. Names of tasks, parameters and items are
 * left out.
 * @returns `undefined` when there is no such part
 */
export function explainShape(path: string): ShapeExplanation | undefined {
  let shape: Shape = PLAN_FILE;
  let field: Field | undefined;
  for (const step of path === "" ? [] : path.split(".")) {
    const found: Field | undefined = recordsIn(shape).flatMap(({ fields }) =>
      Object.hasOwn(fields, step) ? [fields[step]] : [],
    )[0];
    if (found === undefined) return undefined;
    field = found;
    shape = found.shape;
  }
  const members = recordsIn(shape).flatMap(membersOf);
  return {
    path,
    type: nounOf(shape),
    ...(field === undefined ? {} : { doc: field.doc }),
    ...(field?.byDefault === undefined ? {} : { byDefault: field.byDefault }),
    ...(field?.example === undefined ? {} : { example: field.example }),
    members,
  };
}

/** Records a shape may be, also those of which it is a list or map. */
function recordsIn(given: Shape): readonly RecordShape[] {
  const shape = resolved(given);
  switch (shape.kind) {
    case "record":
      return [shape];
    case "list":
    case "map":
      return recordsIn(shape.of);
    case "either": {
      const records = shape.options.flatMap(recordsIn);
      // One thing or a list of it is one thing.
      return [...new Set(records)];
    }
    case "text":
    case "boolean":
    case "number":
    case "duration":
    case "choice":
    case "condition":
    case "value":
      return [];
  }
}

function membersOf({ fields, open }: RecordShape): readonly ExplainedMember[] {
  const named = Object.entries(fields).map(([name, field]): ExplainedMember => ({
    name,
    type: nounOf(field.shape),
    isRequired: field.isRequired === true,
    doc: field.doc,
    ...(field.byDefault === undefined ? {} : { byDefault: field.byDefault }),
    ...(field.section === undefined ? {} : { section: field.section }),
  }));
  if (open === undefined) return named;
  const type = open.word === "operation" ? "parameters" : "value";
  return [...named, { name: open.word === "operation" ? "OPERATION" : "x-…", type, isRequired: false, doc: open.doc }];
}
