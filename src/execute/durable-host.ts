import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Err, type Result } from "../base/result.ts";
import type { Host, HostAnswer, HostCall } from "../operation/host.ts";
import type { Job } from "../protocol/job.ts";
import type { DurableAttempt } from "./attempt.ts";
import { withExec } from "./scoped-host.ts";

/**
 * The host for the part of an attempt that must not happen twice: its commands outlive the executor. In an attempt that
 * is resumed, what cannot be followed and would have another effect when done again is refused.
 */
export function durableHost(durable: DurableAttempt, job: Job): Host {
  const { calls, isResumed, host } = durable;
  const { killGraceMs } = job;
  const exec: Host["exec"] = (argv, given = {}) =>
    calls.exec(host, argv, killGraceMs === undefined ? given : { killGraceMs, ...given });
  const execInBatch = async (call: Extract<HostCall, { call: "exec" }>): Promise<Result<HostAnswer, CodedError>> => {
    const ended = await exec(call.argv, call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs });
    return ended.ok ? ok({ call: "exec", result: ended.value }) : ended;
  };
  return {
    ...withExec(host, exec),
    async batch(batched, waiting) {
      const answers = batched.map(async (call) =>
        call.call === "exec" ? [await execInBatch(call)] : await host.batch([call], waiting),
      );
      return (await Promise.all(answers)).flat();
    },
    http: async (request, waiting) => {
      const isReading = request.method === "GET" || request.method === "HEAD";
      return isResumed && !isReading ? refused(`HTTP request to "${request.url}"`) : await host.http(request, waiting);
    },
    rename: async (from, to, waiting) =>
      isResumed ? refused(`renaming of "${from}"`) : await host.rename(from, to, waiting),
  };
}

function refused(what: string): Err<CodedError> {
  return err(
    codedError("DRV_HOST_CONNECTION_LOST", `Cannot repeat the ${what}: the executor that may have done it is gone`),
  );
}
