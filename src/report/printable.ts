/** Characters of one text that are looked at: more never fits a terminal and would only cost time. */
const TEXT_LENGTH_MAX = 100_000;

/** An escape sequence without its leading ESC: control sequences, then two- and three-character ones. */
const SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-~])/;
/** What opens a string sequence (OSC, DCS, SOS, PM, APC), which runs to BEL or to the next ESC. */
const STRING_SEQUENCE = /^[\]PX^_]/;
const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** Control characters, and those that reorder text so that it reads differently from what it is. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Those of them that JSON leaves as they are inside its strings. */
const RAW_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Whether a text holds what {@link escapedJson} escapes. */
export function needsEscape(text: string): boolean {
  return text.search(RAW_IN_JSON) !== -1;
}

/**
 * JSON text, or YAML whose strings with such characters are in double quotes, that a terminal does not obey and that
 * reads back as the same value. JSON alone escapes the older control characters only.
 */
export function escapedJson(text: string): string {
  return text.replace(RAW_IN_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Makes text from a host or a plan harmless for a terminal, on one line: no escape sequences, no control characters, no
 * bidirectional overrides; line breaks and tabs become spaces. Text that has none of these is returned as it is.
 */
export function printable(text: string): string {
  return printableLines(text).join(" ");
}

/** The lines of a text, each {@link printable}. A final line break does not make an empty line. */
export function printableLines(text: string): readonly string[] {
  const cut = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
  const lines = withoutSequences(cut.toWellFormed()).split(LINE_BREAK);
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replaceAll("\t", "  ").replace(UNPRINTABLE, ""));
}

function withoutSequences(text: string): string {
  const [start = "", ...parts] = text.split("\u001b");
  return start + parts.map(afterSequence).join("");
}

/** What is left of a part that followed an ESC once the sequence is taken off. */
function afterSequence(part: string): string {
  if (!STRING_SEQUENCE.test(part)) return part.replace(SEQUENCE, "");
  const end = part.indexOf("\u0007");
  return end === -1 ? "" : part.slice(end + 1);
}
