import assert from "node:assert/strict";
import type { Result } from "../../src/base/result.ts";
import { ok } from "../../src/base/result.ts";
import type { RunView } from "../../src/engine/run-view.ts";
import { MemoryLog } from "../../src/eventlog/memory-log.ts";
import { authorCode } from "../../src/library/author-code.ts";
import { Plan } from "../../src/library/plan.ts";
import { ops } from "../../src/operation/ops.ts";
import { RunHost, type RunHostOptions, type StartedRun } from "../../src/runner/run-host.ts";
import type { StartRequest } from "../../src/runner/start-request.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { LastingFleet } from "../../src/testing/lasting-fleet.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";

/** A log and a host that stay, while controllers come and go. */
export class LastingWorld {
  readonly log = new MemoryLog({ keepsEvents: true });
  readonly clock = new FakeClock();
  readonly host = new LastingFleet();
  /** Functions that were called, in order. */
  readonly calls: string[] = [];
  #plan: Plan;
  #seed = 1;

  constructor(build: (plan: Plan, world: LastingWorld) => void) {
    this.#plan = new Plan("site", { target: "one" });
    build(this.#plan, this);
  }

  /** A function that notes its call and ends at once. */
  readonly called = (plan: Plan, name: string) =>
    plan.taskFunc(name, () => {
      this.calls.push(name);
      return { changed: true, data: { name } };
    });

  /** A controller: takes the log over, as the process after a crash does. */
  controller(options: Partial<RunHostOptions> = {}): Promise<RunHost> {
    const { log, clock } = this;
    const plans = { load: async () => ok(this.#parts()) };
    return RunHost.open({ log, clock, random: new SeededRandom(this.#seed++), plans, ...options });
  }

  /** Starts the plan with a controller. */
  async start(controller: RunHost, more: Partial<StartRequest> = {}): Promise<StartedRun> {
    const request = { parts: this.#parts(), params: {}, options: {}, source: { kind: "test" }, ...more };
    return started(await controller.start(request));
  }

  /** The plan is another from here on. */
  replacePlan(build: (plan: Plan, world: LastingWorld) => void): void {
    this.#plan = new Plan("site", { target: "one" });
    build(this.#plan, this);
  }

  #parts() {
    return { plan: this.#plan.compile(), fleet: this.host, userCode: authorCode };
  }
}

/** A task on the host that ends when the test answers it. */
export function jobOf(plan: Plan, name: string) {
  return plan.task(name, ops.command.exec({ command: name }));
}

export function started<E>(result: Result<StartedRun, E>): StartedRun {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

/** How a controller sees a run. */
export async function viewOf(controller: RunHost, { runId }: StartedRun): Promise<RunView> {
  const view = await controller.view(runId);
  assert.ok(view.ok, JSON.stringify(view));
  return view.value;
}

/** Everything that can happen without time passing has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}
