import { must } from "../../base/assert.ts";
import type { CompiledPlan, CompiledTask, GroupItem } from "../../plan/compiled-plan.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { TasksAdopted } from "../../engine/operator-events.ts";
import type { RunCreated, StopMode } from "../../engine/events.ts";

/** One task on one host, as the log tells it. */
export interface UnitModel {
  readonly host: string;
  attempt: number;
  /** `waiting`: for a retry or another placement, not before `dueMs`. */
  status: "idle" | "running" | "waiting" | "unknown" | "ended";
  dueMs: number;
  /** What settles the unknown outcome. */
  next: "rerun" | "probe" | "hold" | undefined;
  /** A person has said what became of it, or that it is to run again. */
  isResolved: boolean;
  outcome: Outcome | undefined;
  undo: "none" | "running" | "waiting" | "ended";
  undoAttempt: number;
  undoSuccesses: number;
}

export interface DependencyModel {
  readonly task: number;
  readonly kind: string;
}

/** One task, as the log tells it. */
export interface TaskModel {
  readonly index: number;
  readonly name: string;
  readonly task: CompiledTask;
  readonly dependencies: readonly DependencyModel[];
  readonly group: number | undefined;
  units: UnitModel[];
  /** Set when it has ended. */
  status: Outcome["status"] | "notRun" | "dropped" | undefined;
  cause: string | undefined;
  /** Every way it has ended, in any generation. */
  readonly ends: Set<string>;
  isStarted: boolean;
  hasGate: boolean;
  gateDueMs: number | undefined;
  /** Its gate belongs to what still runs after a stop. */
  isCleanUp: boolean;
  readonly approvers: Set<string>;
  isRefused: boolean;
  /** Whether an attempt was ever made, in any generation. */
  hasEverStarted: boolean;
  /** Where earlier generations have been: a task for any host may be on another one now. */
  readonly pastHosts: Set<string>;
  /** What earlier generations did and a rollback undoes, by the number the log gives it. */
  readonly earlier: Map<number, UnitModel>;
}

/** A run, told from its events alone and not by the engine: what the checks of the log look at. */
export class RunModel {
  readonly runId: string;
  readonly plan: CompiledPlan;
  readonly created: RunCreated;
  readonly tasks: TaskModel[] = [];
  /** All tasks of which a unit runs, and some of which one did. */
  readonly busy = new Set<TaskModel>();
  readonly targets = new Map<string, readonly string[]>();
  readonly signals = new Set<string>();
  /** What a fork takes over; it stands in the log before the hosts, without which there are no units. */
  adopted: TasksAdopted | undefined;
  lastAtMs: number;
  phase: "running" | "stopping" | "failureBranches" | "undoing" | "rollbackSteps" | "finished" = "running";
  wasCancelled = false;
  isPaused = false;
  /** 1, and one more for every time something began anew. */
  generation = 1;

  constructor(created: RunCreated, plan: CompiledPlan) {
    this.runId = created.runId;
    this.plan = plan;
    this.created = created;
    this.lastAtMs = created.at;
  }

  /** Takes in the targets; tasks know their hosts from here on. */
  resolve(targets: readonly { readonly target: string; readonly hosts: readonly string[] }[]): void {
    for (const { target, hosts } of targets) this.targets.set(target, hosts);
    this.#add(this.plan, { prefix: "", group: undefined, first: 0 });
  }

  /** Copies the tasks of a group for every item. */
  expand(group: number, first: number, items: readonly GroupItem[]): void {
    const { task, name } = this.task(group);
    if (task.body.kind !== "group") return;
    let at = first;
    for (const { key, plan = task.body.plan } of items) {
      this.#add(plan, { prefix: key === "" ? `${name}.` : `${name}[${key}].`, group, first: at });
      at += plan.tasks.length;
    }
  }

  task(index: number): TaskModel {
    return must(this.tasks[index], `Run ${this.runId} has no task ${index}`);
  }

  unit(task: number, unit: number): UnitModel {
    return must(this.task(task).units[unit], `Task ${task} of ${this.runId} has no unit ${unit}`);
  }

  /** The unit an undo speaks of; numbers beyond the hosts are those of earlier generations. */
  undoUnit(task: number, unit: number): UnitModel {
    const model = this.task(task);
    const current = model.units[unit];
    if (current !== undefined) return current;
    const known = model.earlier.get(unit) ?? newUnit("");
    model.earlier.set(unit, known);
    return known;
  }

