import { apply } from "../../engine/apply.ts";
import { createState } from "../../engine/create-state.ts";
import { encodeState } from "../../engine/encode-state.ts";
import { decodeState } from "../../engine/decode-state.ts";
import type { RunCreated, RunEvent } from "../../engine/events.ts";
import { sweepInvariants } from "../../engine/invariants.ts";
import type { RunState } from "../../engine/run-state.ts";
import { stateHash } from "../../engine/state-hash.ts";
import type { CompiledPlan } from "../../plan/compiled-plan.ts";
import type { AttemptIdentity, ExecutionJudge } from "./execution-judge.ts";
import { checkLimits } from "./check-limits.ts";
import { checkEvent } from "./run-checker.ts";
import { RunModel } from "./run-model.ts";
import type { SimProcess } from "./sim-process.ts";
import type { StoredRow, StoreWatcher } from "./sim-store.ts";
import type { SimWorld } from "./sim-world.ts";

/** A run as the log tells it: by the checks, and folded as the engine does. */
export interface CheckedRun {
  readonly model: RunModel;
  /** `fold(log)`, for comparison with memory and snapshots. */
  readonly folded: RunState;
  /** Position of its newest row. */
  newest: number;
  /** Everything acknowledged is looked for here. */
  readonly facts: Set<string>;
}

export interface LogCheckerOptions {
  readonly world: SimWorld;
  readonly judge: ExecutionJudge;
  /** The plan that a run was started with. */
  readonly planOf: (created: RunCreated) => CompiledPlan | undefined;
  readonly blob: (hash: string) => Uint8Array;
}

/** Looks at every row the moment it is durable. */
export class LogChecker implements StoreWatcher {
  readonly runs = new Map<string, CheckedRun>();
  /** Runs by idempotency key. */
  readonly keys = new Map<string, string>();
  eventCount = 0;
  readonly #options: LogCheckerOptions;
  readonly #handedOut = new Set<string>();
  readonly #streams = new Map<string, number>();
  #position = 0;
  #owner: string | undefined;

  constructor(options: LogCheckerOptions) {
    this.#options = options;
  }

  committed(rows: readonly StoredRow[], writer: SimProcess): void {
    for (const row of rows) {
      this.#checkRow(row, writer);
      if (row.stream.startsWith("run/")) this.#takeRun(row, row.stream.slice(4));
    }
  }

  /** I20: a snapshot is the fold of the log up to its position. */
  snapshotOffered(name: string, position: number, content: Uint8Array): void {
    const run = name.startsWith("run/") ? this.runs.get(name.slice(4)) : undefined;
    if (run === undefined || run.newest > position) return;
    const { world } = this.#options;
    world.check(
      "I20",
      run.newest === position,
      () => `a snapshot of ${name} stands at ${position}, its log at ${run.newest}`,
    );
    const isSame = isEqual(content, encodeState(run.folded)) || isSameState(content, run);
    world.check("I20", isSame, () => `the snapshot of ${name} at ${position} is not the fold of its log`);
  }

