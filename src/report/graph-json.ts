import type { JsonObject } from "../base/json.ts";
import type { GraphPicture } from "./graph-picture.ts";

/** Distance of two nodes side by side, in pixels. */
export const COLUMN_PIXELS = 220;
/** Distance of two layers, in pixels. */
export const LAYER_PIXELS = 110;

/**
 * A plan as data for other front ends: `nodes` with `id label x y layer state critical` and `edges` with
 * `source target edge_type`. Positions are the centres of nodes in pixels, `y` growing downwards.
 */
export function jsonGraph(picture: GraphPicture): JsonObject {
  return {
    version: 1,
    plan: picture.planName,
    nodes: picture.nodes.map((node) => ({
      id: node.name,
      label: node.label,
      kind: node.kind,
      detail: node.detail,
      x: Math.round(node.x * COLUMN_PIXELS),
      y: node.layer * LAYER_PIXELS,
      layer: node.layer,
      critical: node.isCritical,
      ...(node.state !== undefined && {
        state: node.state.status,
        ...(node.state.durationMs !== undefined && { duration_ms: node.state.durationMs }),
        rolled_back: node.state.isRolledBack,
      }),
    })),
    edges: picture.edges.map(({ source, target, kind, bends, isCritical }) => ({
      source: picture.nodes[source]?.name ?? "",
      target: picture.nodes[target]?.name ?? "",
      edge_type: kind,
      bends: bends.map(({ x, y }) => ({ x: Math.round(x * COLUMN_PIXELS), y: y * LAYER_PIXELS })),
      critical: isCritical,
    })),
  };
}
