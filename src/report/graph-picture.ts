import { assert, must } from "../base/assert.ts";
import type { EdgeKind } from "../dag/edge.ts";
import { layoutGraph, type LayoutPoint } from "../dag/layout.ts";
import type { RunView, TaskStatus } from "../engine/run-view.ts";
import type { CompiledPlan, CompiledTask } from "../plan/compiled-plan.ts";
import { planCriticalPath } from "../plan/critical-path.ts";

/** A plan as a drawing, in no format yet: nodes are tasks, a group is one node. Pure data, deterministic. */
export interface GraphPicture {
  readonly planName: string;
  /** Node index = task index. */
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
  /** Node indexes by layer, from left to right. */
  readonly layers: readonly (readonly number[])[];
  /** The largest `x`. */
  readonly width: number;
}

export interface PictureNode {
  readonly index: number;
  readonly name: string;
  /** Title when it has one, else the name. */
  readonly label: string;
  readonly kind: CompiledTask["body"]["kind"];
  /** What it does in a few words: `file.deploy → role:web`, `waits 30s`, `group of 3`. */
  readonly detail: string;
  /** From 0 at the top; every blocking edge leads to a higher one. */
  readonly layer: number;
  /** Centre from left to right; 1 is the distance of two nodes side by side. */
  readonly x: number;
  readonly isCritical: boolean;
  /** Only with a run. */
  readonly state?: NodeState;
}

export interface NodeState {
  readonly status: TaskStatus;
  /** Absent for a task that never started. */
  readonly durationMs?: number;
  readonly isRolledBack: boolean;
  readonly isConditional: boolean;
}

export interface PictureEdge {
  readonly source: number;
  readonly target: number;
  readonly kind: EdgeKind;
  /** Points it passes between its ends, in the units of nodes: `y` is a layer. */
  readonly bends: readonly LayoutPoint[];
  /** Both ends lie on the critical path, one after the other. */
  readonly isCritical: boolean;
}

export interface PictureOptions {
  /** A run of this plan, whose states are drawn. */
  readonly view?: RunView;
}

/** Draws a plan, with the states of `view` when given. */
export function pictureOf(plan: CompiledPlan, options: PictureOptions = {}): GraphPicture {
  const layout = layoutGraph(plan.graph);
  assert(layout.ok, "A compiled plan has no loop");
  const indexOf = (id: string) => must(plan.graph.indexOf(id), "A layout has the nodes of its graph");
  const path = planCriticalPath(plan).tasks.map((task) => task.index);
  const critical = new Set(path);
  const nextOnPath = new Map(path.map((node, step) => [node, path[step + 1]]));
  const placed = new Map(layout.value.nodes.map((node) => [indexOf(node.id), node]));
  return {
    planName: plan.name,
    nodes: plan.tasks.map((task) => {
      const place = must(placed.get(task.index), "A layout places every node");
      return {
        index: task.index,
        name: task.name,
        label: task.title ?? task.name,
        kind: task.body.kind,
        detail: detailOf(task),
        layer: place.layer,
        x: place.x,
        isCritical: critical.has(task.index),
        ...stateOf(task.name, options.view),
      };
    }),
    edges: layout.value.edges.map(({ source, target, kind, bends }) => {
      const ends = { source: indexOf(source), target: indexOf(target) };
      return { ...ends, kind, bends, isCritical: nextOnPath.get(ends.source) === ends.target };
    }),
    layers: layersOf(layout.value.nodes.map((node) => ({ index: indexOf(node.id), layer: node.layer }))),
    width: layout.value.width,
  };
}

function layersOf(
  nodes: readonly { readonly index: number; readonly layer: number }[],
): readonly (readonly number[])[] {
  const byLayer = Map.groupBy(nodes, (node) => node.layer);
  return [...byLayer.values()].map((layer) => layer.map((node) => node.index));
}

/** What a task does and when, in a few words. */
export function detailOf(task: CompiledTask): string {
  return task.isRollbackStep === true ? `${workOf(task)}, on rollback` : workOf(task);
}

/** What a task does, in a few words. */
export function workOf({ body, target }: CompiledTask): string {
  const where = target === undefined ? "" : ` → ${target.text}`;
  switch (body.kind) {
    case "operation":
      return `${body.operation}${where}`;
    case "function":
      return "function";
    case "script":
      return `${body.interpreter.join(" ")} script${where}`;
    case "gate":
      return `${body.gate.kind} gate`;
    case "group":
      return body.keys.kind === "fixed" ? `group of ${body.keys.items.length}` : "group, expanded at run time";
  }
}

function stateOf(name: string, view: RunView | undefined): { readonly state?: NodeState } {
  const index = view?.indexOf(name);
  if (view === undefined || index === undefined) return {};
  const { status, startedAtMs, durationMs, isRolledBack, isConditional } = view.task(index);
  return { state: { status, isRolledBack, isConditional, ...(startedAtMs !== undefined && { durationMs }) } };
}
