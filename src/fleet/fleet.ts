import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";
import type { Facts } from "../operation/facts.ts";
import type { Target } from "../plan/compiled-plan.ts";
import type { AttemptResult, Job } from "../protocol/job.ts";

/** A host as the fleet knows it. */
export interface FleetHost {
  readonly name: string;
  readonly labels: { readonly [key: string]: string };
}

export interface DispatchOptions {
  /** Aborting asks the executor to stop the attempt; the answer is still awaited. */
  readonly signal: AbortSignal;
  readonly onOutput?: (stream: "stdout" | "stderr", line: string) => void;
  /** Progress in percent with an optional message. */
  readonly onProgress?: (percent: number, message?: string) => void;
}

/**
 * The hosts a run can reach and the way to reach them. One interface for local hosts, SSH, agents and mixes of them.
 */
export interface Fleet extends AsyncDisposable {
  /**
   * Whether executors remember tokens beyond this process: a job whose answer was lost with the process may be sent again
   * under its token and gets the true outcome, or `unknown`, never a second start. When `false`, it must not be sent again.
   */
  readonly isDurable: boolean;
  /** All hosts, sorted by name. */
  hosts(): readonly FleetHost[];
  /** Names of the hosts a target stands for, sorted; `_any` gives every candidate. `DRV_FLEET_NO_HOST` when there are none. */
  resolve(target: Target): Result<readonly string[], CodedError>;
  /** Facts of one host. `DRV_FLEET_UNKNOWN_HOST`, or what the host answers. */
  facts(host: string, options?: { readonly signal?: AbortSignal }): Promise<Result<Facts, CodedError>>;
  /**
   * Carries out one attempt. Never rejects: whatever goes wrong is an outcome. The same token starts at most once, so a
   * job may be sent again. An empty host name means the controller itself.
   */
  dispatch(job: Job, options: DispatchOptions): Promise<AttemptResult>;
}
