import { must } from "../../base/assert.ts";
import { encodeText } from "./content-change.ts";

/** The bytes of content given as text or as base64; the schema has seen to it that one is there and valid. */
export function givenContent(params: {
  readonly content?: string | undefined;
  readonly contentBase64?: string | undefined;
}): Uint8Array {
  if (params.content !== undefined) return encodeText(params.content);
  const binary = atob(must(params.contentBase64, "Neither content nor contentBase64 is given"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
