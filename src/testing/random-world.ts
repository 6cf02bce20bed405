import { must } from "../base/assert.ts";
import type { Command } from "../engine/commands.ts";
import { decide } from "../engine/decide.ts";
import { nextDueMs } from "../engine/due-times.ts";
import type { Effect } from "../engine/effects.ts";
import { taskOfKey, unitOfKey } from "../engine/unit-key.ts";
import type { Outcome } from "../operation/outcome.ts";
import { failedOutcome } from "./given-run.ts";
import { givenRun, type RunSpecification } from "./run-specification.ts";
import { pick, RANDOM_HOSTS, randomPlan } from "./random-plan.ts";
import { SeededRandom } from "./seeded-random.ts";

/**
 * A random plan that has lived through `steps` random things. Invariants and replay are checked on the way. The same seed
 * gives the same run.
 */
export function randomRun(seed: number, steps: number): RunSpecification {
  const random = new SeededRandom(seed);
  const plan = randomPlan(random, 4 + random.integer(12));
  const onUnknownHeld = random.integer(4) === 0 ? "wait" : "finish";
  const options = { allowIrreversible: true, isDryRun: random.integer(10) === 0, onUnknownHeld } as const;
  const run = givenRun(plan, { hosts: RANDOM_HOSTS, options });
  for (let step = 0; step < steps; step++) {
    if (run.view.phase !== "finished" && random.integer(12) === 0) speaksAnything(run, random);
    else if (run.view.phase !== "finished") happensAnything(run, random);
    else if (random.integer(3) === 0 || !reopens(run, random)) break;
  }
  return run;
}

/** Anything an executor may say. */
function randomOutcome(random: SeededRandom): Outcome {
  return pick<Outcome>(random, [
    { status: "changed" },
    { status: "changed", isReversible: true, data: { x: 1 } },
    { status: "unchanged" },
    { status: "unchanged" },
    { status: "skipped", reason: "not supported" },
    failedOutcome(),
    failedOutcome({ errorClass: "fatal", changed: true }),
    { status: "cancelled", reason: "told to end" },
    { status: "unknown", reason: "lost" },
  ]);
}

/** One random thing happens: an answer, a person, the passing of time. Whatever the run refuses leaves no trace. */
export function happensAnything(run: RunSpecification, random: SeededRandom): void {
  const dice = random.integer(20);
  if (dice < 12) return answersAnything(run, random);
  if (dice < 16) {
    run.after(random.integer(300));
  } else if (dice === 16) {
    attempt(run, { type: "signal", name: "go", id: `s${random.integer(3)}` });
  } else if (dice === 17) {
    const type = random.integer(5) === 0 ? "reject" : "approve";
    for (const task of copyOf(run.state.gates.keys())) attempt(run, { type, task, actor: `p${random.integer(3)}` });
  } else if (dice === 18) {
    for (const key of copyOf(run.state.unknowns.keys())) {
      const decision = pick(random, ["rerun", "succeeded", "failed"]);
      attempt(run, { type: "resolveUnknown", task: taskOfKey(key), unit: unitOfKey(key), decision });
    }
  } else if (random.integer(6) === 0) {
    attempt(run, { type: pick(random, ["cancel", "undo"]) });
  }
}

/** A person interferes. */
export function speaksAnything(run: RunSpecification, random: SeededRandom): void {
  const task = random.integer(run.state.tasks.count);
  const by = { actor: `p${random.integer(3)}`, reason: "why not" };
  attempt(
    run,
    pick<Command>(random, [
      { type: "pause", ...by },
      { type: "resume", ...by },
      { type: "resume", ...by },
      { type: "skip", task, ...by },
      { type: "markSucceeded", task, data: { by: "hand" }, ...by },
      { type: "retryFailed", ...by },
      { type: "retryFrom", task, ...by },
      { type: "rewind", task, ...by },
    ]),
  );
}

