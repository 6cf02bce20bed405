import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";
import type { Adjacency } from "./adjacency.ts";

/**
 * A graph as its algorithms see it: dense indices and flat arrays. Ids only appear where people look, so every
 * algorithm takes this, and {@link Graph} is what puts names on their answers.
 */
export interface GraphStructure<Id extends string = string> {
  /** Names by index. Indices follow the order in which nodes were added. */
  readonly ids: readonly Id[];
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly outgoing: Adjacency;
  readonly incoming: Adjacency;
  /** All indices in ascending order of their ids. */
  readonly idOrder: Uint32Array;
  /** For each index its position in `idOrder`. */
  readonly idRank: Uint32Array;
  /**
   * All indices in an order in which every blocking edge goes forward, level by level; worked out once.
   * Fails with `DRV_GRAPH_CYCLE` when blocking edges form a loop.
   */
  blockingOrder(): Result<Uint32Array, CodedError>;
}
