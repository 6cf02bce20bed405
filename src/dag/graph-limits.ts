/** Nodes of one graph: more than any fleet needs, and what a hash table of the engine underneath holds. */
export const NODE_COUNT_MAX = 10_000_000;
/** Edges of one graph, for the same reason: a JavaScript `Map` ends at 2^24 entries. */
export const EDGE_COUNT_MAX = 16_000_000;
