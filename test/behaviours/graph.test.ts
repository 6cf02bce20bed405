import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import type { CodedError } from "../../src/base/coded-error.ts";
import type { Result } from "../../src/base/result.ts";
import { defineGraph } from "../../src/dag/define-graph.ts";
import type { EdgeKind } from "../../src/dag/edge.ts";
import { GraphBuilder } from "../../src/dag/graph-builder.ts";
import { graphFromEdges } from "../../src/dag/graph-from-edges.ts";
import type { Graph } from "../../src/dag/graph.ts";
import { layoutGraph } from "../../src/dag/layout.ts";
import { softRank } from "../../src/dag/soft-rank.ts";

// Row numbers refer to the feature table of the design: what each row promises is shown by at least one test.

// ── adding nodes ────────────────────────────────────────────────────────────────────────────────────────────────────

test("given a new node id, when it is added, then the graph has the node (row 1)", () => {
  const builder = new GraphBuilder();
  builder.addNode("web");
  assert.equal(builder.build().has("web"), true);
});

test("given a present node, when its id is added again, then the error names the id (row 1)", () => {
  const builder = builderOf("web");
  const { error } = failed(builder.addNode("web"));
  assert.equal(error.code, "DRV_GRAPH_NODE_EXISTS");
  assert.match(error.message, /"web"/);
});

test("given a present node, when its id is added again, then the graph is unchanged (row 1)", () => {
  const builder = builderOf("web");
  builder.addNode("web");
  assert.equal(builder.nodeCount, 1);
});

for (const [description, id] of [
  ["an empty id", ""],
  ["a blank id", "   "],
  ["an id of Unicode spaces", "\u2003\u00a0"],
  ["an id of 201 characters", "x".repeat(201)],
  ["an id of 10,000 characters", "x".repeat(10_000)],
  ["an id with a newline", "a\nb"],
  ["an id with NUL", "a\0b"],
  ["an id with an escape sequence", "\u001b[31mred"],
] as const) {
  test(`given ${description}, when it is added, then it is refused as invalid (row 2)`, () => {
    assert.equal(failed(new GraphBuilder().addNode(id)).error.code, "DRV_GRAPH_NODE_ID_INVALID");
  });
}

test("given an id of 10 MB, when it is added, then the error stays short (row 2)", () => {
  const { error } = failed(new GraphBuilder().addNode("x".repeat(10_000_000)));
  assert.ok(JSON.stringify(error).length < 1_000);
});

for (const id of ["__proto__", "constructor", "; rm -rf /", `a"b'c\\d`, "größer 漢字 🐑", "x".repeat(200)]) {
  test(`given the odd id ${JSON.stringify(id.slice(0, 12))}, when it is added, then it is a node like any other (row 2)`, () => {
    const builder = builderOf("a");
    builder.addNode(id);
    assert.deepEqual(builder.build().nodes().toSorted(), ["a", id].toSorted());
  });
}

// ── adding edges ────────────────────────────────────────────────────────────────────────────────────────────────────

for (const kind of ["success", "failure", "always", "preferred"] as const satisfies readonly EdgeKind[]) {
  test(`given two nodes, when a ${kind} edge is added, then the graph has an edge of that kind (row 3)`, () => {
    const builder = builderOf("a, b");
    builder.addEdge({ source: "a", target: "b", kind });
    assert.equal(builder.build().edgeKind({ source: "a", target: "b" }), kind);
  });
}

test("given two nodes, when an edge is added without a kind, then it blocks until success (row 3)", () => {
  const builder = builderOf("a, b");
  builder.addEdge({ source: "a", target: "b" });
  assert.equal(builder.build().edgeKind({ source: "a", target: "b" }), "success");
});

test("given a blocking edge, when a preferred one is added between the same nodes, then it is refused (row 3)", () => {
  const builder = builderOf("a -> b");
  const { error } = failed(builder.addEdge({ source: "a", target: "b", kind: "preferred" }));
  assert.equal(error.code, "DRV_GRAPH_EDGE_EXISTS");
});

test("given an edge, when the opposite one is added raw, then the graph has both (row 3)", () => {
  const builder = builderOf("a -> b");
  builder.addEdge({ source: "b", target: "a" });
  assert.equal(builder.edgeCount, 2);
});