  stop(mode: StopMode): void {
    this.phase = "stopping";
    this.wasCancelled ||= mode === "cancel";
    // Whoever cancels or rolls back ends the pause too.
    if (mode !== "failure") this.isPaused = false;
  }

  /** These tasks begin anew; the copies of a group among them are gone until it expands again. */
  reset(tasks: readonly number[]): void {
    const listed = new Set(tasks);
    this.generation += 1;
    this.phase = "running";
    this.wasCancelled = false;
    for (const index of tasks) {
      const task = this.task(index);
      renew(task, task.group !== undefined && listed.has(task.group));
    }
    // A group is open as long as one of its copies is; inner groups stand behind those around them.
    for (const { group, status } of this.tasks.toReversed()) {
      if (group !== undefined && status === undefined && this.task(group).status !== "dropped")
        this.task(group).status = undefined;
    }
    for (const task of this.tasks) task.earlier.clear();
  }

  /** Whether nothing can move it but somebody from outside, who has not spoken yet. */
  get waitsForOutside(): boolean {
    if (this.isPaused) return true;
    const isHeld = this.tasks.some(
      (task) => task.status === undefined && task.units.some(({ next }) => next === "hold"),
    );
    if (isHeld && this.created.onUnknownHeld === "wait") return true;
    return this.tasks.some(isWaitingAtGate);
  }

  /** Whether what still runs after a stop waits at a gate for somebody: it may do so for as long as its time allows. */
  get cleanUpWaits(): boolean {
    return this.tasks.some((task) => isWaitingAtGate(task) && task.isCleanUp);
  }

  #add(
    plan: CompiledPlan,
    place: { readonly prefix: string; readonly group: number | undefined; readonly first: number },
  ): void {
    const { prefix, group, first } = place;
    const edges = blockingEdges(plan);
    for (const task of plan.tasks) {
      const before = this.tasks[first + task.index];
      this.tasks[first + task.index] = {
        index: first + task.index,
        name: prefix + task.name,
        task,
        group,
        dependencies: (edges[task.index] ?? []).map((edge) => ({ task: first + edge.task, kind: edge.kind })),
        units: this.#hostsOf(task).map(newUnit),
        status: undefined,
        cause: undefined,
        ends: before?.ends ?? new Set(),
        isStarted: false,
        hasGate: false,
        gateDueMs: undefined,
        isCleanUp: false,
        approvers: new Set(),
        isRefused: false,
        hasEverStarted: before?.hasEverStarted ?? false,
        pastHosts: before?.pastHosts ?? new Set(),
        earlier: new Map(),
      };
    }
  }

  #hostsOf({ target }: CompiledTask): readonly string[] {
    if (target === undefined || target.kind === "any") return [""];
    return this.targets.get(target.text) ?? [];
  }
}

function isWaitingAtGate({ status, hasGate, gateDueMs }: TaskModel): boolean {
  return status === undefined && hasGate && gateDueMs === undefined;
}

export function newUnit(host: string): UnitModel {
  return {
    host,
    attempt: 0,
    status: "idle",
    dueMs: 0,
    next: undefined,
    isResolved: false,
    outcome: undefined,
    undo: "none",
    undoAttempt: 0,
    undoSuccesses: 0,
  };
}

function renew(task: TaskModel, isDropped: boolean): void {
  task.status = isDropped ? "dropped" : undefined;
  task.cause = undefined;
  task.isStarted = false;
  task.hasGate = false;
  task.gateDueMs = undefined;
  task.isCleanUp = false;
  task.approvers.clear();
  task.isRefused = false;
  for (const { host } of task.units) task.pastHosts.add(host);
  task.units = task.units.map(({ host }) => newUnit(task.task.target?.kind === "any" ? "" : host));
}

const EDGES = new WeakMap<CompiledPlan, readonly (readonly DependencyModel[])[]>();

/** What each task of a plan waits for. */
function blockingEdges(plan: CompiledPlan): readonly (readonly DependencyModel[])[] {
  const known = EDGES.get(plan);
  if (known !== undefined) return known;
  const edges = plan.tasks.map((): DependencyModel[] => []);
  for (const { source, target, kind } of plan.graph.edges()) {
    if (kind === "preferred") continue;
    const task = must(plan.graph.indexOf(source), source);
    edges[must(plan.graph.indexOf(target), target)]?.push({ task, kind });
  }
  EDGES.set(plan, edges);
  return edges;
}
