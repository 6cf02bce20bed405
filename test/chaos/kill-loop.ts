import { mkdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RunId } from "../../src/base/ids.ts";
import type { RunView } from "../../src/engine/run-view.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";
import { Program, strike } from "./processes.ts";
import { Scene, type Remains } from "./scene.ts";
import { lineCounts, missingLines, unknownUnits, violationsOf, type LineCounts } from "./verdict.ts";

const PLAN = fileURLToPath(new URL("plans/ledger.ts", import.meta.url));
/** Starts of the program after which a run that has not ended is called endless. */
const ROUNDS_MAX = 60;
/** Time a program gets for its first event. */
const START_MS_MAX = 30_000;
/** Time it gets for more of them: it may wait for a person. */
const QUIET_MS_MAX = 1_000;
/** Tasks that wait for people. */
const GATES: readonly string[] = ["go", "window"];
/** One kill of so many also hits the commands that are running. */
const STRIKE_EVERY = 6;

export interface KillLoopOptions {
  /** Where everything goes: left as it is when something is wrong. */
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  /** Told about each round. */
  readonly tell?: (line: string) => void;
}

export interface KillLoopResult {
  readonly kills: number;
  /** Kills that were meant to hit running commands too. */
  readonly strikes: number;
  readonly runs: number;
  /** Starts of the program that went on with a run. */
  readonly resumes: number;
  /** Commands that were running when the program went on, and were followed. */
  readonly reattached: number;
  /** Commands that had ended while no program was there. */
  readonly foundFinished: number;
  /** Outcomes that nobody knew, each of a command that was killed. */
  readonly unknown: number;
  /** Lines that finished runs should have written, and have. */
  readonly lines: LineCounts;
  /** Verbs that were followed, each looked for in the log after every later kill. */
  readonly acknowledged: number;
  /** Unknown outcomes that a person has decided about. */
  readonly settled: number;
  /** Empty when everything held. */
  readonly violations: readonly string[];
}

/**
 * Runs a plan with the real program, kills it at random moments and starts it again until the run has ended, then runs
 * the next; after each kill a verifier compares the log with what the commands have really done.
 */
export async function killLoop(options: KillLoopOptions): Promise<KillLoopResult> {
  const loop = new KillLoop(options);
  await loop.all();
  return loop;
}

class KillLoop implements KillLoopResult {
  kills = 0;
  strikes = 0;
  runs = 0;
  resumes = 0;
  reattached = 0;
  foundFinished = 0;
  unknown = 0;
  settled = 0;
  lines: LineCounts = { expected: 0, found: 0, duplicated: 0 };
  readonly violations: string[] = [];
  readonly #options: KillLoopOptions;
  readonly #random: SeededRandom;
  readonly #known = new Set<RunId>();
  readonly #reasons = new Set<string>();
  #struck = new Set<string>();
  #verbCount = 0;

  constructor(options: KillLoopOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    mkdirSync(options.folder, { recursive: true });
  }

  get acknowledged(): number {
    return this.#reasons.size;
  }

  async all(): Promise<void> {
    while (this.kills < this.#options.kills && this.violations.length === 0) await this.#oneRun();
  }

  async #oneRun(): Promise<void> {
    this.runs += 1;
    this.#struck = new Set();
    const scene = new Scene(this.#options.folder, `run-${this.runs}`);
    let remains: Remains = { run: undefined, text: "" };
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await this.#round(scene, remains.run);
      remains = await this.#verify(scene);
      if (this.violations.length > 0) return;
      if (needsDecision(remains)) {
        await this.#settle(scene, remains.run);
        // The last answer may be the end of the run.
        remains = await this.#verify(scene);
      }
      if (remains.run?.verdict === "succeeded") {
        this.violations.push(...missingLines(scene, remains.run));
        this.#count(lineCounts(scene, remains.run));
        this.#known.add(remains.run.runId);
        return;
      }
    }
    this.violations.push(`run ${this.runs} had not ended after ${ROUNDS_MAX} starts`);
  }