test("given an empty graph, when an edge from a node to itself is added, then the self-loop is named first (row 4)", () => {
  const { error } = failed(new GraphBuilder().addEdge({ source: "x", target: "x" }));
  assert.equal(error.code, "DRV_GRAPH_SELF_LOOP");
});

test("given neither end, when an edge is added, then the error names the source (row 4)", () => {
  const { error } = failed(new GraphBuilder().addEdge({ source: "from", target: "to" }));
  assert.equal(error.code, "DRV_GRAPH_NODE_NOT_FOUND");
  assert.match(error.message, /"from"/);
});

test("given only the source, when an edge is added, then the error names the target (row 4)", () => {
  const { error } = failed(builderOf("from").addEdge({ source: "from", target: "to" }));
  assert.equal(error.code, "DRV_GRAPH_NODE_NOT_FOUND");
  assert.match(error.message, /"to"/);
});

// ── loops ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test("given a chain of three, when a dependency closes the loop, then the error names all three in order (row 5)", () => {
  const builder = builderOf("a -> b -> c");
  const { error } = failed(builder.addDependency({ source: "c", target: "a" }));
  assert.equal(error.code, "DRV_GRAPH_CYCLE");
  assert.deepEqual(error.details?.["cycle"], ["a", "b", "c"]);
});

test("given a chain of three, when a dependency closes the loop, then two edges are left (row 5)", () => {
  const builder = builderOf("a -> b -> c");
  builder.addDependency({ source: "c", target: "a" });
  assert.equal(builder.edgeCount, 2);
});

test("given two ways round, when a dependency closes the loop, then the error names the shortest one (row 5)", () => {
  const builder = builderOf("a -> b -> c -> d, a -> d");
  const { error } = failed(builder.addDependency({ source: "d", target: "a" }));
  assert.deepEqual(error.details?.["cycle"], ["a", "d"]);
});

test("given a preferred edge, when a dependency points back along it, then it is refused as a loop (row 5)", () => {
  const { error } = failed(builderOf("a ~> b").addDependency({ source: "b", target: "a" }));
  assert.equal(error.code, "DRV_GRAPH_CYCLE");
});

test("given a raw loop elsewhere, when a dependency closes none, then it is accepted (row 5)", () => {
  const builder = builderOf("a -> b -> a, c, d");
  assert.equal(builder.addDependency({ source: "d", target: "c" }).ok, true);
});

test("given a raw loop, when a dependency closes another one, then it is refused (row 5)", () => {
  const builder = builderOf("a -> b -> a, c -> d");
  assert.equal(failed(builder.addDependency({ source: "d", target: "c" })).error.code, "DRV_GRAPH_CYCLE");
});

test("given a refused loop, when its other edge is removed, then the dependency is accepted (row 5)", () => {
  const builder = builderOf("a -> b");
  builder.addDependency({ source: "b", target: "a" });
  builder.removeEdge({ source: "a", target: "b" });
  assert.equal(builder.addDependency({ source: "b", target: "a" }).ok, true);
});

test("given two nodes, when edges between them are added both ways raw, then the graph has a cycle (row 6)", () => {
  assert.equal(graphOf("a -> b -> a").hasCycle(), true);
});

test("given a diamond, when it is asked for a cycle, then it has none (row 6)", () => {
  assert.equal(graphOf("a -> b -> d, a -> c -> d").hasCycle(), false);
});

test("given a loop closed by a preferred edge, when only blocking edges count, then there is no cycle (row 6)", () => {
  assert.equal(graphOf("a -> b ~> a").hasCycle({ edges: "blocking" }), false);
});

// ── neighbours, ancestors, ends ─────────────────────────────────────────────────────────────────────────────────────

test("given three edges into a node in any order, when its dependencies are asked, then they are sorted (row 7)", () => {
  assert.deepEqual(got(graphOf("c -> d, a ~> d, b -> d").dependencies("d")), ["a", "b", "c"]);
});

test("given three edges out of a node in any order, when its dependents are asked, then they are sorted (row 7)", () => {
  assert.deepEqual(got(graphOf("d -> c, d ~> a, d -> b").dependents("d")), ["a", "b", "c"]);
});

test("given an unknown id, when its dependencies are asked, then the error names it (row 7)", () => {
  const { error } = failed(graphOf("a").dependencies("ghost"));
  assert.equal(error.code, "DRV_GRAPH_NODE_NOT_FOUND");
  assert.match(error.message, /"ghost"/);
});

