export const NEWLINE = 10;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const APOSTROPHE = 39;
export const COMMA = 44;
export const HYPHEN = 45;
export const COLON = 58;
export const LIST_START = 91;
export const LIST_END = 93;
export const MAP_START = 123;
export const MAP_END = 125;

/** Characters with which no simple plain scalar begins. */
export const INDICATORS: ReadonlySet<number> = new Set(
  Array.from("&*!|>%@`#,[]{}?:\"'", (character) => character.charCodeAt(0)),
);

/** Marks of documents and directives. */
export function isMarker(text: string, at: number): boolean {
  return text.startsWith("---", at) || text.startsWith("...", at) || text.charCodeAt(at) === 37;
}

/** Letters, digits and `_`. */
export function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

export function isKeyCode(code: number): boolean {
  return isWordCode(code) || code === HYPHEN || code === 46;
}

/** Whether a colon before this character separates a key from its value. */
export function endsKey(code: number, isInFlow: boolean): boolean {
  if (code === SPACE || code === NEWLINE || Number.isNaN(code)) return true;
  return isInFlow && isFlowCode(code);
}

export function isFlowCode(code: number): boolean {
  return code === COMMA || code === LIST_START || code === LIST_END || code === MAP_START || code === MAP_END;
}

export function isLetterCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}
