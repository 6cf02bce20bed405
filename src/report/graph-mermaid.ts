import { formatDuration } from "../base/duration.ts";
import type { TaskStatus } from "../engine/run-view.ts";
import type { GraphPicture, PictureEdge, PictureNode } from "./graph-picture.ts";
import { printable } from "./printable.ts";
import { statusLook, taskLook } from "./status-look.ts";

/** Fill, border and text of each state: readable on light and dark pages, and never the only sign. */
const CLASS_STYLES: readonly (readonly [TaskStatus, string])[] = [
  ["changed", "fill:#fde68a,stroke:#b45309,color:#1c1917"],
  ["unchanged", "fill:#bbf7d0,stroke:#15803d,color:#1c1917"],
  ["skipped", "fill:#e7e5e4,stroke:#78716c,color:#1c1917,stroke-dasharray:4 3"],
  ["failed", "fill:#fecaca,stroke:#b91c1c,color:#1c1917,stroke-width:3px"],
  ["cancelled", "fill:#f5d0fe,stroke:#a21caf,color:#1c1917"],
  ["notRun", "fill:#fafaf9,stroke:#a8a29e,color:#57534e,stroke-dasharray:2 2"],
  ["unknown", "fill:#f5d0fe,stroke:#a21caf,color:#1c1917,stroke-dasharray:6 3"],
  ["running", "fill:#bae6fd,stroke:#0369a1,color:#1c1917"],
  ["waiting", "fill:#e0e7ff,stroke:#4338ca,color:#1c1917"],
];

/** A plan as a Mermaid flow chart. Labels are encoded so that no text can break out of them. */
export function mermaidGraph(picture: GraphPicture): string {
  const present = new Set(picture.nodes.flatMap((node) => (node.state === undefined ? [] : [node.state.status])));
  const lines = [
    "flowchart TD",
    ...picture.nodes.map((node) => `  ${nodeText(node)}${node.state === undefined ? "" : `:::${node.state.status}`}`),
    ...picture.edges.map((edge) => `  ${edgeText(edge)}`),
    ...CLASS_STYLES.filter(([status]) => present.has(status)).map(([status, css]) => `  classDef ${status} ${css}`),
    ...criticalStyles(picture),
  ];
  return `${lines.join("\n")}\n`;
}

function nodeText(node: PictureNode): string {
  const label = [encode(node.label), `<small>${encode(node.detail)}</small>`, ...stateText(node)].join("<br>");
  switch (node.kind) {
    case "group":
      return `n${node.index}[["${label}"]]`;
    case "gate":
      return `n${node.index}{{"${label}"}}`;
    case "operation":
    case "function":
    case "script":
      return `n${node.index}["${label}"]`;
  }
}

function stateText({ state }: PictureNode): readonly string[] {
  if (state === undefined) return [];
  const look = taskLook(state);
  const duration = state.durationMs === undefined ? "" : ` ${formatDuration(state.durationMs)}`;
  return [`${look.icon} ${look.word}${duration}`];
}

function edgeText({ source, target, kind }: PictureEdge): string {
  switch (kind) {
    case "success":
      return `n${source} --> n${target}`;
    case "failure":
      return `n${source} -->|${statusLook("failed").icon} on failure| n${target}`;
    case "always":
      return `n${source} -->|always| n${target}`;
    case "preferred":
      return `n${source} -.-> n${target}`;
  }
}

function criticalStyles(picture: GraphPicture): readonly string[] {
  const critical = picture.edges.flatMap((edge, position) => (edge.isCritical ? [position] : []));
  return critical.length === 0 ? [] : [`  linkStyle ${critical.join(",")} stroke-width:3px`];
}

/** Everything but letters, digits and harmless punctuation becomes a character code, which Mermaid decodes at the end. */
function encode(text: string): string {
  return printable(text).replaceAll(
    /[^\p{L}\p{M}\p{N} .,:/_()→-]/gu,
    (character) => `#${character.codePointAt(0) ?? 63};`,
  );
}