test("given a diamond, when the ancestors of its end are asked, then they are all others (row 8)", () => {
  assert.deepEqual(got(graphOf("a -> b -> d, a -> c ~> d").ancestors("d")), ["a", "b", "c"]);
});

test("given a diamond, when the descendants of its start are asked, then they are all others (row 8)", () => {
  assert.deepEqual(got(graphOf("a -> b -> d, a ~> c -> d").descendants("a")), ["b", "c", "d"]);
});

test("given a loop, when the ancestors of a member are asked, then the member is not among them (row 8)", () => {
  assert.deepEqual(got(graphOf("a -> b -> c -> a").ancestors("a")), ["b", "c"]);
});

test("given a node with only a preferred predecessor, when roots are asked, then it is one (row 9)", () => {
  assert.deepEqual(graphOf("a ~> b, a -> c").roots(), ["a", "b"]);
});

test("given a node with only a preferred successor, when leaves are asked, then it is none (row 10)", () => {
  assert.deepEqual(graphOf("a ~> b, c").leaves(), ["b", "c"]);
});

// ── readiness ───────────────────────────────────────────────────────────────────────────────────────────────────────

test("given nothing completed, when ready nodes are asked, then they are the roots (row 11)", () => {
  const graph = graphOf("b -> c, a -> c, a ~> b");
  assert.deepEqual(got(graph.readyNodes([])), graph.roots());
});

test("given an unfinished preferred predecessor, when ready nodes are asked, then its successor is ready (row 11)", () => {
  assert.deepEqual(got(graphOf("a ~> b").readyNodes([])), ["a", "b"]);
});

test("given one of two dependencies completed, when ready nodes are asked, then the dependent is not ready (row 11)", () => {
  assert.deepEqual(got(graphOf("a -> c, b -> c").readyNodes(["a"])), ["b"]);
});

test("given a completed node, when ready nodes are asked, then it is not ready again (row 11)", () => {
  assert.deepEqual(got(graphOf("a -> b").readyNodes(["a", "b"])), []);
});

test("given an unknown completed id, when ready nodes are asked, then the error names it (row 11)", () => {
  assert.equal(failed(graphOf("a").readyNodes(["ghost"])).error.code, "DRV_GRAPH_NODE_NOT_FOUND");
});

test("given a chain, when blocked nodes are asked, then all but the first are blocked (row 12)", () => {
  assert.deepEqual(got(graphOf("a -> b -> c").blockedNodes([])), ["b", "c"]);
});

test("given a half-finished graph, when ready and blocked are asked, then with the completed they are all (row 12)", () => {
  const graph = graphOf("a -> b -> d, a -> c -> d, e ~> c");
  const together = [...got(graph.readyNodes(["a"])), ...got(graph.blockedNodes(["a"])), "a"];
  assert.deepEqual(together.toSorted(), graph.nodes());
});

test("given all dependencies completed, when one node is asked, then it is ready (row 13)", () => {
  assert.equal(got(graphOf("a -> b").isReady("b", ["a"])), true);
});

test("given a node that is completed itself, when it is asked, then it still is ready (row 13)", () => {
  assert.equal(got(graphOf("a -> b").isReady("b", ["a", "b"])), true);
});

test("given an unknown id, when it is asked whether it is ready, then the error names it (row 13)", () => {
  assert.equal(failed(graphOf("a").isReady("ghost", [])).error.code, "DRV_GRAPH_NODE_NOT_FOUND");
});

test("given a frontier, when the last dependency completes, then the dependent is reported as ready (row 14)", () => {
  const frontier = graphOf("a -> c, b -> c").frontier();
  frontier.complete("b");
  assert.deepEqual(got(frontier.complete("a")), ["c"]);
});

test("given a completed node, when it completes once more, then nothing changes (row 14)", () => {
  const frontier = graphOf("a -> b -> c").frontier();
  frontier.complete("a");
  assert.deepEqual(got(frontier.complete("a")), []);
});

test("given a node that is blocked, when it completes early, then its dependent becomes ready (row 14)", () => {
  const frontier = graphOf("a -> b -> c").frontier();
  assert.deepEqual(got(frontier.complete("b")), ["c"]);
});

