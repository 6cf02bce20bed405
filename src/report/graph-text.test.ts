import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { fakeCompiledPlan } from "../testing/fake-compiled-plan.ts";
import { pictureOf } from "./graph-picture.ts";
import { drawRails } from "./graph-rails.ts";
import { graphText } from "./graph-text.ts";

const HOSTILE_TITLES = [
  '"]; evil[shape=box]; x["',
  "</title><script>alert(1)</script>",
  "]]>&amp;<!--",
  "`code` **bold** #quot; %%{init: {}}%%",
  "line one\nline two\r\u001b[31m",
  "\\N \\G \\l \\",
  "end\u0000\uffff",
];

function planWithTitles(titles: readonly string[]): CompiledPlan {
  return fakeCompiledPlan(
    "hostile",
    titles.map((title, at) => ({ name: `task${at}`, title, ...(at > 0 && { after: [`task${at - 1}`] }) })),
  );
}

test("given hostile titles, when a plan is drawn as SVG, then no markup but ours is in it", () => {
  const svg = graphText(pictureOf(planWithTitles(HOSTILE_TITLES)), { format: "svg" });
  const tags = new Set([...svg.matchAll(/<\/?([a-z]+)/gi)].map((match) => match[1]));
  assert.deepEqual(tags, new Set(["svg", "title", "style", "rect", "path", "g", "text"]));
  assert.doesNotMatch(svg.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, ""), /&/);
  assert.doesNotMatch(svg, /(?:href|url\(|@import|<script)/);
});

test("given hostile titles, when a plan is drawn as DOT, then every quote inside a label is escaped", () => {
  const dot = graphText(pictureOf(planWithTitles(HOSTILE_TITLES)), { format: "dot" });
  for (const line of dot.split("\n").filter((text) => text.includes("label="))) {
    assert.match(line, /^ {2}n\d+ \[label="(?:[^"\\]|\\.)*"(?:, \w+=(?:[\w.]+|"[^"]*"))*\];$/);
  }
});

test("given hostile titles, when a plan is drawn as Mermaid, then labels hold no character with a meaning", () => {
  const mermaid = graphText(pictureOf(planWithTitles(HOSTILE_TITLES)), { format: "mermaid" });
  for (const line of mermaid.split("\n").filter((text) => /^ {2}n\d+\["/.test(text))) {
    const label = line.slice(line.indexOf('["') + 2, -2).replaceAll(/<br>|<\/?small>/g, "");
    assert.doesNotMatch(label.replaceAll(/#\d+;/g, ""), /["'`<>[\]{}|#;%*&\\]/);
  }
});

test("given hostile titles, when a plan is drawn as text, then each task is one line without control characters", () => {
  const text = graphText(pictureOf(planWithTitles(HOSTILE_TITLES)));
  assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
});

test("given hostile titles, when a plan is drawn as JSON, then it is read back unchanged", () => {
  const text = graphText(pictureOf(planWithTitles(HOSTILE_TITLES)), { format: "json" });
  const { nodes } = z.object({ nodes: z.array(z.object({ label: z.string() })) }).parse(JSON.parse(text));
  assert.deepEqual(
    nodes.map((node) => node.label),
    HOSTILE_TITLES,
  );
});

/** Random plans: each task depends on some of the tasks before it. */
const PLAN = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 20 }).map((rows) =>
  fakeCompiledPlan(
    "random",
    rows.map((before, at) => ({
      name: `t${at}`,
      after: at === 0 ? [] : [...new Set(before.map((place) => `t${place % at}`))],
    })),
  ),
);

test("given any plan, when it is drawn, then every edge leads to a higher layer", () => {
  fc.assert(
    fc.property(PLAN, (plan) => {
      const { nodes, edges } = pictureOf(plan);
      for (const { source, target } of edges) assert.ok((nodes[source]?.layer ?? 0) < (nodes[target]?.layer ?? 0));
    }),
  );
});

test("given any plan, when critical nodes are flagged, then they are the critical path", () => {
  fc.assert(
    fc.property(PLAN, (plan) => {
      const path = plan.graph.criticalPath(Float64Array.from(plan.tasks, () => 1));
      const flagged = pictureOf(plan)
        .nodes.filter((node) => node.isCritical)
        .map((node) => node.name);
      assert.ok(path.ok);
      assert.deepEqual(new Set(flagged), new Set(path.value.path));
    }),
  );
});

/** Follows the rails of a drawing downwards from each task and collects the tasks they lead to. */
function edgesDrawn(rows: NonNullable<ReturnType<typeof drawRails>>): Set<string> {
  const edges = new Set<string>();
  for (const [start, row] of rows.entries()) {
    if (row.node === undefined || row.nodeColumn === undefined) continue;
    let open = new Set([row.nodeColumn]);
    for (const next of rows.slice(start + 1)) {
      open = stepDown(open, next, (target) => edges.add(`${row.node}>${target}`));
    }
  }
  return edges;
}

const DOWN = new Set("│├┤┼┬╭╮");
const UP = new Set("│├┤┼┴╰╯");
const LEFT = new Set("─┤┼┬┴╮╯");
const RIGHT = new Set("─├┼┬┴╭╰");

function stepDown(
  open: ReadonlySet<number>,
  row: { glyphs: readonly string[]; node?: number; nodeColumn?: number },
  reached: (node: number) => void,
): Set<number> {
  const next = new Set<number>();
  for (const column of open) {
    const glyph = row.glyphs[column] ?? " ";
    if (row.node !== undefined && column === row.nodeColumn) reached(row.node);
    else if (row.node !== undefined) next.add(column);
    else if (glyph === "│") next.add(column);
    else if (UP.has(glyph)) for (const end of joinedWith(row.glyphs, column)) next.add(end);
  }
  return next;
}

/** Cells of a horizontal line through `column` that go on downwards; rails that pass behind it are not joined. */
function joinedWith(glyphs: readonly string[], column: number): readonly number[] {
  const ends = DOWN.has(glyphs[column] ?? " ") ? [column] : [];
  for (const [step, joins] of [
    [-1, LEFT],
    [1, RIGHT],
  ] as const) {
    if (!joins.has(glyphs[column] ?? " ")) continue;
    for (let at = column + step; at >= 0 && at < glyphs.length; at += step) {
      const glyph = glyphs[at] ?? " ";
      if (glyph === "│" || glyph === "─") continue;
      if (DOWN.has(glyph)) ends.push(at);
      if (!joins.has(glyph)) break;
    }
  }
  return ends;
}

test("given any plan, when its rails are followed by eye, then no edge is missing", () => {
  fc.assert(
    fc.property(PLAN, (plan) => {
      const picture = pictureOf(plan);
      const rows = drawRails(picture, { railsMax: 100 });
      assert.ok(rows !== undefined);
      const drawn = edgesDrawn(rows);
      for (const { source, target } of picture.edges)
        assert.ok(drawn.has(`${source}>${target}`), `${source} to ${target}`);
    }),
  );
});

test("given a plan too wide for rails, when it is drawn as text, then its levels are listed", () => {
  const names = Array.from({ length: 60 }, (_, at) => `source${at}`);
  const sinks = names.map((name, at) => ({ name: `sink${at}`, after: [name] }));
  const text = graphText(pictureOf(fakeCompiledPlan("wide", [...names.map((name) => ({ name })), ...sinks])));
  assert.match(text, /^Level 1 \(60\)\n/);
  assert.match(text, /sink59 .*← source59\n/);
});
