import { codedError } from "../base/coded-error.ts";
import { err, ok } from "../base/result.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { AttemptResult, Job } from "../protocol/job.ts";

/** A fleet of one host named `one`; what becomes of its jobs is for others to say. */
export abstract class OneHostFleet implements Fleet {
  /** Jobs are found again by their tokens. */
  readonly isDurable: boolean = true;

  hosts() {
    return [{ name: "one", labels: {} }];
  }

  resolve() {
    return ok(["one"]);
  }

  async facts() {
    return err(codedError("DRV_FLEET_UNKNOWN_HOST", "This host has no facts"));
  }

  abstract dispatch(job: Job): Promise<AttemptResult>;

  async [Symbol.asyncDispose](): Promise<void> {}
}
