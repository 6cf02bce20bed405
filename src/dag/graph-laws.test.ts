import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { must } from "../base/assert.ts";
import type { Result } from "../base/result.ts";
import { type Edge, type EdgeKind, EDGE_PREFERRED } from "./edge.ts";
import { GraphBuilder } from "./graph-builder.ts";
import type { Graph } from "./graph.ts";
import { layoutGraph } from "./layout.ts";
import { longestRemaining } from "./longest-remaining.ts";
import { softRank } from "./soft-rank.ts";

// Laws that hold for every graph, checked against the plainest way to work out the same thing.

const NODE_COUNT_MAX = 9;
const kinds = fc.constantFrom<EdgeKind>("success", "failure", "always", "preferred");
/** Names whose order has nothing to do with the order in which they are added. */
const names = fc.uniqueArray(fc.constantFrom(..."qwertyuiopasdfghjkl".split("")), { maxLength: NODE_COUNT_MAX });

interface Sketch {
  readonly nodes: readonly string[];
  readonly edges: readonly Edge[];
}

/** Any graph; with `acyclic` every edge leads from an earlier to a later name. */
function sketches({ acyclic }: { readonly acyclic: boolean }): fc.Arbitrary<Sketch> {
  return names.chain((nodes) => {
    const pairs = nodes.flatMap((source, from) =>
      nodes.flatMap((target, to) => ((acyclic ? from < to : from !== to) ? [{ source, target }] : [])),
    );
    return fc
      .tuple(fc.subarray(pairs), fc.array(kinds, { minLength: pairs.length, maxLength: pairs.length }), fc.nat())
      .map(([chosen, kindOf, turn]) => ({
        nodes: nodes.map((_, at) => must(nodes[(at + turn) % nodes.length], "a rotated name")),
        edges: chosen.map((ends, at) => ({ ...ends, kind: must(kindOf[at], "a kind") })),
      }));
  });
}

const anySketch = sketches({ acyclic: false });
const acyclicSketch = sketches({ acyclic: true });

test("given any edges, when built, then the graph has exactly these edges", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      assert.deepEqual(build(sketch).edges(), sorted(sketch.edges));
    }),
  );
});

test("given an acyclic graph, when sorted either way, then every edge goes forward", () => {
  fc.assert(
    fc.property(acyclicSketch, (sketch) => {
      const graph = build(sketch);
      for (const order of [got(graph.topologicalSort()), got(graph.topologicalSortKahn())]) {
        assert.deepEqual(order.toSorted(), graph.nodes());
        for (const { source, target } of sketch.edges) assert.ok(order.indexOf(source) < order.indexOf(target));
      }
    }),
  );
});

test("given the same graph put together in another order, when asked anything, then the answers are the same", () => {
  fc.assert(
    fc.property(acyclicSketch, (sketch) => {
      const answers = (graph: Graph): unknown[] => [
        graph.nodes(),
        graph.edges(),
        graph.topologicalSort(),
        graph.topologicalSortKahn(),
        graph.levels(),
        got(graph.criticalPath(weightsOf(graph))).path,
        graph.roots(),
        graph.leaves(),
        graph.readyNodes([]),
      ];
      const turned = { nodes: sketch.nodes.toReversed(), edges: sketch.edges.toReversed() };
      assert.deepEqual(answers(build(turned)), answers(build(sketch)));
    }),
  );
});

test("given any graph, when Kahn sorts it, then the order is the smallest of all", () => {
  fc.assert(
    fc.property(acyclicSketch, (sketch) => {
      assert.deepEqual(got(build(sketch).topologicalSortKahn()), naiveSmallestOrder(sketch));
    }),
  );
});

test("given any graph, when both sorts are asked, then they fail exactly for graphs with a cycle", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const graph = build(sketch);
      assert.equal(graph.topologicalSort().ok, !graph.hasCycle());
      assert.equal(graph.topologicalSortKahn().ok, !graph.hasCycle());
      assert.equal(graph.levels().ok, !graph.hasCycle({ edges: "blocking" }));
    }),
  );
});

test("given a graph with loops, when sorting fails, then the error walks along edges all the way round", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const graph = build(sketch);
      const result = graph.topologicalSort();
      if (result.ok) return;
      const found = result.error.details?.["cycle"];
      const loop = Array.isArray(found) ? found.map(String) : [];
      assert.ok(loop.length > 0);
      for (const [at, id] of loop.entries()) {
        const next = loop[(at + 1) % loop.length];
        assert.ok(sketch.edges.some(({ source, target }) => source === id && target === next));
      }
    }),
  );
});

