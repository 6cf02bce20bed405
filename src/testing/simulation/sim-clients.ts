import { parseRunId } from "../../base/ids.ts";
import type { Command } from "../../engine/commands.ts";
import type { StartRequest } from "../../runner/start-request.ts";
import { pick } from "../random-plan.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { decision, harmlessCommand, randomCommand } from "./random-command.ts";
import type { CheckedRun, LogChecker } from "./log-checker.ts";
import type { RunModel } from "./run-model.ts";
import type { SimController } from "./sim-controller.ts";
import { planOfSource, sourceOf, type SimPlan } from "./sim-plans.ts";
import type { SimWorld } from "./sim-world.ts";

/** What clients do in a world. */
export interface WorkloadShape {
  readonly runs: number;
  /** Commands to each run, about. */
  readonly commandsPerRun: number;
  /** Virtual time in which everything is asked for. */
  readonly spanMs: number;
}

interface ClientPorts {
  readonly world: SimWorld;
  readonly checker: LogChecker;
  readonly plans: readonly SimPlan[];
  readonly reachable: () => SimController | undefined;
}

const RETRIES_MAX = 20;
const RETRY_MS = 1_500;
/** Between two looks at runs that are foretold. */
const ATTEND_MS = 3_000;
/** The same while there are none. */
const QUIET_MS = 30_000;

/** People and programs that start runs, sometimes twice, and tell them things; they believe what is acknowledged. */
export class SimClients {
  readonly #ports: ClientPorts;
  readonly #random: SeededRandom;
  /** Requests without an answer, by what they are. */
  readonly #pending = new Map<number, { readonly what: string; readonly controller: SimController }>();
  /** Runs that were acknowledged, by key. */
  readonly #acknowledged = new Map<string, string>();
  /** Keys of starts that nothing will come of. */
  readonly #refused = new Set<string>();
  #requests = 0;

  constructor(ports: ClientPorts) {
    this.#ports = ports;
    this.#random = ports.world.random("clients");
  }