  /** I6: what leaves a process is in the log. */
  handedOut(attempt: Omit<AttemptIdentity, "mode">): void {
    const { world } = this.#options;
    world.check("I6", this.#handedOut.has(attemptKey(attempt)), () => `${attemptKey(attempt)} is not in the log`);
  }

  /**
   * I6: a function is called for an attempt that is in the log. A call does not tell its host; where a task has several,
   * its token stands for it.
   */
  called(call: { readonly runId: string; readonly task: number; readonly attempt: number; readonly token: string }) {
    const { world } = this.#options;
    const { runId, attempt, token } = call;
    const task = this.runs.get(runId)?.model.task(call.task);
    const units = task?.units ?? [];
    const place = { runId, task: task?.name ?? "", attempt };
    const isKnown = units.some(({ host }) => this.#handedOut.has(attemptKey({ ...place, host })));
    world.check("I6", isKnown, () => `the call of ${place.task}#${attempt} of ${runId} is not in the log`);
    return { ...place, host: units.length === 1 ? (units[0]?.host ?? "") : token, mode: "call" };
  }

  /** Looks for mistakes in the counts of the folded states. */
  sweep(): void {
    const { world } = this.#options;
    for (const [runId, { folded }] of this.runs) {
      try {
        sweepInvariants(folded);
      } catch (thrown) {
        world.violate("I17", `${runId}: ${String(thrown)}`);
      }
    }
  }

  #checkRow(row: StoredRow, writer: SimProcess): void {
    const { world } = this.#options;
    this.#position += 1;
    world.check("I7", row.position === this.#position, () => `row ${row.position} follows row ${this.#position - 1}`);
    if (row.stream === "log/claim") this.#owner = writer.name;
    world.check(
      "I8",
      this.#owner === writer.name,
      () => `${writer.name} writes row ${row.position}, ${this.#owner} owns`,
    );
    if (row.stream.startsWith("log/")) return;
    const before = this.#streams.get(row.stream) ?? 0;
    world.check(
      "I7",
      row.previousPosition === before,
      () => `row ${row.position} names ${row.previousPosition}, not ${before}`,
    );
    this.#streams.set(row.stream, row.position);
  }

  #takeRun(row: StoredRow, runId: string): void {
    const events = row.events.map((event) => this.#whole(event));
    this.#options.world.log(`row ${row.position} ${runId.slice(-6)} ${events.map(shown).join(" ")}`);
    for (const event of events) {
      this.eventCount += 1;
      const run = event.type === "run.created" ? this.#create(event, row.position) : this.runs.get(runId);
      if (run === undefined) continue;
      run.newest = row.position;
      this.#take(run, event);
    }
    const run = this.runs.get(runId);
    if (run === undefined || !events.some(({ type }) => type === "task.dispatched")) return;
    const { world, judge } = this.#options;
    checkLimits({ world, judge, model: run.model, modelOf: this.#modelOf });
  }

  /** Events are checked here as they stand in the log. */
  #whole(stored: unknown): RunEvent {
    const hash = typeof stored === "object" && stored !== null && "blob" in stored ? stored.blob : undefined;
    const isStub = typeof hash === "string";
    const whole: unknown = isStub ? JSON.parse(new TextDecoder().decode(this.#options.blob(hash))) : stored;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows of runs are events
    return whole as RunEvent;
  }

  #create(created: RunCreated, position: number): CheckedRun | undefined {
    const { world, planOf } = this.#options;
    const plan = planOf(created);
    world.check("I23", plan?.fingerprint() === created.fingerprint, () => `${created.runId} has another plan`);
    world.check("I10", !this.runs.has(created.runId), () => `${created.runId} is created twice`);
    const { idempotencyKey: key, runId } = created;
    if (key !== undefined) {
      const other = this.keys.get(key);
      world.check("I21", other === undefined, () => `${runId} and ${other} have one idempotency key`);
      this.keys.set(key, runId);
    }
    if (plan === undefined) return undefined;
    const model = new RunModel(created, plan);
    const run = { model, folded: createState(plan), newest: position, facts: new Set<string>() };
    this.runs.set(runId, run);
    return run;
  }

  #take(run: CheckedRun, event: RunEvent): void {
    const { world, judge } = this.#options;
    const { model } = run;
    checkEvent({ world, judge, model, modelOf: this.#modelOf }, event);
    apply(run.folded, event);
    run.facts.add(factOf(event));
    if (event.type === "task.dispatched") {
      for (const unit of event.units ?? [0]) this.#allow(model, event.task, unit, event.attempt);
    } else if (event.type === "undo.started") {
      const { units, pastHosts } = model.task(event.task);
      for (const host of [...units.map((unit) => unit.host), ...pastHosts]) {
        this.#allowOn(model, event.task, host, event.attempt);
      }
    }
  }

  #allow(model: RunModel, task: number, unit: number, attempt: number): void {
    this.#allowOn(model, task, model.unit(task, unit).host, attempt);
  }

  #allowOn(model: RunModel, index: number, host: string, attempt: number): void {
    const { name: task } = model.task(index);
    this.#handedOut.add(attemptKey({ runId: model.runId, task, host, attempt }));
  }

  readonly #modelOf = (runId: string): RunModel | undefined => this.runs.get(runId)?.model;

  /** How often the tasks of a run may have begun. */
  generationOf(runId: string): number {
    return this.runs.get(runId)?.model.generation ?? 1;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

/** The same state may lie in other bytes, where things came together in another order. */
function isSameState(content: Uint8Array, { model, folded }: CheckedRun): boolean {
  const decoded = decodeState(model.plan, content);
  return decoded.ok && stateHash(decoded.value) === stateHash(folded);
}

/** What a client was promised when its command was acknowledged. */
export function factOf(event: RunEvent): string {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others answer no client
  switch (event.type) {
    case "signal.received":
      return `signal ${event.id}`;
    case "approval.given":
      return `approve ${event.task} ${event.actor}`;
    case "approval.refused":
      return `reject ${event.task} ${event.actor}`;
    case "run.stopping":
      return event.mode;
    case "unknown.resolved":
      return `resolveUnknown ${event.task} ${event.unit}`;
    default:
      return event.type;
  }
}

function attemptKey({ runId, task, host, attempt }: Omit<AttemptIdentity, "mode">): string {
  return `${runId} ${task}@${host}#${attempt}`;
}

function shown(event: RunEvent): string {
  const task =
    "task" in event
      ? `(${event.task}${"unit" in event ? `/${event.unit}` : ""}${"attempt" in event ? `#${event.attempt}` : ""})`
      : "";
  return `${event.type}${task}`;
}