test("given any graph, when cycles are asked, then they are the nodes that reach each other", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      assert.deepEqual(build(sketch).findCycles(), naiveCycles(sketch));
    }),
  );
});

test("given any graph, when ancestors and descendants are asked, then they are what walking finds", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const graph = build(sketch);
      for (const id of sketch.nodes) {
        const others = graph.nodes().filter((other) => other !== id);
        assert.deepEqual(
          got(graph.descendants(id)),
          others.filter((other) => reaches(sketch, id, other)),
        );
        assert.deepEqual(
          got(graph.ancestors(id)),
          others.filter((other) => reaches(sketch, other, id)),
        );
      }
    }),
  );
});

test("given any completed nodes, when ready and blocked are asked, then the three are all nodes, each once", () => {
  fc.assert(
    fc.property(withSome(anySketch), ([sketch, completed]) => {
      const graph = build(sketch);
      const parts = [...got(graph.readyNodes(completed)), ...got(graph.blockedNodes(completed)), ...completed];
      assert.deepEqual(parts.toSorted(), graph.nodes());
    }),
  );
});

test("given any graph, when nodes complete in any order, then the frontier always equals the ready nodes", () => {
  fc.assert(
    fc.property(withSome(anySketch), ([sketch, completing]) => {
      const graph = build(sketch);
      const frontier = graph.frontier();
      const completed: string[] = [];
      for (const id of completing) {
        const before = new Set(frontier.ready());
        const released = got(frontier.complete(id));
        completed.push(id);
        assert.deepEqual(frontier.ready(), got(graph.readyNodes(completed)));
        assert.deepEqual(
          frontier.ready().filter((ready) => !before.has(ready)),
          released,
        );
      }
      assert.equal(frontier.completedCount, completed.length);
    }),
  );
});

test("given an acyclic graph, when levels are asked, then each node is one above its highest dependency", () => {
  fc.assert(
    fc.property(acyclicSketch, (sketch) => {
      const levels = got(build(sketch).levels());
      const levelOf = new Map(levels.flatMap((ids, level) => ids.map((id) => [id, level] as const)));
      for (const id of sketch.nodes) {
        const below = blocking(sketch).filter(({ target }) => target === id);
        const expected = Math.max(-1, ...below.map(({ source }) => levelOf.get(source) ?? Number.NaN)) + 1;
        assert.equal(levelOf.get(id), expected);
      }
    }),
  );
});

test("given an acyclic graph with durations, when the critical path is asked, then no path is longer", () => {
  fc.assert(
    fc.property(acyclicSketch, (sketch) => {
      const graph = build(sketch);
      const weights = weightsOf(graph);
      const { path, length } = got(graph.criticalPath(weights));
      const weigh = (ids: readonly string[]): number => ids.reduce((sum, id) => sum + (weights.get(id) ?? 0), 0);
      const all = naivePaths(sketch);
      assert.equal(length, Math.max(0, ...all.map(weigh)));
      const longest = all.filter((ids) => weigh(ids) === length).toSorted(compareLists);
      assert.deepEqual(path, longest[0] ?? []);
    }),
  );
});

test("given the slack of a node, when its duration grows by that, then the whole stays; by more, then it grows", () => {
  fc.assert(
    fc.property(acyclicSketch, (sketch) => {
      const graph = build(sketch);
      const weights = weightsOf(graph);
      const critical = got(graph.criticalPath(weights));
      for (const [id, weight] of weights) {
        const slack = must(critical.slackOf(id), "slack of a node");
        const grown = (by: number): number =>
          got(graph.criticalPath(new Map([...weights, [id, weight + by] as const]))).length;
        assert.equal(grown(slack), critical.length);
        assert.equal(grown(slack + 1), critical.length + 1);
      }
    }),
  );
});

test("given an acyclic graph, when remaining paths are asked, then each is the longest from its node", () => {
  fc.assert(
    fc.property(acyclicSketch, (sketch) => {
      const graph = build(sketch);
      const remaining = got(longestRemaining(graph));
      for (const id of sketch.nodes) {
        const lengths = naivePaths(sketch).map((path) => (path.includes(id) ? path.length - path.indexOf(id) : 0));
        assert.equal(remaining[must(graph.indexOf(id), id)], Math.max(...lengths));
      }
    }),
  );
});

