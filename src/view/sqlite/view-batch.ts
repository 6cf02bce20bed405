import type { JsonValue } from "../../base/json.ts";
import type { TaskStatus } from "../../engine/run-view.ts";
import { readPlanBody, type PlanBody } from "../plan-body.ts";
import {
  newTaskRecord,
  newUnitRecord,
  noCounts,
  type NoteRecord,
  type RunRecord,
  type RunRecords,
  type TargetHosts,
  type TaskRecord,
  type UnitRecord,
} from "../run-records.ts";
import type { BlobText } from "../stored-event.ts";
import type { ViewStore } from "./view-store.ts";

/** Plans kept between batches. */
const PLANS_MAX = 20;

/** Plans by the hash of their body, the latest ones. */
export type PlanCache = Map<string, PlanBody>;

/** A record of a run that has not been seen before. */
export function newRunRecord(number: number, id: string): RunRecord {
  return {
    number,
    id,
    plan: "",
    fingerprint: undefined,
    planBody: undefined,
    isDryRun: false,
    phase: "created",
    verdict: undefined,
    actor: undefined,
    reason: undefined,
    createdAtMs: -1,
    finishedAtMs: undefined,
    lastAtMs: 0,
    taskCount: 0,
    touchedCount: 0,
    eventCount: 0,
    position: 0,
    counts: noCounts(),
    quarantine: undefined,
  };
}

export interface RunBatchOptions {
  readonly run: RunRecord;
  readonly store: ViewStore;
  readonly plans: PlanCache;
  readonly blobText: BlobText;
}

interface PlacedNote {
  readonly place: { readonly position: number; readonly place: number };
  readonly note: NoteRecord;
}

/** The records of one run that a batch touches, each read once and written once. */
export class RunBatch implements RunRecords {
  readonly run: RunRecord;
  readonly #options: RunBatchOptions;
  readonly #tasks = new Map<number, TaskRecord>();
  readonly #units = new Map<number, Map<number, UnitRecord>>();
  readonly #notes: PlacedNote[] = [];
  #targets: TargetHosts | undefined;
  #hasNewTargets = false;
  #position = 0;
  #place = 0;

  constructor(options: RunBatchOptions) {
    this.#options = options;
    this.run = options.run;
  }

  /** Says from which row the events come that are folded next. */
  beginRow(position: number): void {
    this.#position = position;
    this.#place = 0;
  }

  task(index: number): TaskRecord {
    const known = this.#tasks.get(index);
    if (known !== undefined) return known;
    const { run } = this;
    const stored = index < run.touchedCount ? this.#options.store.task(run.number, index) : undefined;
    const record = stored ?? newTaskRecord(index);
    if (index >= run.touchedCount) run.touchedCount = index + 1;
    if (index >= run.taskCount) run.taskCount = index + 1;
    this.#tasks.set(index, record);
    return record;
  }

  unit(task: TaskRecord, index: number): UnitRecord {
    const units = this.#unitsOf(task.task);
    const known = units.get(index);
    if (known !== undefined) return known;
    let record = index < task.unitCount ? this.#options.store.unit(this.run.number, task.task, index) : undefined;
    record ??= newUnitRecord(task.task, index, this.hostsOf(task)?.[index]);
    if (index >= task.unitCount) task.unitCount = index + 1;
    units.set(index, record);
    return record;
  }

  units(task: number): readonly UnitRecord[] {
    const changed = this.#unitsOf(task);
    for (const stored of this.#options.store.units(this.run.number, task)) {
      if (!changed.has(stored.unit)) changed.set(stored.unit, stored);
    }
    return [...changed.values()].sort((a, b) => a.unit - b.unit);
  }

  tasksIn(status: TaskStatus): readonly TaskRecord[] {
    for (const stored of this.#options.store.tasksIn(this.run.number, status)) {
      if (!this.#tasks.has(stored.task)) this.#tasks.set(stored.task, stored);
    }
    return [...this.#tasks.values()].filter((task) => task.status === status);
  }

  hostsOf(task: TaskRecord): readonly string[] | undefined {
    if (task.placedOn !== undefined) return [task.placedOn];
    const target = task.target ?? this.plan()?.tasks[task.task]?.target;
    if (target === undefined) return undefined;
    this.#targets ??= this.#options.store.targets(this.run.number);
    return this.#targets.get(target) ?? [];
  }

  plan(): PlanBody | undefined {
    const { planBody } = this.run;
    if (planBody === undefined) return undefined;
    const { plans, blobText, store } = this.#options;
    const known = plans.get(planBody);
    if (known !== undefined) return known;
    const plan = planIn(planBody, blobText);
    if (plan.tasks.length > 0) store.writePlan(planBody, this.run.number, plan);
    const oldest = plans.keys().next();
    if (plans.size >= PLANS_MAX && oldest.done !== true) plans.delete(oldest.value);
    plans.set(planBody, plan);
    return plan;
  }

  setTargets(targets: TargetHosts): void {
    this.#targets = targets;
    this.#hasNewTargets = true;
  }

  nameOf(task: number): string {
    return this.task(task).name ?? this.plan()?.tasks[task]?.name ?? `#${task}`;
  }

  note(note: NoteRecord): void {
    this.#notes.push({ place: { position: this.#position, place: this.#place }, note });
    this.#place += 1;
  }

  /** Writes the last state of everything that was touched. */
  write(): void {
    const { store } = this.#options;
    const { number } = this.run;
    store.writeRun(this.run);
    if (this.#hasNewTargets && this.#targets !== undefined) store.writeTargets(number, this.#targets);
    for (const task of this.#tasks.values()) store.writeTask(number, task);
    for (const units of this.#units.values()) for (const unit of units.values()) store.writeUnit(number, unit);
    for (const { place, note } of this.#notes) store.writeNote(number, place, note);
  }

  #unitsOf(task: number): Map<number, UnitRecord> {
    const known = this.#units.get(task);
    if (known !== undefined) return known;
    const units = new Map<number, UnitRecord>();
    this.#units.set(task, units);
    return units;
  }
}

/** A plan that cannot be read leaves its tasks without names: what they did is still to be seen. */
function planIn(hash: string, blobText: BlobText): PlanBody {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse makes is JSON
    return readPlanBody(JSON.parse(blobText(hash)) as JsonValue);
  } catch {
    return { name: undefined, tasks: [] };
  }
}