/** A person opens a finished run again. Returns false when it refuses. */
export function reopens(run: RunSpecification, random: SeededRandom): boolean {
  const task = random.integer(run.state.tasks.count);
  const before = run.events.length;
  attempt(
    run,
    pick<Command>(random, [
      { type: "retryFailed" },
      { type: "retryFailed" },
      { type: "retryFrom", task },
      { type: "rewind", task },
      { type: "skip", task },
      { type: "markSucceeded", task },
      { type: "undo" },
      ...[...run.state.unknowns.keys()].map((key): Command => {
        const decision = pick(random, ["rerun", "succeeded", "failed"]);
        return { type: "resolveUnknown", task: taskOfKey(key), unit: unitOfKey(key), decision };
      }),
    ]),
  );
  return run.events.length > before;
}

/** What a map held when the loop began: commands change it on the way. */
function copyOf<Item>(items: Iterable<Item>): readonly Item[] {
  return Array.from(items);
}

function answersAnything(run: RunSpecification, random: SeededRandom): void {
  const { effects } = run;
  if (effects.length === 0) return;
  const effect = must(effects[random.integer(effects.length)], "An effect");
  const { task, generation } = effect;
  if (effect.type === "evaluate") {
    attempt(run, { type: "evaluated", task, generation, evaluation: randomEvaluation(effect, random) });
    return;
  }
  const { unit, attempt: number } = effect;
  const head = { task, unit, attempt: number, generation };
  if (effect.type === "dispatch" && random.integer(12) === 0) {
    attempt(run, { type: "attemptNotStarted", ...head, reason: "busy" });
  } else {
    const type = run.view.phase === "undoing" ? "undoFinished" : "attemptFinished";
    attempt(run, { type, ...head, outcome: randomOutcome(random) });
  }
}

function randomEvaluation(effect: Effect & { readonly type: "evaluate" }, random: SeededRandom) {
  const [guard] = effect.needs.guards;
  const dice = random.integer(6);
  if (dice === 0 && guard !== undefined) return { failedGuard: { guard } };
  if (dice === 1) return { error: { code: "DRV_TASK_GUARD_FAILED", message: "Cannot ask: it broke" } };
  return { params: {}, host: `h${1 + random.integer(3)}` };
}

/** Sends a command that may be refused. */
function attempt(run: RunSpecification, command: Command): void {
  if (isAccepted(run, command)) run.when(command);
}

/** Asks a copy of the run, so that the run itself sees only what it accepts. */
function isAccepted(run: RunSpecification, command: Command): boolean {
  return decide(run.copy(), command, run.nowMs).ok;
}

/**
 * From here on everything goes well: executors answer, due times come, people say yes. A run that is not finished then
 * waits for something that nobody will ever send.
 *
 * @returns whether the run has ended
 */
export function endsWell(run: RunSpecification): boolean {
  for (let round = 0; round < 2_000 && run.view.phase !== "finished"; round++) {
    if (answersWell(run) || speaksWell(run)) continue;
    if (nextDueMs(run.state) === undefined) return false;
    run.untilDue();
  }
  return run.view.phase === "finished";
}

function answersWell(run: RunSpecification): boolean {
  const [effect] = run.effects.filter(({ type }) => type !== "cancelAttempt");
  if (effect === undefined || effect.type === "cancelAttempt") return false;
  const { task, generation } = effect;
  if (effect.type === "evaluate") {
    run.when({ type: "evaluated", task, generation, evaluation: { params: {}, host: "h1" } });
    return true;
  }
  const { unit, attempt: number } = effect;
  const type = effect.type === "undo" ? "undoFinished" : "attemptFinished";
  run.when({ type, task, unit, attempt: number, generation, outcome: { status: "unchanged" } });
  return true;
}

function speaksWell(run: RunSpecification): boolean {
  const before = run.events.length;
  if (run.state.run.pause !== undefined) attempt(run, { type: "resume" });
  if (run.state.gates.size > 0) attempt(run, { type: "signal", name: "go", id: "at last" });
  for (const task of copyOf(run.state.gates.keys())) {
    for (const actor of ["ada", "bob"]) if (run.state.gates.has(task)) attempt(run, { type: "approve", task, actor });
  }
  for (const [key, { next }] of copyOf(run.state.unknowns)) {
    if (next !== "hold") continue;
    attempt(run, { type: "resolveUnknown", task: taskOfKey(key), unit: unitOfKey(key), decision: "succeeded" });
  }
  return run.events.length > before;
}
