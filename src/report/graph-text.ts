import { unreachable } from "../base/assert.ts";
import { asciiGraph } from "./graph-ascii.ts";
import { dotGraph } from "./graph-dot.ts";
import { jsonGraph } from "./graph-json.ts";
import { mermaidGraph } from "./graph-mermaid.ts";
import type { GraphPicture } from "./graph-picture.ts";
import { svgGraph } from "./graph-svg.ts";
import { formatLines, PLAIN_STYLE, type TextStyle } from "./line.ts";
import { escapedJson } from "./printable.ts";

export const GRAPH_FORMATS = ["ascii", "mermaid", "dot", "json", "svg"] as const;

export type GraphFormat = (typeof GRAPH_FORMATS)[number];

export interface GraphTextOptions {
  /** Default `ascii`. */
  readonly format?: GraphFormat;
  /** For `ascii` only. Default: no colours, Unicode, any width. */
  readonly style?: TextStyle;
}

/** A picture of a plan in one of the formats, ending with a line break. No name or title can break out of its format. */
export function graphText(picture: GraphPicture, options: GraphTextOptions = {}): string {
  const style = options.style ?? PLAIN_STYLE;
  const format = options.format ?? "ascii";
  switch (format) {
    case "ascii":
      return formatLines(asciiGraph(picture, style), style);
    case "mermaid":
      return mermaidGraph(picture);
    case "dot":
      return dotGraph(picture);
    case "json":
      return `${escapedJson(JSON.stringify(jsonGraph(picture), undefined, 2))}\n`;
    case "svg":
      return svgGraph(picture);
    default:
      return unreachable(format);
  }
}
