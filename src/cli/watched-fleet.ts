import type { Fleet } from "../fleet/fleet.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { Job } from "../protocol/job.ts";

/** Told of every attempt that has ended. */
export type AttemptListener = (job: Job, outcome: Outcome) => void;

/** The same fleet, with somebody who looks at what its executors answer. Disposing it disposes the fleet. */
export function watchedFleet(fleet: Fleet, listener: AttemptListener): Fleet {
  return {
    isDurable: fleet.isDurable,
    hosts: () => fleet.hosts(),
    resolve: (target) => fleet.resolve(target),
    facts: (host, options) => fleet.facts(host, options),
    async dispatch(job, options) {
      const result = await fleet.dispatch(job, options);
      listener(job, result.outcome);
      return result;
    },
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}
