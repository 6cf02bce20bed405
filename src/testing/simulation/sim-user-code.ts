import type { Outcome } from "../../operation/outcome.ts";
import type { FunctionCall, UserCode } from "../../runner/user-code.ts";
import type { AttemptIdentity, ExecutionJudge } from "./execution-judge.ts";
import type { SimProcess } from "./sim-process.ts";

const NEVER = new Promise<never>(() => {});
/** Longest time a function takes. */
const CALL_MS_MAX = 3_000;

/** Who looks at what a process begins to do. */
export interface CallWatcher {
  /** I6: what is called must be in the log. @returns what it is called there */
  called(call: FunctionCall): AttemptIdentity;
}

/** The functions of plans, as one process calls them: some answer at once, some later, some fail. */
export class SimUserCode implements UserCode {
  readonly #process: SimProcess;
  readonly #judge: ExecutionJudge;
  readonly #watcher: CallWatcher;

  constructor(process: SimProcess, judge: ExecutionJudge, watcher: CallWatcher) {
    this.#process = process;
    this.#judge = judge;
    this.#watcher = watcher;
  }

  runTask(_body: unknown, call: FunctionCall): unknown {
    const process = this.#process;
    if (!process.acts()) return NEVER;
    const { attempt, token, signal } = call;
    const identity = this.#watcher.called(call);
    const name = identity.task;
    process.world.log(`${process.name} calls ${name}#${attempt} ${token}`);
    this.#judge.startedToken(token, `${name}#${attempt}`);
    const { random, world } = process;
    const dice = random.integer(12);
    const isChanged = dice % 2 === 0;
    const end = (status: Outcome["status"]): void => this.#judge.ended(identity, status);
    if (dice < 7) {
      end(isChanged ? "changed" : "unchanged");
      return { changed: isChanged };
    }
    const fails = dice >= 10;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const item = world.after(random.integer(CALL_MS_MAX), `function ${name}#${attempt} ends`, () =>
      process.deliver(() => {
        end(fails ? "failed" : isChanged ? "changed" : "unchanged");
        if (fails) reject(new Error("it broke"));
        else resolve({ changed: isChanged, data: { name } });
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
