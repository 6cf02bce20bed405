import { codedError } from "../../base/coded-error.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { Job } from "../../protocol/job.ts";
import { pick } from "../random-plan.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { ExecutionJudge } from "./execution-judge.ts";
import type { ForetoldOutcomes } from "./foretold-plan.ts";

/** Characters of data that do not fit into an event of the log. */
const LARGE = 5_000;

/** How work ends in a world. */
export interface OutcomePorts {
  readonly judge: ExecutionJudge;
  readonly foretold: ForetoldOutcomes;
  readonly work: WorkShape;
}

export interface WorkShape {
  /** From 0, all work does what it should, to 1, more than a third of it does not. */
  readonly trouble: number;
  /** Longest time in milliseconds that work takes, unless it is slow. */
  readonly durationMsMax: number;
  /** Part of the functions that answer at once. */
  readonly atOnceShare: number;
}

/** How a job ends that nothing disturbs. */
export function outcomeOfJob(job: Job, random: SeededRandom, { judge, foretold, work }: OutcomePorts): Outcome {
  const drawn = drawOutcome(random, work.trouble);
  if (job.work.kind === "undo") return random.integer(8) === 0 ? failed("retryable") : { status: "changed" };
  if (job.mode === "inspect") return { status: "unchanged" };
  if (job.mode === "probe") return judge.hasTakenEffect(job) ? { status: "changed" } : failed("retryable");
  const status = foretold.next(job);
  const outcome = status === undefined ? drawn : foretoldOutcome(status);
  if (outcome.status === "changed") judge.tookEffect(job);
  return outcome;
}

function foretoldOutcome(status: Outcome["status"]): Outcome {
  if (status === "changed" || status === "unchanged") return { status };
  return status === "skipped" ? { status, reason: "not for this host" } : failed("retryable");
}

function drawOutcome(random: SeededRandom, trouble: number): Outcome {
  const isTroubled = random.next() < trouble;
  const dice = random.integer(isTroubled ? 24 : 16);
  if (dice < 10) return { status: "changed", isReversible: random.integer(2) === 0 };
  if (dice < 15) return { status: "unchanged" };
  if (dice === 15) return { status: "changed", isReversible: true, data: { text: "x".repeat(random.integer(LARGE)) } };
  if (dice === 16) return { status: "skipped", reason: "not for this host" };
  if (dice < 21) return failed("retryable");
  if (dice === 21) return { status: "unknown", reason: "nobody knows" };
  return pick(random, [failed("fatal"), { ...failed("fatal"), changed: true, isReversible: true }]);
}

function failed(errorClass: "retryable" | "fatal") {
  const error = codedError("DRV_TASK_FUNCTION_FAILED", "Cannot do it: it broke");
  return { status: "failed", error, errorClass } as const;
}
