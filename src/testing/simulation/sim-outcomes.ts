import { codedError } from "../../base/coded-error.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { Job } from "../../protocol/job.ts";
import { pick } from "../random-plan.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { ExecutionJudge } from "./execution-judge.ts";

/** Characters of data that do not fit into an event of the log. */
const LARGE = 5_000;

/** How a job ends that nothing disturbs. */
export function outcomeOfJob(job: Job, random: SeededRandom, judge: ExecutionJudge): Outcome {
  const drawn = drawOutcome(random);
  if (job.work.kind === "undo") return random.integer(8) === 0 ? failed("retryable") : { status: "changed" };
  if (job.mode === "inspect") return { status: "unchanged" };
  if (job.mode === "probe") return judge.hasTakenEffect(job) ? { status: "changed" } : failed("retryable");
  const outcome = foretoldOutcome(job) ?? drawn;
  if (outcome.status === "changed") judge.tookEffect(job);
  return outcome;
}

/** Jobs of foretold workloads say themselves how they end. */
function foretoldOutcome({ work, host }: Job): Outcome | undefined {
  if (work.kind !== "operation") return undefined;
  const { params } = work;
  const foretold = isJsonObject(params) ? params["foretold"] : undefined;
  const status = foretold !== undefined && isJsonObject(foretold) ? foretold[host] : undefined;
  if (status === "changed" || status === "unchanged") return { status };
  if (status === "skipped") return { status, reason: "not for this host" };
  return status === "failed" ? failed("fatal") : undefined;
}

function drawOutcome(random: SeededRandom): Outcome {
  const dice = random.integer(24);
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