  async #verify(scene: Scene): Promise<Remains> {
    const remains = await scene.remains(this.#known);
    this.violations.push(...violationsOf(scene, remains, { acknowledged: this.#reasons, struck: this.#struck }));
    return remains;
  }

  /** Starts the program once and kills it, as long as kills are left, else lets it end. */
  async #round(scene: Scene, run: RunView | undefined): Promise<void> {
    const words =
      run === undefined
        ? ["run", PLAN, `folder=${scene.folder}`, "--fleet", scene.fleetFile, "--new"]
        : ["resume", run.runId];
    if (run !== undefined) this.#noteLeftCalls(scene);
    const isKilled = this.kills < this.#options.kills;
    // While nobody drives the run, or later: what a person has said twice may stand in the log once.
    const isOpened = run !== undefined && this.#random.integer(4) === 0;
    if (isOpened) await this.#openGates(scene, run);
    const program = new Program([...words, "--output", "ndjson", "--data", scene.data], this.#options.folder);
    const gates = isKilled
      ? run !== undefined && !isOpened && this.#openGatesLater(scene, run, program)
      : this.#openAllGates(scene, isOpened ? undefined : run, program);
    const exitCode = isKilled ? await this.#killAtRandom(program, scene) : await program.exited;
    await gates;
    if (exitCode !== null && exitCode !== 0 && exitCode !== 7) {
      this.violations.push(`drover ${words[0]} ended with ${exitCode}: ${program.stderr.slice(0, 2_000)}`);
    }
    if (exitCode === null) this.kills += 1;
    this.#options.tell?.(`run ${this.runs}: ${words[0]}, ${exitCode === null ? "killed" : `ended with ${exitCode}`}`);
  }

  /** A third of the kills hit the start of the program, the others some event of the run; some hit its commands too. */
  async #killAtRandom(program: Program, scene: Scene): Promise<number | null> {
    // Until one has hit something, so that people always have something to decide.
    const isStrike = this.unknown === 0 || this.#random.integer(STRIKE_EVERY) === 0;
    if (!isStrike && this.#random.integer(3) === 0) {
      await program.printed(Infinity, this.#random.integer(700));
      return program.kill();
    }
    await program.printed(1, START_MS_MAX);
    await program.printed(1 + this.#random.integer(16), QUIET_MS_MAX);
    await program.printed(Infinity, this.#random.integer(60));
    if (!isStrike) return program.kill();
    this.strikes += 1;
    const { struck, exitCode } = await strike(scene.folder, program);
    for (const line of struck) this.#struck.add(line);
    return exitCode;
  }

  #noteLeftCalls(scene: Scene): void {
    this.resumes += 1;
    const { running, finished } = scene.leftCalls();
    this.reattached += running;
    this.foundFinished += finished;
  }

  #count({ expected, found, duplicated }: LineCounts): void {
    const { lines } = this;
    this.lines = {
      expected: lines.expected + expected,
      found: lines.found + found,
      duplicated: lines.duplicated + duplicated,
    };
  }

  /** Through the process that drives the run, which may be killed meanwhile. */
  async #openGatesLater(scene: Scene, run: RunView, program: Program): Promise<void> {
    const isWaiting = waitingGates(run).length > 0;
    await program.printed(1, START_MS_MAX);
    if (!isWaiting || !program.isRunning) return;
    await wait(this.#random.integer(100));
    await this.#openGates(scene, run);
  }

  /** A run that nobody kills would wait for people for ever. */
  async #openAllGates(scene: Scene, run: RunView | undefined, program: Program): Promise<void> {
    await program.printed(1, START_MS_MAX);
    let closed = run === undefined ? GATES : GATES.filter((gate) => !hasPassed(run, gate));
    while (closed.length > 0 && program.isRunning) {
      const left: string[] = [];
      for (const gate of closed) {
        const refusal = await this.#verb(scene, verbFor(gate, run?.runId ?? "last"), { counts: run !== undefined });
        if (refusal !== undefined) left.push(gate);
      }
      closed = left;
    }
  }

  async #openGates(scene: Scene, run: RunView): Promise<void> {
    for (const gate of waitingGates(run)) {
      await this.#verb(scene, verbFor(gate, run.runId));
    }
  }

  /** A person decides by what really happened. */
  async #settle(scene: Scene, run: RunView): Promise<void> {
    for (const { task, host, isDone } of unknownUnits(scene, run)) {
      this.unknown += 1;
      const words = ["settle", run.runId, task, isDone ? "succeeded" : "rerun", "--host", host];
      const refusal = await this.#verb(scene, words);
      if (refusal === undefined) this.settled += 1;
      else this.violations.push(`drover ${words.join(" ")} was refused: ${refusal}`);
    }
  }

  /** @returns why it was not followed */
  async #verb(scene: Scene, words: readonly string[], { counts = true } = {}): Promise<string | undefined> {
    this.#verbCount += 1;
    const reason = `verb-${this.#options.seed}-${this.#verbCount}.`;
    const all = [...words, "--reason", reason, "--data", scene.data];
    const program = new Program(all, this.#options.folder);
    const exitCode = await program.exited;
    // An approval that was given before is followed without a word in the log.
    if (exitCode === 0 && counts) this.#reasons.add(reason);
    return exitCode === 0 ? undefined : program.stderr;
  }
}

function needsDecision(remains: Remains): remains is Remains & { readonly run: RunView } {
  return remains.run?.verdict !== undefined && remains.run.verdict !== "succeeded";
}

function verbFor(gate: string, run: string): readonly string[] {
  return gate === "go" ? ["approve", run, gate] : ["signal", run, gate];
}

function hasPassed(run: RunView, gate: string): boolean {
  const index = run.indexOf(gate);
  return index !== undefined && !["pending", "ready", "waiting"].includes(run.statusOf(index));
}

function waitingGates(run: RunView): readonly string[] {
  return GATES.filter((name) => {
    const index = run.indexOf(name);
    return index !== undefined && run.statusOf(index) === "waiting";
  });
}
