import { formatDuration } from "../base/duration.ts";
import type { GraphPicture, PictureEdge, PictureNode } from "./graph-picture.ts";
import { printable } from "./printable.ts";
import { taskLook } from "./status-look.ts";

/** A plan in the DOT language of Graphviz. */
export function dotGraph(picture: GraphPicture): string {
  const lines = [
    `digraph ${quote(picture.planName)} {`,
    `  rankdir=TB;`,
    `  node [shape=box, style="rounded,filled", fillcolor="#f5f5f4", fontname="sans-serif"];`,
    ...picture.nodes.map((node) => `  n${node.index} [${nodeAttributes(node)}];`),
    ...picture.edges.map((edge) => `  n${edge.source} -> n${edge.target}${edgeAttributes(edge)};`),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function nodeAttributes(node: PictureNode): string {
  const { state } = node;
  const look = state && taskLook(state);
  const lines = [node.label, node.detail];
  if (look && state)
    lines.push(
      `${look.icon} ${look.word}${state.durationMs === undefined ? "" : ` ${formatDuration(state.durationMs)}`}`,
    );
  const attributes = [`label=${quoteLines(lines)}`];
  if (node.kind === "group") attributes.push("shape=box3d");
  if (node.kind === "gate") attributes.push("shape=hexagon");
  if (node.isCritical) attributes.push("penwidth=2.5");
  if (state !== undefined) attributes.push(`fillcolor="${fillOf(state.status)}"`);
  return attributes.join(", ");
}

function edgeAttributes({ kind, isCritical }: PictureEdge): string {
  const attributes: string[] = [];
  if (kind === "failure") attributes.push(`label="on failure"`, `color="#b91c1c"`);
  if (kind === "always") attributes.push(`label="always"`);
  if (kind === "preferred") attributes.push("style=dotted", "constraint=false");
  if (isCritical) attributes.push("penwidth=2.5");
  return attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`;
}

function fillOf(status: NonNullable<PictureNode["state"]>["status"]): string {
  switch (status) {
    case "changed":
      return "#fde68a";
    case "unchanged":
      return "#bbf7d0";
    case "failed":
      return "#fecaca";
    case "cancelled":
    case "unknown":
      return "#f5d0fe";
    case "running":
      return "#bae6fd";
    case "waiting":
    case "ready":
      return "#e0e7ff";
    case "skipped":
    case "notRun":
    case "pending":
      return "#f5f5f4";
  }
}

function quote(text: string): string {
  return `"${escape(text)}"`;
}

function quoteLines(lines: readonly string[]): string {
  return `"${lines.map(escape).join("\\n")}"`;
}

/** Inside quotes DOT knows only `\"`, and the label escapes that start with a backslash. */
function escape(text: string): string {
  return printable(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