test("given a frontier, when an unknown id completes, then the error names it (row 14)", () => {
  assert.equal(failed(graphOf("a").frontier().complete("ghost")).error.code, "DRV_GRAPH_NODE_NOT_FOUND");
});

test("given a chain of 50,000 nodes, when all complete in order, then each completion releases one node (row 14)", () => {
  const frontier = chainOf(50_000).frontier();
  let completed = 0;
  for (let next = frontier.ready()[0]; next !== undefined; completed++) next = got(frontier.complete(next))[0];
  assert.deepEqual([completed, frontier.isDone], [50_000, true]);
});

// ── order ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test("given blocking and preferred edges, when sorted depth first, then all of them go forward (row 15)", () => {
  assert.deepEqual(got(graphOf("z -> a, y ~> z, b").topologicalSort()), ["y", "z", "a", "b"]);
});

test("given two chains, when sorted depth first, then each stays together (row 15)", () => {
  assert.deepEqual(got(graphOf("a -> b, c -> d").topologicalSort()), ["a", "b", "c", "d"]);
});

test("given a loop, when sorted depth first, then the error names the loop (row 15)", () => {
  const { error } = failed(graphOf("a -> b -> a").topologicalSort());
  assert.deepEqual([error.code, error.details?.["cycle"]], ["DRV_GRAPH_CYCLE", ["a", "b"]]);
});

test("given several free nodes, when sorted with Kahn, then the smallest id always comes next (row 16)", () => {
  assert.deepEqual(got(graphOf("d -> a, b -> c").topologicalSortKahn()), ["b", "c", "d", "a"]);
});

test("given a loop with a tail, when sorted with Kahn, then the error leaves the tail out (row 16)", () => {
  const { error } = failed(graphOf("start -> a -> b -> a, b -> tail").topologicalSortKahn());
  assert.deepEqual(error.details?.["cycle"], ["a", "b"]);
});

test("given a soft loop, when only blocking edges are sorted, then there is an order (row 16)", () => {
  assert.deepEqual(got(graphOf("b -> a ~> b").topologicalSortKahn({ edges: "blocking" })), ["b", "a"]);
});

test("given the same edges in another order, when sorted, then the order is the same (row 17)", () => {
  const one = graphOf("a -> c, b -> c, c -> d, a ~> b");
  const other = graphOf("d, c -> d, a ~> b, b -> c, a -> c");
  assert.deepEqual(got(one.topologicalSort()), got(other.topologicalSort()));
});

test("given another process, when it sorts the same graph, then it prints the same bytes (row 17)", () => {
  const program = `
    import { defineGraph } from "./src/dag/define-graph.ts";
    const nodes = Array.from({ length: 200 }, (_, index) => "n" + ((index * 7919) % 200));
    const edges = nodes.slice(1).map((target, index) => ({ source: nodes[index >> 1], target }));
    const { value: graph } = defineGraph({ nodes, edges });
    console.log(JSON.stringify([graph.topologicalSort(), graph.topologicalSortKahn(), graph.levels(), graph.edges()]));`;
  const print = (seed: number): string =>
    execFileSync(process.execPath, [`--hash-seed=${seed}`, "--input-type=module", "--eval", program], {
      cwd: new URL("../..", import.meta.url),
      encoding: "utf8",
    });
  assert.equal(print(1), print(2));
});

test("given a preferred edge against the order of adding, when ranked, then its source comes first (row 18)", () => {
  const graph = graphOf("b, a, a ~> b");
  const { rank } = got(softRank(graph));
  assert.ok(rankOf(graph, rank, "a") < rankOf(graph, rank, "b"));
});

test("given a preferred edge, when its source has not completed, then its target runs all the same (row 18)", () => {
  assert.equal(got(graphOf("a ~> b").isReady("b", [])), true);
});

test("given a preferred edge against a blocking one, when ranked, then it is left out with a warning (row 18)", () => {
  const { warnings } = got(softRank(graphOf("a -> b ~> a")));
  assert.deepEqual(
    warnings.map((warning) => [warning.code, warning.details]),
    [["DRV_GRAPH_SOFT_CYCLE", { source: "b", target: "a" }]],
  );
});

test("given a diamond with a tail, when levels are asked, then nodes of a level could run side by side", () => {
  assert.deepEqual(got(graphOf("a -> c -> d, a -> b -> d -> e").levels()), [["a"], ["b", "c"], ["d"], ["e"]]);
});

