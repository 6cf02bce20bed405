import { must } from "../base/assert.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { AttemptResult, Job } from "../protocol/job.ts";
import { OneHostFleet } from "./one-host-fleet.ts";

/** A host that outlives the controller: jobs are kept by token, and answered when the test says so. */
export class LastingFleet extends OneHostFleet {
  /** Jobs that were begun; asking for one again by its token begins nothing. */
  readonly begun: Job[] = [];
  readonly #answers = new Map<string, PromiseWithResolvers<AttemptResult>>();

  dispatch(job: Job): Promise<AttemptResult> {
    const known = this.#answers.get(job.token);
    if (known !== undefined) return known.promise;
    this.begun.push(job);
    const answer = Promise.withResolvers<AttemptResult>();
    this.#answers.set(job.token, answer);
    return answer.promise;
  }

  /** Ends the first job of a task. */
  answer(task: string): void {
    const job = must(
      this.begun.find((begun) => begun.task === task),
      `${task} was begun`,
    );
    this.end(job, { status: "changed" });
  }

  end({ token }: Job, outcome: Outcome): void {
    this.#answers.get(token)?.resolve({ token, outcome, durationMs: 1 });
  }
}
