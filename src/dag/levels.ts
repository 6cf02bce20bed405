import type { CodedError } from "../base/coded-error.ts";
import { ok, type Result } from "../base/result.ts";
import { EDGE_PREFERRED } from "./edge.ts";
import type { GraphStructure } from "./structure.ts";

/** How deep every node lies. */
export interface Levels {
  /** For each node the number of blocking edges on the longest way to it from a root; roots are at level 0. */
  readonly levelOf: Uint32Array;
  /** All indices by level, and by id inside a level. */
  readonly order: Uint32Array;
  /** Level `i` is `order[offsets[i]]` up to before `order[offsets[i + 1]]`. */
  readonly offsets: Uint32Array;
  readonly levelCount: number;
}

/**
 * Puts every node on the lowest level above all its blocking dependencies: nodes of one level can run side by side.
 * @returns the levels, or `DRV_GRAPH_CYCLE`
 */
export function computeLevels(graph: GraphStructure): Result<Levels, CodedError> {
  const sorted = graph.blockingOrder();
  if (!sorted.ok) return sorted;
  const { offsets, targets, kinds } = graph.incoming;
  const levelOf = new Uint32Array(graph.nodeCount);
  let levelCount = 0;
  for (const node of sorted.value) {
    const end = offsets[node + 1] ?? 0;
    let level = 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      if (kinds[edge] === EDGE_PREFERRED) continue;
      const above = (levelOf[targets[edge] ?? 0] ?? 0) + 1;
      if (above > level) level = above;
    }
    levelOf[node] = level;
    if (level >= levelCount) levelCount = level + 1;
  }
  return ok({ levelOf, levelCount, ...grouped(graph, levelOf, levelCount) });
}

function grouped(graph: GraphStructure, levelOf: Uint32Array, levelCount: number): Pick<Levels, "offsets" | "order"> {
  const offsets = new Uint32Array(levelCount + 1);
  for (const level of levelOf) offsets[level + 1] = (offsets[level + 1] ?? 0) + 1;
  for (let level = 0; level < levelCount; level++) {
    offsets[level + 1] = (offsets[level + 1] ?? 0) + (offsets[level] ?? 0);
  }
  const order = new Uint32Array(graph.nodeCount);
  const next = offsets.slice();
  for (const node of graph.idOrder) {
    const level = levelOf[node] ?? 0;
    const place = next[level] ?? 0;
    order[place] = node;
    next[level] = place + 1;
  }
  return { offsets, order };
}
