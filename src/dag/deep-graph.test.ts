import assert from "node:assert/strict";
import { test } from "node:test";

import type { Result } from "../base/result.ts";
import { EDGE_PREFERRED, EDGE_SUCCESS } from "./edge.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { graphFromEdges } from "./graph-from-edges.ts";
import type { Graph } from "./graph.ts";
import { longestRemaining } from "./longest-remaining.ts";
import { softRank } from "./soft-rank.ts";

// One chain of a million nodes for all tests: whatever recurses, or takes more than linear time, shows here.

const LENGTH = 1_000_000;
const LAST = `n${LENGTH - 1}`;
const chain = chainOf(EDGE_SUCCESS, { isClosed: false });

test("given a chain of a million nodes, when sorted depth first, then it comes out in order", () => {
  assertChain(got(chain.topologicalSort()));
});

test("given a chain of a million nodes, when sorted with Kahn, then it comes out in order", () => {
  assertChain(got(chain.topologicalSortKahn()));
});

test("given a chain of a million nodes, when levels are asked, then each node has its own", () => {
  assert.equal(got(chain.levels()).length, LENGTH);
});

test("given a chain of a million nodes, when the critical path is asked, then it is the whole chain", () => {
  const critical = got(chain.criticalPath(new Float64Array(LENGTH).fill(2)));
  assert.deepEqual([critical.length, critical.path.length], [2 * LENGTH, LENGTH]);
});

test("given a chain of a million nodes, when remaining paths are asked, then the first has all before it", () => {
  assert.equal(got(longestRemaining(chain))[0], LENGTH);
});

test("given a chain of a million nodes, when cycles are asked, then there are none", () => {
  assert.deepEqual(chain.findCycles(), []);
});

test("given a loop of a million nodes, when cycles are asked, then it is found whole", () => {
  assert.equal(chainOf(EDGE_SUCCESS, { isClosed: true }).findCycles()[0]?.length, LENGTH);
});

test("given a chain of a million nodes, when ancestors of the last are asked, then they are all others", () => {
  assert.equal(got(chain.ancestors(LAST)).length, LENGTH - 1);
});

test("given a chain of a million nodes, when its ends, parts and connection are asked, then the answers are right", () => {
  assert.deepEqual([chain.roots(), chain.leaves(), chain.isConnected()], [["n0"], [LAST], true]);
  assert.equal(got(chain.inducedSubgraph("n500000")).edgeCount, LENGTH - 1);
});

test("given a chain of a million nodes, when half of it is completed, then one node is ready and the rest blocked", () => {
  const completed = chain.ids.slice(0, LENGTH / 2);
  assert.deepEqual(got(chain.readyNodes(completed)), [`n${LENGTH / 2}`]);
  assert.equal(got(chain.blockedNodes(completed)).length, LENGTH / 2 - 1);
});

test("given a preferred loop of a million nodes, when ranked, then one edge is left out", () => {
  const { rank, warnings } = got(softRank(chainOf(EDGE_PREFERRED, { isClosed: true })));
  assert.deepEqual([warnings.length, rank[0], rank[LENGTH - 1]], [1, 0, LENGTH - 1]);
});

test("given 200,000 dependencies declared from the last to the first, when added, then none is refused", () => {
  const builder = new GraphBuilder();
  const count = 200_000;
  for (let node = 0; node < count; node++) builder.addNode(`n${node}`);
  for (let node = count - 1; node > 0; node--) {
    got(builder.addDependency({ source: `n${node - 1}`, target: `n${node}` }));
  }
  assert.equal(builder.addDependency({ source: `n${count - 1}`, target: "n0" }).ok, false);
});

/** n0 -> n1 -> … and back to n0 when closed. */
function chainOf(kind: number, { isClosed }: { readonly isClosed: boolean }): Graph {
  const ids = Array.from({ length: LENGTH }, (_, index) => `n${index}`);
  const length = isClosed ? LENGTH : LENGTH - 1;
  const sources = Uint32Array.from({ length }, (_, index) => index);
  const targets = sources.map((source) => (source + 1) % LENGTH);
  return got(graphFromEdges({ ids, sources, targets, kinds: new Uint8Array(length).fill(kind) }));
}

function assertChain(order: readonly string[]): void {
  assert.equal(order.length, LENGTH);
  assert.ok(order.every((id, index) => id === chain.ids[index]));
}

function got<T, E>(result: Result<T, E>): T {
  assert.ok(result.ok);
  return result.value;
}