test("given only a preferred edge, when levels are asked, then both nodes are on the first", () => {
  assert.deepEqual(got(graphOf("a ~> b").levels()), [["a", "b"]]);
});

test("given a loop of blocking edges, when levels are asked, then the error names it", () => {
  assert.equal(failed(graphOf("a -> b -> a").levels()).error.code, "DRV_GRAPH_CYCLE");
});

// ── critical path ───────────────────────────────────────────────────────────────────────────────────────────────────

test("given durations, when the critical path is asked, then it is the longest by duration (row 19)", () => {
  const { path, length } = got(graphOf("a -> b, a -> c").criticalPath(weights({ a: 1, b: 5, c: 2 })));
  assert.deepEqual([path, length], [["a", "b"], 6]);
});

test("given a node without duration, when the critical path is asked, then it counts 0 (row 19)", () => {
  assert.equal(got(graphOf("a -> b").criticalPath(weights({ a: 3 }))).length, 3);
});

test("given a preferred edge, when the critical path is asked, then it does not lengthen the path (row 19)", () => {
  assert.equal(got(graphOf("a ~> b").criticalPath(weights({ a: 3, b: 4 }))).length, 4);
});

test("given two equally long paths, when the critical path is asked, then the smaller id wins (row 19)", () => {
  const tie = weights({ a: 1, b: 1, c: 1 });
  assert.deepEqual(got(graphOf("a -> c, a -> b").criticalPath(tie)).path, ["a", "b"]);
});

test("given a short branch, when the critical path is asked, then the branch has the difference as slack (row 19)", () => {
  const critical = got(graphOf("a -> b -> d, a -> c -> d").criticalPath(weights({ a: 1, b: 5, c: 2, d: 1 })));
  assert.deepEqual(
    ["a", "b", "c", "d"].map((id) => critical.slackOf(id)),
    [0, 0, 3, 0],
  );
});

test("given a negative duration, when the critical path is asked, then it is refused (row 19)", () => {
  const { error } = failed(graphOf("a").criticalPath(weights({ a: -1 })));
  assert.equal(error.code, "DRV_GRAPH_WEIGHT_INVALID");
});

test("given a first node of duration 0, when the critical path is asked, then the path keeps it (row 20)", () => {
  assert.deepEqual(got(graphOf("a -> b").criticalPath(weights({ a: 0, b: 5 }))).path, ["a", "b"]);
});

// ── validation ──────────────────────────────────────────────────────────────────────────────────────────────────────

test("given two disjoint loops, when cycles are asked, then there are two sorted lists (row 21)", () => {
  assert.deepEqual(graphOf("d -> c -> d, b -> a -> b, x -> c").findCycles(), [
    ["a", "b"],
    ["c", "d"],
  ]);
});

test("given a loop with a way in and a way out, when cycles are asked, then only its members are listed (row 21)", () => {
  assert.deepEqual(graphOf("in -> a -> b -> a, b -> out").findCycles(), [["a", "b"]]);
});

test("given a self-loop in raw columns, when self-loops are validated, then the error names the node (row 21)", () => {
  const graph = got(graphFromEdges({ ids: ["a", "b"], sources: Uint32Array.of(1), targets: Uint32Array.of(1) }));
  const validated = graph.validateNoSelfLoops();
  assert.deepEqual(validated.ok ? [] : validated.error.map((error) => [error.code, error.details]), [
    ["DRV_GRAPH_SELF_LOOP", { id: "b" }],
  ]);
});

test("given two isolated nodes, when connection is asked, then they are not connected (row 22)", () => {
  assert.equal(graphOf("a, b").isConnected(), false);
});

test("given nodes joined by a preferred edge and against directions, when asked, then they are connected (row 22)", () => {
  assert.equal(graphOf("a ~> c, b -> c").isConnected(), true);
});

test("given an empty graph, when connection is asked, then it is connected (row 22)", () => {
  assert.equal(new GraphBuilder().build().isConnected(), true);
});

test("given a single node, when connection is asked, then it is connected (row 22)", () => {
  assert.equal(graphOf("a").isConnected(), true);
});

test("given two parts, when connection is validated, then the error names a node of each (row 22)", () => {
  const { error } = failed(graphOf("a -> b, c -> d").validateConnected());
  assert.deepEqual([error.code, error.details], ["DRV_GRAPH_NOT_CONNECTED", { one: "a", other: "c", partCount: 2 }]);
});

