import type { CodedError } from "../base/coded-error.ts";
import { NAME_LENGTH_MAX } from "../base/limits.ts";
import { nodeIdInvalid } from "./graph-error.ts";

/**
 * Checks that `id` can name a node: 1 to {@link NAME_LENGTH_MAX} characters, not blank, no control characters.
 * Everything else is welcome, `__proto__` and `; rm -rf` included: ids are only ever compared.
 * @returns `DRV_GRAPH_NODE_ID_INVALID`, or `undefined` when the id is fine
 */
export function checkNodeId(id: string): CodedError | undefined {
  if (id.length === 0) return nodeIdInvalid(id, "it is empty");
  if (id.length > NAME_LENGTH_MAX) {
    return nodeIdInvalid(id, `it has ${id.length} characters, and ${NAME_LENGTH_MAX} are allowed`);
  }
  let isBlank = true;
  for (let position = 0; position < id.length; position++) {
    const unit = id.charCodeAt(position);
    if (isControl(unit)) return nodeIdInvalid(id, `it contains the control character U+${hex(unit)}`);
    // Letters and digits settle the question without the slower look at Unicode white space.
    if (isBlank && (isAlphanumeric(unit) || id.charAt(position).trim() !== "")) isBlank = false;
  }
  return isBlank ? nodeIdInvalid(id, "it is blank") : undefined;
}

/** C0, DEL and C1: what moves a cursor or ends a string instead of showing. */
function isControl(unit: number): boolean {
  return unit < 0x20 || (unit >= 0x7f && unit < 0xa0);
}

function isAlphanumeric(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39);
}

function hex(unit: number): string {
  return unit.toString(16).toUpperCase().padStart(4, "0");
}
