import type { CliContext } from "./cli-context.ts";

/** How long a step works before Ctrl-C is heard, in milliseconds, unless a single turn takes longer. */
const TURN_MS_MAX = 50;

/** What came of it, or that a person wanted it to end. */
export type TurnsEnd<Result> =
  | { readonly isInterrupted: false; readonly result: Result }
  | { readonly isInterrupted: true };

/** Works off a generator that blocks between its turns, while Ctrl-C can end it. `onTurn` gets what each turn gives. */
export async function inTurns<Step, Result>(
  turns: Generator<Step, Result, undefined>,
  context: Pick<CliContext, "clock" | "onInterrupt">,
  onTurn: (step: Step) => void = () => undefined,
): Promise<TurnsEnd<Result>> {
  const { clock } = context;
  const wish = { isEnd: false };
  using _listening = context.onInterrupt(() => {
    wish.isEnd = true;
  });
  let pausedMs = clock.monotonicMs();
  for (let turn = turns.next(); ; turn = turns.next()) {
    if (turn.done === true) return { isInterrupted: false, result: turn.value };
    onTurn(turn.value);
    if (clock.monotonicMs() - pausedMs < TURN_MS_MAX) continue;
    await clock.sleep(0);
    pausedMs = clock.monotonicMs();
    if (!wish.isEnd) continue;
    // The generator gives back what it holds.
    turns[Symbol.dispose]();
    return { isInterrupted: true };
  }
}