// ── removing ────────────────────────────────────────────────────────────────────────────────────────────────────────

test("given a chain of three, when the middle node is removed, then no edge is left (row 23)", () => {
  const builder = builderOf("a -> b -> c");
  builder.removeNode("b");
  assert.deepEqual([builder.build().nodes(), builder.edgeCount], [["a", "c"], 0]);
});

test("given a removed node, when it is added again, then it comes without its edges (row 23)", () => {
  const builder = builderOf("a -> b");
  builder.removeNode("a");
  builder.addNode("a");
  assert.deepEqual(builder.build().edges(), []);
});

test("given no such node, when it is removed, then the error names it (row 23)", () => {
  assert.equal(failed(new GraphBuilder().removeNode("ghost")).error.code, "DRV_GRAPH_NODE_NOT_FOUND");
});

test("given no such edge, when it is removed, then that is fine and reported (row 23)", () => {
  assert.equal(got(builderOf("a, b").removeEdge({ source: "a", target: "b" })), false);
});

test("given an edge to a missing node, when it is removed, then the error names the node (row 23)", () => {
  const { error } = failed(builderOf("a").removeEdge({ source: "a", target: "ghost" }));
  assert.equal(error.code, "DRV_GRAPH_NODE_NOT_FOUND");
});

// ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test("given chosen nodes, when the subgraph is taken, then it has them and the edges among them (row 24)", () => {
  const part = got(graphOf("a -> b -> c, a ~> c").subgraph(["c", "a"]));
  assert.deepEqual([part.nodes(), part.edges()], [["a", "c"], [{ source: "a", target: "c", kind: "preferred" }]]);
});

test("given a node chosen twice, when the subgraph is taken, then it is there once (row 24)", () => {
  assert.deepEqual(got(graphOf("a, b").subgraph(["a", "a"])).nodes(), ["a"]);
});

test("given an unknown id, when the subgraph is taken, then the error names it (row 24)", () => {
  assert.equal(failed(graphOf("a").subgraph(["a", "ghost"])).error.code, "DRV_GRAPH_NODE_NOT_FOUND");
});

test("given a node in the middle, when its context is taken, then unrelated nodes are left out (row 25)", () => {
  const context = got(graphOf("a -> b -> c, a -> side, alone").inducedSubgraph("b"));
  assert.deepEqual(context.nodes(), ["a", "b", "c"]);
});

test("given edges among the context of a node, when it is taken, then they are kept (row 25)", () => {
  assert.equal(got(graphOf("a -> b -> c, a -> c").inducedSubgraph("b")).edgeCount, 3);
});

test("given a built graph, when a builder from it is changed, then the graph is not", () => {
  const graph = graphOf("a -> b");
  GraphBuilder.from(graph).removeNode("a");
  assert.deepEqual(graph.nodes(), ["a", "b"]);
});

test("given a built graph, when a builder from it builds again, then nodes, edges and order are the same", () => {
  const graph = graphOf("b -failure-> a, c -always-> a, b ~> c");
  const again = GraphBuilder.from(graph).build();
  assert.deepEqual([again.ids, again.edges()], [graph.ids, graph.edges()]);
});

// ── declaring ───────────────────────────────────────────────────────────────────────────────────────────────────────

test("given a declaration, when it is built, then the graph has its nodes and edges (row 26)", () => {
  const graph = got(defineGraph({ nodes: ["a", "b"], edges: [{ source: "a", target: "b", kind: "failure" }] }));
  assert.deepEqual(graph.edges(), [{ source: "a", target: "b", kind: "failure" }]);
});

test("given a declaration with one bad edge, when it is built, then there is one error (row 26)", () => {
  const nodes: string[] = ["a", "b"];
  const built = defineGraph({ nodes, edges: [{ source: "a", target: "c" }] });
  assert.deepEqual(codes(built), ["DRV_GRAPH_NODE_NOT_FOUND"]);
});

test("given a declaration with several mistakes, when it is built, then all are reported together (row 26)", () => {
  const built = defineGraph({
    nodes: ["a", "a", "", "b"],
    edges: [
      { source: "a", target: "a" },
      { source: "a", target: "b" },
      { source: "b", target: "a" },
    ],
  });
  assert.deepEqual(codes(built), [
    "DRV_GRAPH_NODE_EXISTS",
    "DRV_GRAPH_NODE_ID_INVALID",
    "DRV_GRAPH_SELF_LOOP",
    "DRV_GRAPH_CYCLE",
  ]);
});

