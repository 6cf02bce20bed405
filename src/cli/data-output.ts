import { unreachable } from "../base/assert.ts";
import type { JsonValue } from "../base/json.ts";
import { escapedJson, needsEscape } from "../report/printable.ts";
import type { OutputStream } from "./output-stream.ts";

export const OUTPUT_FORMATS = ["human", "plain", "json", "ndjson", "yaml"] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The formats that are for programs: standard output then holds data only. */
export type DataFormat = Exclude<OutputFormat, "human" | "plain">;

export function isDataFormat(format: OutputFormat): format is DataFormat {
  return format !== "human" && format !== "plain";
}

/** One value as a line of NDJSON, harmless for a terminal. */
export function jsonLine(value: JsonValue): string {
  return `${escapedJson(JSON.stringify(value))}\n`;
}

/** Writes one value. As NDJSON a list is one line an item. */
export async function writeData(value: JsonValue, format: DataFormat, stream: OutputStream): Promise<void> {
  switch (format) {
    case "json":
      return stream.write(`${escapedJson(JSON.stringify(value, undefined, 2))}\n`);
    case "ndjson": {
      const items: readonly JsonValue[] = Array.isArray(value) ? value : [value];
      for (const item of items) stream.write(jsonLine(item));
      return;
    }
    case "yaml":
      return stream.write(await yamlText(value));
    default:
      return unreachable(format);
  }
}

/** A line that a build server takes for an order, however far it is indented. */
const SERVER_COMMAND = /^\s*(?:::|##)/m;

async function yamlText(value: JsonValue): Promise<string> {
  const { Document, visit } = await import("yaml");
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== "string") return;
      if (needsEscape(node.value) || SERVER_COMMAND.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  // A folded text could begin a line with what a build server obeys.
  return escapedJson(document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }));
}
