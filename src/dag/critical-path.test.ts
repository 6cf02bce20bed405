import assert from "node:assert/strict";
import { test } from "node:test";

import { defineGraph } from "./define-graph.ts";

const chain = defineGraph({
  nodes: ["a", "b", "c", "side"],
  edges: [
    { source: "a", target: "b" },
    { source: "b", target: "c" },
    { source: "a", target: "side", kind: "preferred" },
  ],
});

test("given durations that do not add up exactly, when slack is asked, then it is exactly 0 on the path", () => {
  assert.ok(chain.ok);
  const critical = chain.value.criticalPath(
    new Map([
      ["a", 0.3],
      ["b", 0.2],
      ["c", 0.1],
    ]),
  );
  assert.deepEqual(critical.ok && (["a", "b", "c"] as const).map((id) => critical.value.slackOf(id)), [0, 0, 0]);
});

test("given a weight for an unknown id, when the critical path is asked, then it counts nothing", () => {
  const nodes: string[] = ["a"];
  const single = defineGraph({ nodes });
  const found =
    single.ok &&
    single.value.criticalPath(
      new Map([
        ["ghost", 100],
        ["a", 1],
      ]),
    );
  assert.ok(found && found.ok);
  assert.deepEqual([found.value.length, found.value.slackOf("ghost")], [1, undefined]);
});

test("given an empty graph, when the critical path is asked, then it is empty and has no length", () => {
  const nodes: string[] = [];
  const empty = defineGraph({ nodes });
  const found = empty.ok && empty.value.criticalPath(new Map());
  assert.ok(found && found.ok);
  assert.deepEqual([found.value.path, found.value.length], [[], 0]);
});

test("given weights by index, when the critical path is asked, then they are taken as they are", () => {
  assert.ok(chain.ok);
  const found = chain.value.criticalPath(Float64Array.of(1, 2, 3, 10));
  assert.ok(found.ok);
  assert.deepEqual([found.value.path, found.value.length, Array.from(found.value.slack)], [["side"], 10, [4, 4, 4, 0]]);
});
