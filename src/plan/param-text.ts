import { toJson, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";

const NUMBER = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Reads a text from a command line as a value of a JSON Schema type. What does not read as that type stays text, so that the
 * schema says what is wrong with it.
 */
export function valueFromText(text: string, type: unknown): JsonValue {
  switch (type) {
    case "integer":
    case "number":
      return NUMBER.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "array":
    case "object":
    case "null":
      return fromJson(text);
    default:
      return text;
  }
}

function fromJson(text: string): JsonValue {
  try {
    const parsed: unknown = JSON.parse(text);
    const copied = toJson(parsed, { bytesMax: RESULT_BYTES_MAX });
    return copied.ok ? copied.value : text;
  } catch {
    return text;
  }
}
