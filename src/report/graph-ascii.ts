import { formatDuration } from "../base/duration.ts";
import type { GraphPicture, PictureNode } from "./graph-picture.ts";
import { drawRails, type RailRow } from "./graph-rails.ts";
import { span, type Line, type Span, type TextStyle } from "./line.ts";
import { printable } from "./printable.ts";
import { taskLook } from "./status-look.ts";
import { padEnd, textWidth } from "./text-width.ts";

/** A picture wider than this is given as a list of levels. */
const RAILS_MAX = 24;

/**
 * A plan as a drawing for terminals: one row a task, dependencies above dependents, joined by lines. Conditions other than
 * success are written beside the task. Plans too wide for that are listed by level.
 */
export function asciiGraph(picture: GraphPicture, style: TextStyle): readonly Line[] {
  if (picture.nodes.length === 0) return [[span("(no tasks)", "dim")]];
  const rows = drawRails(picture, { railsMax: RAILS_MAX });
  return rows === undefined ? levelList(picture, style) : railLines(rows, picture, style);
}

function railLines(rows: readonly RailRow[], picture: GraphPicture, style: TextStyle): readonly Line[] {
  const conditions = conditionTexts(picture);
  const nodeRows = rows.flatMap((row) => (row.node === undefined ? [] : [row.glyphs.length]));
  const railColumns = Math.max(...nodeRows);
  const nameColumns = Math.min(40, Math.max(...picture.nodes.map((node) => textWidth(printable(node.name)))));
  return rows.map((row): Line => {
    const node = row.node === undefined ? undefined : picture.nodes[row.node];
    if (node === undefined) return [span(railText(row.glyphs, style), "dim")];
    const at = row.nodeColumn ?? 0;
    return [
      span(railText(row.glyphs.slice(0, at), style), "dim"),
      marker(node, style),
      span(padEnd(railText(row.glyphs.slice(at + 1), style), railColumns - at - 1), "dim"),
      "  ",
      ...nodeText(node, nameColumns, conditions.get(node.index) ?? ""),
    ];
  });
}

function nodeText(node: PictureNode, nameColumns: number, condition: string): Line {
  const state = node.state;
  const look = state && taskLook(state);
  const name = padEnd(printable(node.name), nameColumns);
  return [
    node.isCritical ? span(name, "bold") : name,
    ...(look && state
      ? [span(`  ${padEnd(look.word, 12)}`, look.ink), span(padEnd(durationText(state.durationMs), 7), "dim")]
      : []),
    span(`  ${node.detail}`, "dim"),
    span(condition, "yellow"),
  ];
}

function marker(node: PictureNode, style: TextStyle): Span {
  if (node.state !== undefined) {
    const look = taskLook(node.state);
    return span(style.hasUnicode ? look.icon : look.asciiIcon, look.ink);
  }
  const icons = node.kind === "group" ? ["▣", "#"] : node.kind === "gate" ? ["◆", "+"] : ["●", "*"];
  return span((style.hasUnicode ? icons[0] : icons[1]) ?? "*", "cyan");
}

/** `  when deploy failed`, `  always after deploy`, for edges that do not wait for success. */
function conditionTexts(picture: GraphPicture): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  for (const { source, target, kind } of picture.edges) {
    if (kind === "success") continue;
    const name = printable(picture.nodes[source]?.name ?? "");
    const text =
      kind === "failure" ? `when ${name} failed` : kind === "always" ? `always after ${name}` : `rather after ${name}`;
    texts.set(target, `${texts.get(target) ?? " "} (${text})`);
  }
  return texts;
}

function levelList(picture: GraphPicture, style: TextStyle): readonly Line[] {
  const after = new Map<number, string[]>();
  for (const { source, target, kind } of picture.edges) {
    if (kind === "preferred") continue;
    const names = after.get(target);
    const name = printable(picture.nodes[source]?.name ?? "");
    if (names === undefined) after.set(target, [name]);
    else names.push(name);
  }
  return picture.layers.flatMap((nodes, layer) => [
    [span(`Level ${layer + 1}`, "bold"), span(` (${nodes.length})`, "dim")],
    ...nodes.map((index): Line => {
      const node = picture.nodes[index];
      if (node === undefined) return [];
      const names = after.get(index) ?? [];
      const shown =
        names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
      return [
        "  ",
        marker(node, style),
        " ",
        ...nodeText(node, 0, ""),
        span(shown === "" ? "" : `  ← ${shown}`, "dim"),
      ];
    }),
  ]);
}

function durationText(durationMs: number | undefined): string {
  return durationMs === undefined ? "" : formatDuration(durationMs);
}

const ASCII_RAILS: Readonly<Record<string, string>> = {
  "│": "|",
  "─": "-",
  "├": "+",
  "┤": "+",
  "┼": "+",
  "┬": "+",
  "┴": "+",
  "╭": "+",
  "╮": "+",
  "╰": "+",
  "╯": "+",
};

function railText(glyphs: readonly string[], style: TextStyle): string {
  return (style.hasUnicode ? glyphs : glyphs.map((glyph) => ASCII_RAILS[glyph] ?? glyph)).join("");
}
