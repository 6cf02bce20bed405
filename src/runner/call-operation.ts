import { DroverError } from "../base/coded-error.ts";
import { attemptToken, type AttemptToken, type RunId } from "../base/ids.ts";
import { sha256 } from "../base/json.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { parseTarget } from "../plan/target.ts";
import type { JobWork } from "../protocol/job.ts";
import { jobOf } from "./job-of.ts";
import type { OperationAnswer } from "./user-code.ts";
import { KILL_GRACE_MS } from "../base/limits.ts";

export interface OperationCallOptions {
  readonly fleet: Fleet;
  readonly runId: RunId;
  readonly task: string;
  readonly attempt: number;
  /** Token of the attempt whose function calls. */
  readonly token: AttemptToken;
  /** Number of the call within the attempt, from 1: the same call of the same attempt has the same token. */
  readonly call: number;
  readonly signal: AbortSignal;
  readonly work: JobWork;
  readonly target: string;
}

/**
 * Carries out an operation that a task function asks for, on every host of the target, through the same dispatch as
 * tasks. `_any` takes the first host.
 * @throws DroverError when the target cannot be read or matches no host; the reason of `signal` once that aborts
 */
export async function callOperation(options: OperationCallOptions): Promise<OperationAnswer> {
  const { fleet, signal, token, call } = options;
  signal.throwIfAborted();
  const target = parseTarget(options.target);
  if (!target.ok) throw new DroverError([target.error]);
  const resolved = fleet.resolve(target.value);
  if (!resolved.ok) throw new DroverError([resolved.error]);
  const hosts = target.value.kind === "any" ? resolved.value.slice(0, 1) : resolved.value;
  const { runId, task, attempt, work } = options;
  const results = await Promise.all(
    hosts.map(async (host) => {
      const hostToken = attemptToken(sha256(`${token}/${call}/${host}`));
      const head = { runId, task, host, attempt, token: hostToken, mode: "apply", killGraceMs: KILL_GRACE_MS } as const;
      const result = await fleet.dispatch(jobOf(head, work), { signal });
      return { host, durationMs: result.durationMs, outcome: result.outcome };
    }),
  );
  signal.throwIfAborted();
  return { jobId: attemptToken(sha256(`${token}/${call}`)), results };
}
