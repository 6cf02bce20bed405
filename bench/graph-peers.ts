import { GraphBuilder } from "../src/dag/graph-builder.ts";
import { graphFromEdges } from "../src/dag/graph-from-edges.ts";
import type { Graph } from "../src/dag/graph.ts";
import type { GraphWorkload } from "./graph-workload.ts";
import { loadPeer } from "./load-peer.ts";

/** What all of them must find alike; also proof that the work was done. */
export interface GraphAnswers {
  readonly sortedCount: number;
  readonly levelCount: number;
  readonly criticalLength: number;
}

/** Builds the graph, sorts it, finds its levels and the length of its critical path. */
export interface GraphContestant {
  readonly name: string;
  solve(workload: GraphWorkload): GraphAnswers;
}

export const drover: GraphContestant = {
  name: "drover",
  solve(workload) {
    const built = graphFromEdges(workload);
    if (!built.ok) throw new Error(built.error.message);
    return answersOf(built.value, workload.weights);
  },
};

/** The same by adding each node and each edge with a check for loops: what other libraries do not even offer. */
export const droverBuilder: GraphContestant = {
  name: "drover, GraphBuilder.addDependency",
  solve({ ids, sources, targets, weights }) {
    const builder = new GraphBuilder();
    for (const id of ids) builder.addNode(id);
    for (const [edge, source] of sources.entries()) {
      builder.addDependency({ source: ids[source] ?? "", target: ids[targets[edge] ?? 0] ?? "" });
    }
    return answersOf(builder.build(), weights);
  },
};

function answersOf(graph: Graph, weights: Float64Array): GraphAnswers {
  const sorted = graph.topologicalSort();
  const levels = graph.levels();
  const critical = graph.criticalPath(weights);
  if (!sorted.ok || !levels.ok || !critical.ok) throw new Error("The workload has a loop");
  return {
    sortedCount: sorted.value.length,
    levelCount: levels.value.length,
    criticalLength: critical.value.length,
  };
}

interface Graphology {
  readonly default: {
    readonly DirectedGraph: new () => GraphologyGraph;
  };
}

interface GraphologyGraph {
  addNode(id: string): void;
  addEdge(source: string, target: string): void;
  forEachInNeighbor(id: string, visit: (neighbour: string) => void): void;
}

interface GraphologyDag {
  readonly default: {
    topologicalSort(graph: GraphologyGraph): string[];
    topologicalGenerations(graph: GraphologyGraph): string[][];
  };
}

/** graphology sorts and groups by itself; the critical path is a loop over its sorted nodes. */
export async function graphologyContestant(): Promise<GraphContestant> {
  const { DirectedGraph } = (await loadPeer<Graphology>("graphology")).default;
  const dag = (await loadPeer<GraphologyDag>("graphology-dag")).default;
  return {
    name: "graphology",
    solve({ ids, sources, targets, weights }) {
      const graph = new DirectedGraph();
      for (const id of ids) graph.addNode(id);
      for (const [edge, source] of sources.entries()) {
        graph.addEdge(ids[source] ?? "", ids[targets[edge] ?? 0] ?? "");
      }
      const sorted = dag.topologicalSort(graph);
      const forEachDependency = graph.forEachInNeighbor.bind(graph);
      return {
        sortedCount: sorted.length,
        levelCount: dag.topologicalGenerations(graph).length,
        criticalLength: longestFinish(sorted, weightsById(ids, weights), forEachDependency),
      };
    },
  };
}

interface Graphlib {
  readonly Graph: new () => GraphlibGraph;
  readonly alg: { topsort(graph: GraphlibGraph): string[] };
}

interface GraphlibGraph {
  setNode(id: string): void;
  setEdge(source: string, target: string): void;
  predecessors(id: string): string[] | undefined;
}

/** graphlib only sorts; levels and the critical path are loops over its sorted nodes. */
export async function graphlibContestant(): Promise<GraphContestant> {
  const { Graph: GraphlibGraph, alg } = await loadPeer<Graphlib>("@dagrejs/graphlib");
  return {
    name: "@dagrejs/graphlib",
    solve({ ids, sources, targets, weights }) {
      const graph = new GraphlibGraph();
      for (const id of ids) graph.setNode(id);
      for (const [edge, source] of sources.entries()) {
        graph.setEdge(ids[source] ?? "", ids[targets[edge] ?? 0] ?? "");
      }
      const sorted = alg.topsort(graph);
      const forEachDependency = (id: string, visit: (dependency: string) => void): void => {
        for (const dependency of graph.predecessors(id) ?? []) visit(dependency);
      };
      const ones = new Map(ids.map((id) => [id, 1]));
      return {
        sortedCount: sorted.length,
        levelCount: longestFinish(sorted, ones, forEachDependency),
        criticalLength: longestFinish(sorted, weightsById(ids, weights), forEachDependency),
      };
    },
  };
}

function weightsById(ids: readonly string[], weights: Float64Array): Map<string, number> {
  return new Map(ids.map((id, index) => [id, weights[index] ?? 0]));
}

/** When the last node finishes if each starts once its dependencies have finished. */
function longestFinish(
  sorted: readonly string[],
  weights: ReadonlyMap<string, number>,
  forEachDependency: (id: string, visit: (dependency: string) => void) => void,
): number {
  const finishes = new Map<string, number>();
  let last = 0;
  for (const id of sorted) {
    let start = 0;
    forEachDependency(id, (dependency) => {
      start = Math.max(start, finishes.get(dependency) ?? 0);
    });
    const finish = start + (weights.get(id) ?? 0);
    finishes.set(id, finish);
    last = Math.max(last, finish);
  }
  return last;
}
