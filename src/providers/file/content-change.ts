import { sha256, type JsonValue } from "../../base/json.ts";
import { unifiedDiff } from "../../base/unified-diff.ts";
import type { Change } from "../../operation/outcome.ts";

export interface ContentChangeInput {
  readonly path: string;
  /** `undefined`: there was none, or it is too large to look at. */
  readonly before: Uint8Array | undefined;
  /** `undefined`: there will be none. */
  readonly after: Uint8Array | undefined;
  /** Shows neither text nor hash: a hash gives away short secrets. */
  readonly isSecret?: boolean;
}

/** A change of content with hashes, and a unified diff when both sides are text. */
export function contentChange(input: ContentChangeInput): Change {
  if (input.isSecret === true) return { property: "content" };
  const before = input.before === undefined ? "" : decodeText(input.before);
  const after = input.after === undefined ? "" : decodeText(input.after);
  const missing = input.before === undefined ? "before" : input.after === undefined ? "after" : undefined;
  const diff =
    before === undefined || after === undefined
      ? ""
      : unifiedDiff({ before, after, path: input.path, ...(missing === undefined ? {} : { missing }) });
  return {
    property: "content",
    before: summary(input.before),
    after: summary(input.after),
    ...(diff === "" ? {} : { diff }),
  };
}

/** The bytes as text; `undefined` when they are binary: not UTF-8, or with NUL. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function summary(content: Uint8Array | undefined): JsonValue {
  return content === undefined ? null : { sha256: sha256(content), sizeBytes: content.byteLength };
}