  begin({ runs, commandsPerRun, spanMs }: WorkloadShape): void {
    const { world, plans } = this.#ports;
    for (let number = 0; number < runs; number++) {
      const plan = pick(this.#random, plans);
      const key = this.#random.integer(2) === 0 ? `key-${number}` : undefined;
      const request = this.#requestOf(plan, key);
      const atMs = this.#random.integer(spanMs / 2);
      const copies = key !== undefined && this.#random.integer(2) === 0 ? 3 : 1;
      for (let copy = 0; copy < copies; copy++) {
        const laterMs = copy * this.#random.integer(this.#random.integer(2) === 0 ? 1_000 : spanMs / 2);
        world.after(atMs + laterMs, "", () => this.#start(plan, request, 0));
      }
    }
    for (let command = 0; command < runs * commandsPerRun; command++) {
      world.after(this.#random.integer(spanMs), "", () => this.#command());
    }
    for (let forks = this.#random.integer(2 + (runs >> 2)); forks > 0; forks--) {
      world.after(this.#random.integer(spanMs), "", () => this.#fork());
    }
    if (this.#random.integer(2) === 0) this.#decideUntil(spanMs);
    this.#attend();
  }

  /** Requests that a living process has not answered. */
  unanswered(): readonly string[] {
    return [...this.#pending.values()]
      .filter(({ controller }) => controller.process.isAlive)
      .map(({ what, controller }) => `${controller.process.name} ${what}`);
  }

  #requestOf(plan: SimPlan, idempotencyKey: string | undefined): Omit<StartRequest, "parts"> {
    const random = this.#random;
    const isForetold = plan.foretelling !== undefined;
    return {
      params: {},
      source: sourceOf(plan),
      options: {
        allowIrreversible: true,
        isDryRun: !isForetold && random.integer(10) === 0,
        onUnknownHeld: isForetold || random.integer(3) === 0 ? "wait" : "finish",
      },
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
  }

  #start(plan: SimPlan, request: Omit<StartRequest, "parts">, tries: number): void {
    const { world, checker, reachable } = this.#ports;
    const controller = reachable();
    const key = request.idempotencyKey;
    const isLast =
      tries >= RETRIES_MAX || (key !== undefined && (this.#acknowledged.has(key) || this.#refused.has(key)));
    const again = (): void => {
      if (!isLast) world.after(RETRY_MS, "", () => this.#start(plan, request, tries + 1));
    };
    if (controller?.host === undefined) return again();
    // Whoever has a key asks again when there is no answer.
    if (key !== undefined) again();
    const { host } = controller;
    const parts = controller.partsOf(plan);
    const sent = { what: `start ${plan.plan.name} ${key ?? ""}`, controller };
    this.#ask(sent, host.start({ ...request, parts }), (started) => {
      if (!started.ok) {
        const codes = started.error.map(({ code }) => code);
        // What is wrong with a request stays wrong; what is wrong with the log may pass.
        if (key !== undefined && !codes.some((code) => code.startsWith("DRV_LOG_"))) this.#refused.add(key);
        return world.log(`refused: ${codes.join()}`);
      }
      const { runId } = started.value;
      started.value.ended.catch(() => {});
      world.log(`acknowledged ${runId.slice(-6)} ${key ?? ""} ${started.value.isNew ? "new" : "known"}`);
      const model = checker.runs.get(runId)?.model;
      world.check("I1", model !== undefined, () => `${runId} is acknowledged and not in the log`);
      if (started.value.isNew) this.#checkFork(model, request.fork);
      if (key === undefined) return undefined;
      const other = this.#acknowledged.get(key) ?? runId;
      world.check("I21", other === runId, () => `${key} stands for ${other} and ${runId}`);
      this.#acknowledged.set(key, runId);
      return undefined;
    });
  }

  /** Somebody wants a run once more, without doing again what it has done. What is foretold is taken over from its like only. */
  #fork(): void {
    const random = this.#random;
    const runs = [...this.#ports.checker.runs.values()];
    const source = runs[random.integer(Math.max(1, runs.length))];
    const runId = source === undefined ? undefined : parseRunId(source.model.runId);
    if (source === undefined || runId === undefined) return;
    const { plans } = this.#ports;
    const own = planOfSource(plans, source.model.created.source);
    const other = pick(random, plans);
    const plan = other.foretelling !== undefined || random.integer(4) > 0 ? own : other;
    const from = random.integer(2) === 0 ? [`t${random.integer(plan.plan.tasks.length)}`] : undefined;
    const isSameCode = random.integer(4) > 0;
    const fork = { runId, isSameCode, ...(from === undefined ? {} : { from }) };
    const key = random.integer(2) === 0 ? `fork-${random.integer(1_000)}` : undefined;
    this.#start(plan, { ...this.#requestOf(plan, key), fork }, 0);
  }

  /** What a fork is asked to do again it does not take over. */
  #checkFork(model: RunModel | undefined, fork: StartRequest["fork"]): void {
    const again = new Set(fork?.from);
    for (const { task } of model?.adopted?.tasks ?? []) {
      const name = model?.task(task).name ?? "";
      this.#ports.world.check("fork", !again.has(name), () => `${name} was to run again, and is taken over`);
    }
  }

  /** A person who decides soon about what nobody knows. */
  #decideUntil(endMs: number): void {
    const { world, reachable } = this.#ports;
    world.after(this.#random.integer(2_000), "", () => {
      const controller = reachable();
      for (const run of controller === undefined ? [] : this.#open(false)) {
        const command = decision(run.model, this.#random);
        if (controller !== undefined && command !== undefined) this.#send(controller, run, command);
      }
      if (world.nowMs < endMs) this.#decideUntil(endMs);
    });
  }

  /** A person who looks after the runs that are foretold, so that they can come to their end. */
  #attend(): void {
    const { world, reachable } = this.#ports;
    const open = this.#open(true);
    world.after(open.length === 0 ? QUIET_MS : ATTEND_MS, "", () => {
      const controller = reachable();
      if (controller !== undefined) for (const run of open) this.#lookAfter(controller, run);
      this.#attend();
    });
  }

  #lookAfter(controller: SimController, run: CheckedRun): void {
    const { model } = run;
    if (model.isPaused && this.#random.integer(2) === 0) this.#send(controller, run, { type: "resume", actor: "ann" });
    for (const { index, units, status } of model.tasks) {
      const unit = units.findIndex(({ next }) => next === "hold");
      if (unit < 0 || status !== undefined) continue;
      this.#send(controller, run, { type: "resolveUnknown", task: index, unit, decision: "rerun" });
    }
  }

  /** Runs that have not ended: those that are foretold, or the others. */
  #open(isForetold: boolean): readonly CheckedRun[] {
    const runs = [...this.#ports.checker.runs.values()];
    return runs.filter((run) => run.model.phase !== "finished" && this.#isForetold(run) === isForetold);
  }

  #isForetold({ model }: CheckedRun): boolean {
    return planOfSource(this.#ports.plans, model.created.source).foretelling !== undefined;
  }

  #command(): void {
    const { checker, reachable } = this.#ports;
    const controller = reachable();
    const isForOpen = this.#random.integer(4) > 0;
    const runs = [...checker.runs.values()].filter(({ model }) => !isForOpen || model.phase !== "finished");
    const run = runs[this.#random.integer(Math.max(1, runs.length))];
    if (controller?.host === undefined || run === undefined) return;
    const command = this.#isForetold(run)
      ? harmlessCommand(run.model, this.#random)
      : randomCommand(run.model, this.#random);
    if (command === undefined) return;
    // Commands to a finished run are judged against its log, each in turn.
    const copies = this.#random.integer(run.model.phase === "finished" ? 2 : 4) === 0 ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.#send(controller, run, command);
  }

  #send(controller: SimController, run: CheckedRun, command: Command): void {
    const { world } = this.#ports;
    const { host } = controller;
    const { created } = run.model;
    if (host === undefined) return;
    const what = `${command.type} ${created.runId.slice(-6)}`;
    this.#ask({ what, controller }, host.command(created.runId, command), (rejection) => {
      world.log(`${what} ${rejection?.code ?? "acknowledged"}`);
      world.check("bug", rejection?.code !== "DRV_INTERNAL", () => `${what} is answered: ${rejection?.message}`);
      const fact = promisedBy(command);
      const isKept = rejection !== undefined || run.facts.has(fact);
      world.check("I1", isKept, () => `${what} is acknowledged, and "${fact}" is not in the log`);
    });
  }

  #ask<Answer>(
    { what, controller }: { readonly what: string; readonly controller: SimController },
    answer: Promise<Answer>,
    answered: (answer: Answer) => void,
  ): void {
    const { world } = this.#ports;
    const { process } = controller;
    this.#requests += 1;
    const number = this.#requests;
    world.log(`${process.name} is asked: ${what}`);
    this.#pending.set(number, { what, controller });
    answer.then(
      (value) => {
        this.#pending.delete(number);
        if (process.isAlive) answered(value);
      },
      (thrown: unknown) => {
        this.#pending.delete(number);
        if (process.isAlive) world.log(`${what} failed: ${String(thrown)}`);
      },
    );
  }
}

/** What stands in the log once a command is acknowledged: see `factOf`. */
function promisedBy(command: Command): string {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- clients send no others
  switch (command.type) {
    case "signal":
      return `signal ${command.id}`;
    case "approve":
    case "reject":
      return `${command.type} ${command.task} ${command.actor}`;
    case "resolveUnknown":
      return `resolveUnknown ${command.task} ${command.unit}`;
    case "undo":
      return "rollback";
    case "pause":
    case "rewind":
      return "run.paused";
    case "resume":
      return "run.resumed";
    case "skip":
      return "tasks.skipped";
    case "markSucceeded":
      return "task.marked";
    case "retryFailed":
    case "retryFrom":
      return "tasks.reset";
    default:
      return command.type;
  }
}
