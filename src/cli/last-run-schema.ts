import { z } from "zod";
import { parseRunId } from "../base/ids.ts";
import type { RunSnapshot } from "../report/snapshot.ts";

/** What the file of a remembered run holds. */
export interface LastRun {
  readonly version: 1;
  /** Absolute. */
  readonly planPath: string;
  /** Where it was run from. */
  readonly folder: string;
  readonly run: RunSnapshot;
}

const ERROR = z.object({ code: z.string(), message: z.string(), hint: z.string().exactOptional() });
const OUTCOME = z.enum(["changed", "unchanged", "skipped", "failed", "cancelled", "unknown"]);
const STATUS = z.enum([...OUTCOME.options, "pending", "ready", "waiting", "running", "notRun"]);

const HOST = z.object({
  hostname: z.string(),
  status: OUTCOME,
  changed: z.boolean(),
  durationMs: z.number(),
  error: ERROR.exactOptional(),
  failure: z.literal("unreachable").exactOptional(),
  reason: z.string().exactOptional(),
});

const WORD = { actor: z.string().exactOptional(), reason: z.string().exactOptional(), atMs: z.number() };

const TASK = z.object({
  index: z.int().min(0),
  name: z.string(),
  kind: z.enum(["operation", "function", "script", "gate", "group"]),
  operation: z.string().exactOptional(),
  target: z.string().exactOptional(),
  status: STATUS,
  isChanged: z.boolean(),
  skipCause: z.enum(["guard", "notTriggered", "dependencyFailed", "unsupported", "operator"]).exactOptional(),
  reason: z.string().exactOptional(),
  error: ERROR.exactOptional(),
  undoError: ERROR.exactOptional(),
  hosts: z.array(HOST),
  attempts: z.int(),
  startedAtMs: z.number().exactOptional(),
  finishedAtMs: z.number().exactOptional(),
  durationMs: z.number(),
  isRolledBack: z.boolean(),
  isConditional: z.boolean(),
  isRollbackStep: z.literal(true).exactOptional(),
  isTolerated: z.literal(true).exactOptional(),
  generation: z.int().exactOptional(),
  decision: z
    .object({
      ...WORD,
      verb: z.enum(["skipped", "markedSucceeded", "adopted"]),
      from: z.string().exactOptional(),
    })
    .exactOptional(),
  reset: z.object({ ...WORD, verb: z.string(), task: z.string().exactOptional() }).exactOptional(),
  group: z.int().exactOptional(),
  after: z.array(z.int()),
});

const RUN_ID = z.string().transform((text, context) => {
  const runId = parseRunId(text);
  if (runId !== undefined) return runId;
  context.addIssue("is not a run id");
  return z.NEVER;
});

const LAST_RUN: z.ZodType<LastRun> = z.object({
  version: z.literal(1),
  planPath: z.string(),
  folder: z.string(),
  run: z.object({
    version: z.literal(1),
    runId: RUN_ID,
    planName: z.string(),
    controlVersion: z.int().exactOptional(),
    pause: z.object(WORD).exactOptional(),
    phase: z.enum(["created", "running", "stopping", "failureBranches", "undoing", "rollbackSteps", "finished"]),
    verdict: z.enum(["succeeded", "failed", "cancelled", "rolledBack", "needsDecision"]).exactOptional(),
    isDryRun: z.boolean(),
    taskCount: z.int(),
    createdAtMs: z.number(),
    finishedAtMs: z.number().exactOptional(),
    counts: z.record(STATUS, z.int()),
    error: ERROR.exactOptional(),
    tasks: z.array(TASK),
  }),
});

/** Reads what was written as a {@link LastRun}; `undefined` when it is anything else. */
export function parseLastRun(value: unknown): LastRun | undefined {
  const parsed = LAST_RUN.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
