import { must } from "../../base/assert.ts";
import type { CompiledPlan, CompiledTask, GroupItem } from "../../plan/compiled-plan.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { RunCreated } from "../../engine/events.ts";

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
  status: Outcome["status"] | "notRun" | undefined;
  cause: string | undefined;
  isStarted: boolean;
  hasGate: boolean;
  gateDueMs: number | undefined;
  readonly approvers: Set<string>;
  isRefused: boolean;
}

/** A run, told from its events alone and not by the engine: what the checks of the log look at. */
export class RunModel {
  readonly runId: string;
  readonly plan: CompiledPlan;
  readonly created: RunCreated;
  readonly tasks: TaskModel[] = [];
  readonly targets = new Map<string, readonly string[]>();
  readonly signals = new Set<string>();
  lastAtMs: number;
  phase: "running" | "stopping" | "failureBranches" | "undoing" | "rollbackSteps" | "finished" = "running";
  wasCancelled = false;

  constructor(created: RunCreated, plan: CompiledPlan) {
    this.runId = created.runId;
    this.plan = plan;
    this.created = created;
    this.lastAtMs = created.at;
  }

  /** Takes in the targets; tasks know their hosts from here on. */
  resolve(targets: readonly { readonly target: string; readonly hosts: readonly string[] }[]): void {
    for (const { target, hosts } of targets) this.targets.set(target, hosts);
    this.#add(this.plan, "", undefined);
  }

  /** Copies the tasks of a group for every item. */
  expand(group: number, items: readonly GroupItem[]): void {
    const { task, name } = this.task(group);
    if (task.body.kind !== "group") return;
    for (const { key, plan = task.body.plan } of items) {
      this.#add(plan, key === "" ? `${name}.` : `${name}[${key}].`, group);
    }
  }

  task(index: number): TaskModel {
    return must(this.tasks[index], `Run ${this.runId} has no task ${index}`);
  }

  unit(task: number, unit: number): UnitModel {
    return must(this.task(task).units[unit], `Task ${task} of ${this.runId} has no unit ${unit}`);
  }

  /** Whether nothing can move it but somebody from outside, who has not spoken yet. */
  get waitsForOutside(): boolean {
    const isHeld = this.tasks.some(
      (task) => task.status === undefined && task.units.some(({ next }) => next === "hold"),
    );
    if (isHeld && this.created.onUnknownHeld === "wait") return true;
    return this.tasks.some((task) => task.status === undefined && task.hasGate && task.gateDueMs === undefined);
  }

  #add(plan: CompiledPlan, prefix: string, group: number | undefined): void {
    const first = this.tasks.length;
    const edges = blockingEdges(plan);
    for (const task of plan.tasks) {
      this.tasks.push({
        index: first + task.index,
        name: prefix + task.name,
        task,
        group,
        dependencies: (edges[task.index] ?? []).map((edge) => ({ task: first + edge.task, kind: edge.kind })),
        units: this.#hostsOf(task).map(newUnit),
        status: undefined,
        cause: undefined,
        isStarted: false,
        hasGate: false,
        gateDueMs: undefined,
        approvers: new Set(),
        isRefused: false,
      });
    }
  }

  #hostsOf({ target }: CompiledTask): readonly string[] {
    if (target === undefined || target.kind === "any") return [""];
    return this.targets.get(target.text) ?? [];
  }
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
