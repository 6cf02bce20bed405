import type { ScalarEvent } from "js-yaml";

const DOUBLE_QUOTED = 3;
const BACKSLASH = 92;
const ESCAPE_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["x", 4],
  ["u", 6],
  ["U", 10],
]);

/**
 * Where in the source the character with number `index` of a decoded scalar stands. Exact for texts on one line, for
 * literal blocks and for escapes; inside folded lines the nearest character.
 */
export function sourceOffset(source: string, event: ScalarEvent, index: number): number {
  if (event.fast) return event.valueStart + index;
  const walk = { at: event.valueStart, done: 0 };
  while (walk.done < index && walk.at < event.valueEnd) step(source, event, walk);
  if (isBlock(event)) skipIndent(source, event, walk);
  return Math.min(walk.at, event.valueEnd);
}

interface Walk {
  at: number;
  done: number;
}

/** Moves over what becomes one character of the value. */
function step(source: string, event: ScalarEvent, walk: Walk): void {
  if (isBlock(event)) {
    skipIndent(source, event, walk);
    if (source[walk.at] === "\r") walk.at++;
    walk.at++;
    walk.done++;
    return;
  }
  const code = source.charCodeAt(walk.at);
  if (event.style === DOUBLE_QUOTED && code === BACKSLASH) {
    const kind = source[walk.at + 1] ?? "";
    walk.at += ESCAPE_LENGTHS.get(kind) ?? 2;
    walk.done += kind === "\n" ? 0 : 1;
  } else if (code === 39 && source.charCodeAt(walk.at + 1) === 39 && event.style !== DOUBLE_QUOTED) {
    walk.at += 2;
    walk.done++;
  } else if (code === 10 || code === 13) {
    // A line break, with the white space around it, is one space.
    while (/[\s]/.test(source[walk.at] ?? "x")) walk.at++;
    walk.done++;
  } else {
    walk.at++;
    walk.done++;
  }
}

function isBlock({ style }: ScalarEvent): boolean {
  return style > DOUBLE_QUOTED;
}

/** At the beginning of a line of a block its indent is no part of the value. */
function skipIndent(source: string, event: ScalarEvent, walk: Walk): void {
  const isLineStart = walk.at === event.valueStart || source[walk.at - 1] === "\n";
  if (!isLineStart) return;
  for (let count = 0; count < event.indent && source[walk.at] === " "; count++) walk.at++;
}
