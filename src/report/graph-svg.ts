import { formatDuration } from "../base/duration.ts";
import type { LayoutPoint } from "../dag/layout.ts";
import { COLUMN_PIXELS, LAYER_PIXELS } from "./graph-json.ts";
import type { GraphPicture, PictureEdge, PictureNode } from "./graph-picture.ts";
import { printable } from "./printable.ts";
import { statusLook, taskLook } from "./status-look.ts";
import { truncate } from "./text-width.ts";

const BOX_WIDTH = 190;
const BOX_HEIGHT = 62;
const MARGIN = 24;
/** Characters of a label that fit into a box. */
const LABEL_COLUMNS = 24;
const DETAIL_COLUMNS = 29;

const STYLE = `
  svg { --paper:#ffffff; --text:#1c1917; --soft:#57534e; --line:#a8a29e; --box:#fafaf9; --strong:#1c1917;
    --changed:#b45309; --unchanged:#15803d; --failed:#b91c1c; --running:#0369a1; --waiting:#4338ca; --odd:#a21caf; }
  @media (prefers-color-scheme: dark) { svg { --paper:#1c1917; --text:#fafaf9; --soft:#d6d3d1; --line:#78716c; --box:#292524;
    --strong:#fafaf9; --changed:#fbbf24; --unchanged:#4ade80; --failed:#f87171; --running:#38bdf8; --waiting:#a5b4fc;
    --odd:#e879f9; } }
  text { font-family: ui-sans-serif, system-ui, sans-serif; fill: var(--text); }
  .paper { fill: var(--paper); }
  .box { fill: var(--box); stroke: var(--line); stroke-width: 1.5; }
  .label { font-size: 14px; font-weight: 600; }
  .detail { font-size: 11px; fill: var(--soft); }
  .state { font-size: 12px; font-weight: 600; }
  .edge { fill: none; stroke: var(--line); stroke-width: 1.5; }
  .arrow { fill: var(--line); }
  .failure { stroke: var(--failed); stroke-dasharray: 6 3; }
  .always { stroke-dasharray: 6 3; }
  .preferred { stroke-dasharray: 2 4; }
  .edge.critical { stroke: var(--strong); stroke-width: 3; }
  .box.critical { stroke-width: 3; } .stateless.critical { stroke: var(--strong); }
  .changed { stroke: var(--changed); } text.changed { fill: var(--changed); stroke: none; }
  .unchanged { stroke: var(--unchanged); } text.unchanged { fill: var(--unchanged); stroke: none; }
  .failed { stroke: var(--failed); } text.failed { fill: var(--failed); stroke: none; }
  .running { stroke: var(--running); } text.running { fill: var(--running); stroke: none; }
  .waiting { stroke: var(--waiting); } text.waiting { fill: var(--waiting); stroke: none; }
  .cancelled, .unknown { stroke: var(--odd); } text.cancelled, text.unknown { fill: var(--odd); stroke: none; }
`;

/** A plan as one self-contained SVG image: no scripts, no references; follows the reader's light or dark scheme. */
export function svgGraph(picture: GraphPicture): string {
  const width = Math.round(picture.width * COLUMN_PIXELS) + BOX_WIDTH + 2 * MARGIN;
  const height = Math.max(0, picture.layers.length - 1) * LAYER_PIXELS + BOX_HEIGHT + 2 * MARGIN;
  const title = `Plan ${picture.planName}`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...picture.edges.map((edge) => edgeShape(edge, picture)),
    ...picture.nodes.map(nodeShape),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

function nodeShape(node: PictureNode): string {
  const { x, y } = centreOf({ x: node.x, y: node.layer });
  const state = node.state;
  const look = state && taskLook(state);
  const status = look && state ? `${look.icon} ${look.word}${durationText(state.durationMs)}` : "";
  const classes = ["box", state === undefined ? "stateless" : state.status, ...(node.isCritical ? ["critical"] : [])];
  const description = [node.name, node.detail, status].filter((text) => text !== "").join(", ");
  const left = x - BOX_WIDTH / 2;
  const top = y - BOX_HEIGHT / 2;
  return [
    `<g><title>${escape(description)}</title>`,
    node.kind === "group"
      ? `<rect class="box" x="${left + 5}" y="${top - 5}" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" rx="8"/>`
      : "",
    `<rect class="${classes.join(" ")}" x="${left}" y="${top}" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" rx="${node.kind === "gate" ? 31 : 8}"/>`,
    textShape("label", { x, y: y - 12, text: truncate(printable(node.label), LABEL_COLUMNS) }),
    textShape("detail", { x, y: y + 5, text: truncate(printable(node.detail), DETAIL_COLUMNS) }),
    look && state ? textShape(`state ${state.status}`, { x, y: y + 22, text: status }) : "",
    "</g>",
  ].join("");
}

function textShape(
  classes: string,
  { x, y, text }: { readonly x: number; readonly y: number; readonly text: string },
): string {
  return `<text class="${classes}" x="${x}" y="${y}" text-anchor="middle">${escape(text)}</text>`;
}

function edgeShape(edge: PictureEdge, picture: GraphPicture): string {
  const source = picture.nodes[edge.source];
  const target = picture.nodes[edge.target];
  if (source === undefined || target === undefined) return "";
  const start = centreOf({ x: source.x, y: source.layer });
  const end = centreOf({ x: target.x, y: target.layer });
  const points = [
    { x: start.x, y: start.y + BOX_HEIGHT / 2 },
    ...edge.bends.map(centreOf),
    { x: end.x, y: end.y - BOX_HEIGHT / 2 - 6 },
  ];
  const classes = ["edge", ...(edge.kind === "success" ? [] : [edge.kind]), ...(edge.isCritical ? ["critical"] : [])];
  const tip = points.at(-1) ?? end;
  const arrow = `<path class="arrow" d="M${tip.x - 4} ${tip.y}h8l-4 6z"/>`;
  return `<path class="${classes.join(" ")}" d="${curveThrough(points)}"/>${arrow}${edgeLabel(edge, points)}`;
}

/** The condition in words: a dashed line alone would say nothing to those who cannot see it. */
function edgeLabel({ kind }: PictureEdge, points: readonly LayoutPoint[]): string {
  if (kind === "success" || kind === "preferred") return "";
  const [first, second] = points;
  if (first === undefined || second === undefined) return "";
  const text = kind === "failure" ? `${statusLook("failed").icon} on failure` : "always";
  return textShape("detail", { x: (first.x + second.x) / 2 + 34, y: (first.y + second.y) / 2 + 4, text });
}

/** Vertical tangents at every point: lines leave boxes at the bottom and arrive at the top. */
function curveThrough(points: readonly LayoutPoint[]): string {
  let path = "";
  let last: LayoutPoint | undefined;
  for (const point of points) {
    if (last === undefined) path = `M${point.x} ${point.y}`;
    else {
      const middle = Math.round((last.y + point.y) / 2);
      path += `C${last.x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`;
    }
    last = point;
  }
  return path;
}

function centreOf({ x, y }: LayoutPoint): LayoutPoint {
  return {
    x: Math.round(x * COLUMN_PIXELS) + BOX_WIDTH / 2 + MARGIN,
    y: Math.round(y * LAYER_PIXELS) + BOX_HEIGHT / 2 + MARGIN,
  };
}

function durationText(durationMs: number | undefined): string {
  return durationMs === undefined ? "" : ` ${formatDuration(durationMs)}`;
}

/** Text and attribute values; {@link printable} has taken out what XML does not allow at all. */
function escape(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll(/[\ufffe\uffff]/g, "");
}
