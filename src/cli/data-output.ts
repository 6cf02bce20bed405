import { unreachable } from "../base/assert.ts";
import type { JsonValue } from "../base/json.ts";
import type { OutputStream } from "./output-stream.ts";

export const OUTPUT_FORMATS = ["human", "plain", "json", "ndjson", "yaml"] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The formats that are for programs: standard output then holds data only. */
export type DataFormat = Exclude<OutputFormat, "human" | "plain">;

export function isDataFormat(format: OutputFormat): format is DataFormat {
  return format !== "human" && format !== "plain";
}

/** Writes one value. As NDJSON a list is one line an item. */
export async function writeData(value: JsonValue, format: DataFormat, stream: OutputStream): Promise<void> {
  switch (format) {
    case "json":
      return stream.write(`${JSON.stringify(value, undefined, 2)}\n`);
    case "ndjson": {
      const items: readonly JsonValue[] = Array.isArray(value) ? value : [value];
      for (const item of items) stream.write(`${JSON.stringify(item)}\n`);
      return;
    }
    case "yaml": {
      const { stringify } = await import("yaml");
      return stream.write(stringify(value, { aliasDuplicateObjects: false }));
    }
    default:
      return unreachable(format);
  }
}