test("given dependencies in any order with removals and raw edges, when added, then none ever closes a loop", () => {
  const step = fc.record({
    source: fc.nat(NODE_COUNT_MAX),
    target: fc.nat(NODE_COUNT_MAX),
    action: fc.constantFrom("dependency", "dependency", "dependency", "raw", "remove"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const builder = new GraphBuilder();
      for (let node = 0; node <= NODE_COUNT_MAX; node++) builder.addNode(`n${node}`);
      for (const { action, ...ends } of steps) {
        const edge = { source: `n${ends.source}`, target: `n${ends.target}` };
        const before = { nodes: builder.build().nodes(), edges: builder.build().edges() };
        if (action === "raw") builder.addEdge(edge);
        else if (action === "remove") builder.removeEdge(edge);
        else {
          const result = builder.addDependency(edge);
          const isLoop = edge.source === edge.target || reaches(before, edge.target, edge.source);
          assert.equal(result.ok, !isLoop && !before.edges.some((other) => sameEnds(other, edge)));
          assert.equal(builder.edgeCount, before.edges.length + (result.ok ? 1 : 0));
        }
      }
    }),
  );
});

test("given many dependencies in any order, when added, then exactly those that would close a loop are refused", () => {
  const pair = fc.record({ source: fc.nat(NODE_COUNT_MAX), target: fc.nat(NODE_COUNT_MAX) });
  fc.assert(
    fc.property(fc.array(pair, { minLength: 20, maxLength: 80 }), (pairs) => {
      const builder = new GraphBuilder();
      for (let node = 0; node <= NODE_COUNT_MAX; node++) builder.addNode(`n${node}`);
      const edges: Edge[] = [];
      for (const ends of pairs) {
        const edge = { source: `n${ends.source}`, target: `n${ends.target}`, kind: "success" } as const;
        if (edge.source === edge.target || edges.some((other) => sameEnds(other, edge))) continue;
        const isLoop = reaches({ nodes: [], edges }, edge.target, edge.source);
        assert.equal(builder.addDependency(edge).ok, !isLoop);
        if (!isLoop) edges.push(edge);
      }
    }),
    { numRuns: 300 },
  );
});

test("given any graph, when its parts are taken, then they have the chosen nodes and the edges among them", () => {
  fc.assert(
    fc.property(withSome(anySketch), ([sketch, chosen]) => {
      const part = got(build(sketch).subgraph(chosen));
      assert.deepEqual(part.nodes(), chosen.toSorted());
      const among = sketch.edges.filter(({ source, target }) => chosen.includes(source) && chosen.includes(target));
      assert.deepEqual(part.edges(), sorted(among));
      for (const id of chosen) {
        const sources = among.flatMap(({ source, target }) => (target === id ? [source] : []));
        assert.deepEqual(got(part.dependencies(id)), sources.toSorted());
      }
    }),
  );
});

test("given any graph, when a node is removed, then the rest is the subgraph without it", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const [removed, ...others] = sketch.nodes;
      if (removed === undefined) return;
      const builder = GraphBuilder.from(build(sketch));
      got(builder.removeNode(removed));
      const rest = got(build(sketch).subgraph(others));
      assert.deepEqual([builder.build().ids, builder.build().edges()], [rest.ids, rest.edges()]);
    }),
  );
});

test("given preferred edges, when ranked, then all that are kept go forward and those left out lie on loops", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const graph = build(sketch);
      const ranked = softRank(graph);
      assert.equal(ranked.ok, !graph.hasCycle({ edges: "blocking" }));
      if (!ranked.ok) return;
      const { rank, warnings } = ranked.value;
      assert.deepEqual(
        Array.from(rank).toSorted((one, other) => one - other),
        [...graph.ids.keys()],
      );
      const leftOut = warnings.map(({ details }) => details);
      const place = (id: string): number => must(rank[must(graph.indexOf(id), id)], id);
      for (const edge of sketch.edges.filter(({ kind }) => kind === "preferred")) {
        const isLeftOut = leftOut.some((ends) => ends?.["source"] === edge.source && ends["target"] === edge.target);
        if (isLeftOut) assert.ok(reaches(sketch, edge.target, edge.source));
        else assert.ok(place(edge.source) < place(edge.target));
      }
      const kept = sketch.edges.filter(
        (edge) => !leftOut.some((ends) => ends?.["source"] === edge.source && ends["target"] === edge.target),
      );
      assert.deepEqual(naiveCycles({ ...sketch, edges: kept }), []);
    }),
  );
});