// ── large graphs ────────────────────────────────────────────────────────────────────────────────────────────────────

test("given a chain of 100,000 nodes, when it is sorted, then no recursion limit is met (row 27)", () => {
  assert.equal(got(chainOf(100_000).topologicalSort()).length, 100_000);
});

test("given a chain of 100,000 nodes, when cycles are searched, then no recursion limit is met (row 27)", () => {
  assert.equal(chainOf(100_000).hasCycle(), false);
});

test("given a chain of 100,000 dependencies, when the last closes the loop, then the whole loop is named (row 27)", () => {
  const builder = GraphBuilder.from(chainOf(100_000));
  const { error } = failed(builder.addDependency({ source: "n99999", target: "n0" }));
  assert.equal(Array.isArray(error.details?.["cycle"]) && error.details["cycle"].length, 100_000);
});

// ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────────────

test("given a graph, when it is laid out, then every edge leads to a higher layer (row 86)", () => {
  const { nodes, edges } = got(layoutGraph(graphOf("a -> b -> c, a -> c, b ~> d, d -> c")));
  const layerOf = new Map(nodes.map((node) => [node.id, node.layer]));
  assert.deepEqual(
    edges.filter(({ source, target }) => (layerOf.get(source) ?? 0) >= (layerOf.get(target) ?? 0)),
    [],
  );
});

test("given a graph, when it is laid out, then nodes and edges are plain data with places and kinds (row 85)", () => {
  const { nodes, edges } = got(layoutGraph(graphOf("a -> b")));
  assert.deepEqual(JSON.parse(JSON.stringify({ nodes, edges })), {
    nodes: [
      { id: "a", layer: 0, x: 0, y: 0 },
      { id: "b", layer: 1, x: 0, y: 1 },
    ],
    edges: [{ source: "a", target: "b", kind: "success", bends: [] }],
  });
});

test("given a loop of blocking edges, when it is laid out, then the error names it (row 86)", () => {
  assert.equal(failed(layoutGraph(graphOf("a -> b -> a"))).error.code, "DRV_GRAPH_CYCLE");
});

// ── reading the pictures above ──────────────────────────────────────────────────────────────────────────────────────

const ARROWS: Readonly<Record<string, EdgeKind>> = {
  "->": "success",
  "-failure->": "failure",
  "-always->": "always",
  "~>": "preferred",
};

/** Reads `a -> b ~> c, d` into a builder: chains of edges and lone nodes, added from left to right. */
function builderOf(picture: string): GraphBuilder {
  const builder = new GraphBuilder();
  for (const chain of picture.split(", ")) {
    const words = chain.split(" ");
    for (const [at, id] of words.entries()) {
      if (at % 2 === 1) continue;
      if (!builder.has(id)) got(builder.addNode(id));
      const kind = ARROWS[words[at - 1] ?? ""];
      if (kind !== undefined) got(builder.addEdge({ source: words[at - 2] ?? "", target: id, kind }));
    }
  }
  return builder;
}

function graphOf(picture: string): Graph {
  return builderOf(picture).build();
}

/** n0 -> n1 -> n2 -> … */
function chainOf(length: number): Graph {
  const ids = Array.from({ length }, (_, index) => `n${index}`);
  const targets = Uint32Array.from({ length: length - 1 }, (_, index) => index + 1);
  return got(graphFromEdges({ ids, sources: targets.map((target) => target - 1), targets }));
}

function weights(byId: Readonly<Record<string, number>>): Map<string, number> {
  return new Map(Object.entries(byId));
}

function rankOf(graph: Graph, rank: Uint32Array, id: string): number {
  return rank[graph.indexOf(id) ?? -1] ?? -1;
}

function got<T, E>(result: Result<T, E>): T {
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.error));
  return result.value;
}

function failed<T>(result: Result<T, CodedError>): { readonly error: CodedError } {
  assert.ok(!result.ok, "expected an error");
  return result;
}

function codes<T>(result: Result<T, readonly CodedError[]>): string[] {
  return result.ok ? [] : result.error.map((error) => error.code);
}
