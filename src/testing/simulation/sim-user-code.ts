import type { Outcome } from "../../operation/outcome.ts";
import type { FunctionCall, UserCode } from "../../runner/user-code.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { AttemptIdentity, ExecutionJudge } from "./execution-judge.ts";
import type { OutcomePorts } from "./sim-outcomes.ts";
import type { SimProcess } from "./sim-process.ts";

/** Who looks at what a process begins to do. */
export interface CallWatcher {
  /** I6: what is called must be in the log. @returns what it is called there */
  called(call: FunctionCall): AttemptIdentity;
}

/** The functions of plans, as one process calls them: some answer at once, some later, some fail. */
export class SimUserCode implements UserCode {
  readonly #process: SimProcess;
  readonly #judge: ExecutionJudge;
  readonly #outcomes: OutcomePorts;
  readonly #watcher: CallWatcher;

  constructor(process: SimProcess, outcomes: OutcomePorts, watcher: CallWatcher) {
    this.#process = process;
    this.#judge = outcomes.judge;
    this.#outcomes = outcomes;
    this.#watcher = watcher;
  }

  runTask(_body: unknown, call: FunctionCall): unknown {
    const process = this.#process;
    if (!process.acts()) return new Promise(() => {});
    const { attempt, token, signal } = call;
    const identity = this.#watcher.called(call);
    const name = identity.task;
    process.world.log(`${process.name} calls ${name}#${attempt} ${token}`);
    this.#judge.startedToken(token, `${name}#${attempt}`);
    const { random, world } = process;
    const { foretold, work } = this.#outcomes;
    const isAtOnce = random.next() < work.atOnceShare;
    const drawn = drawStatus(random, isAtOnce ? 0 : work.trouble);
    const status = foretold.next(identity) ?? drawn;
    const changed = status === "changed";
    const end = (ended: Outcome["status"]): void => this.#judge.ended(identity, ended);
    if (isAtOnce) {
      end(status);
      if (status === "failed") throw new Error("it broke");
      return { changed };
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const item = world.after(random.integer(work.durationMsMax), `function ${name}#${attempt} ends`, () =>
      process.deliver(() => {
        end(status);
        if (status === "failed") reject(new Error("it broke"));
        else resolve({ changed, data: { name } });
      }),
    );
    if (random.integer(2) === 0) {
      signal.addEventListener("abort", () => {
        item[Symbol.dispose]();
        end("cancelled");
        reject(signal.reason);
      });
    }
    return promise;
  }

  evaluate(): unknown {
    return this.#process.random.integer(8) > 0;
  }

  askFacts(): unknown {
    return true;
  }
}

function drawStatus(random: SeededRandom, trouble: number): Outcome["status"] {
  if (random.next() < trouble && random.integer(5) < 2) return "failed";
  return random.integer(2) === 0 ? "changed" : "unchanged";
}