test("given any graph without blocking loops, when laid out, then layers ascend and nodes keep their distance", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const graph = build(sketch);
      const layout = layoutGraph(graph);
      assert.equal(layout.ok, !graph.hasCycle({ edges: "blocking" }));
      if (!layout.ok) return;
      const { nodes, edges } = layout.value;
      const layerOf = new Map(nodes.map(({ id, layer }) => [id, layer]));
      assert.deepEqual(nodes.map(({ id }) => id).toSorted(), graph.nodes());
      for (const { source, target } of blocking(sketch)) {
        assert.ok(must(layerOf.get(source), source) < must(layerOf.get(target), target));
      }
      for (const [at, node] of nodes.entries()) {
        const next = nodes[at + 1];
        if (next?.layer === node.layer) assert.ok(next.x - node.x >= 0.99);
      }
      for (const { source, target, bends } of edges) {
        const passed = must(layerOf.get(target), target) - must(layerOf.get(source), source) - 1;
        assert.deepEqual(
          bends.map(({ y }) => y - must(layerOf.get(source), source)),
          range(Math.max(0, passed)),
        );
      }
    }),
  );
});

test("given any graph, when its rows are read, then they ascend by id and both directions agree", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const graph = build(sketch);
      const { offsets, targets, kinds: codes } = graph.incoming;
      let blockingCount = 0;
      for (const [node, id] of graph.ids.entries()) {
        const row = Array.from(targets.subarray(offsets[node], offsets[node + 1]), (at) => graph.idAt(at));
        assert.deepEqual(row, row.toSorted());
        assert.deepEqual(
          row,
          sorted(sketch.edges).flatMap(({ source, target }) => (target === id ? [source] : [])),
        );
      }
      for (const code of codes) if (code !== EDGE_PREFERRED) blockingCount++;
      assert.equal(blockingCount, blocking(sketch).length);
    }),
  );
});

// ── the plainest way to work things out ─────────────────────────────────────────────────────────────────────────────

/** A sketch together with some of its nodes in any order. */
function withSome(arbitrary: fc.Arbitrary<Sketch>): fc.Arbitrary<readonly [Sketch, readonly string[]]> {
  return arbitrary.chain((sketch) => fc.tuple(fc.constant(sketch), fc.shuffledSubarray([...sketch.nodes])));
}

function build({ nodes, edges }: Sketch): Graph {
  const builder = new GraphBuilder();
  for (const id of nodes) got(builder.addNode(id));
  for (const edge of edges) got(builder.addEdge(edge));
  return builder.build();
}

/** Small durations, some of them 0, that depend on the id alone. */
function weightsOf(graph: Graph): Map<string, number> {
  return new Map(graph.nodes().map((id) => [id, id.charCodeAt(0) % 4]));
}

function blocking({ edges }: Sketch): Edge[] {
  return edges.filter(({ kind }) => kind !== "preferred");
}

function sorted(edges: readonly Edge[]): Edge[] {
  return edges.toSorted((one, other) => compareLists([one.source, one.target], [other.source, other.target]));
}

function sameEnds(one: Pick<Edge, "source" | "target">, other: Pick<Edge, "source" | "target">): boolean {
  return one.source === other.source && one.target === other.target;
}

function compareLists(one: readonly string[], other: readonly string[]): number {
  const [left, right] = [one.join(), other.join()];
  return left === right ? 0 : left < right ? -1 : 1;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, at) => at + 1);
}

/** Whether a walk of one edge or more leads from `source` to `target`. */
function reaches({ edges }: Sketch, source: string, target: string): boolean {
  const reached = new Set<string>();
  const open = [source];
  for (const node of open) {
    for (const edge of edges) {
      if (edge.source !== node || reached.has(edge.target)) continue;
      reached.add(edge.target);
      open.push(edge.target);
    }
  }
  return reached.has(target);
}

function naiveCycles(sketch: Sketch): string[][] {
  const groups = sketch.nodes
    .toSorted()
    .filter((id) => reaches(sketch, id, id))
    .map((id) => sketch.nodes.filter((other) => reaches(sketch, id, other) && reaches(sketch, other, id)).toSorted());
  return groups.filter((group, at) => groups.findIndex((other) => other[0] === group[0]) === at);
}

function naiveSmallestOrder({ nodes, edges }: Sketch): string[] {
  const order: string[] = [];
  while (order.length < nodes.length) {
    const free = nodes.filter(
      (id) => !order.includes(id) && edges.every(({ source, target }) => target !== id || order.includes(source)),
    );
    order.push(must(free.toSorted()[0], "a free node"));
  }
  return order;
}

/** All paths by blocking edges from a root to an end. */
function naivePaths(sketch: Sketch): string[][] {
  const edges = blocking(sketch);
  const extend = (path: readonly string[]): string[][] => {
    const next = edges.filter(({ source }) => source === path.at(-1));
    return next.length === 0 ? [[...path]] : next.flatMap(({ target }) => extend([...path, target]));
  };
  return sketch.nodes.filter((id) => edges.every(({ target }) => target !== id)).flatMap((root) => extend([root]));
}

function got<T, E>(result: Result<T, E>): T {
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.error));
  return result.value;
}
