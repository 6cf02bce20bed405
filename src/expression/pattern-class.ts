/** A set of characters, as inclusive ranges of code points. */
export interface CharacterClass {
  readonly isNegated: boolean;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** Read characters, or why they cannot be read. */
export type ClassReading = { readonly characters: CharacterClass; readonly length: number } | string;

type Ranges = CharacterClass["ranges"];

const DIGIT: Ranges = [[48, 57]];
const WORD: Ranges = [...DIGIT, [65, 90], [95, 95], [97, 122]];
const SPACE: Ranges = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x2028, 0x2029],
];
const NAMED: ReadonlyMap<string, Ranges> = new Map([
  ["d", DIGIT],
  ["w", WORD],
  ["s", SPACE],
]);
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ["n", 10],
  ["r", 13],
  ["t", 9],
]);

export function hasCharacter({ isNegated, ranges }: CharacterClass, codePoint: number): boolean {
  return ranges.some(([first, last]) => codePoint >= first && codePoint <= last) !== isNegated;
}

/** Reads what a backslash starts: `\d`, `\S`, `\n`, or a character that means something else otherwise. */
export function readEscapedClass(pattern: string, offset: number): ClassReading {
  const letter = pattern[offset + 1];
  if (letter === undefined) return "it ends with a backslash";
  const named = NAMED.get(letter.toLowerCase());
  if (named !== undefined) {
    return { characters: { isNegated: letter !== letter.toLowerCase(), ranges: named }, length: 2 };
  }
  const control = CONTROLS.get(letter);
  if (control !== undefined) return { characters: { isNegated: false, ranges: [[control, control]] }, length: 2 };
  if (/[0-9A-Za-z]/.test(letter)) return `\\${letter} is not supported`;
  const codePoint = pattern.codePointAt(offset + 1) ?? 0;
  return {
    characters: { isNegated: false, ranges: [[codePoint, codePoint]] },
    length: codePoint > 0xffff ? 3 : 2,
  };
}

/** Reads `[…]`, which starts at `offset`. */
export function readClass(pattern: string, offset: number): ClassReading {
  const isNegated = pattern[offset + 1] === "^";
  const ranges: (readonly [number, number])[] = [];
  let at = offset + (isNegated ? 2 : 1);
  const first = at;
  while (at < pattern.length && (pattern[at] !== "]" || at === first)) {
    const start = readMember(pattern, at);
    if (typeof start === "string") return start;
    at += start.length;
    const isRange = pattern[at] === "-" && at + 1 < pattern.length && pattern[at + 1] !== "]";
    if (!isRange) {
      ranges.push(...start.ranges);
      continue;
    }
    const end = readMember(pattern, at + 1);
    if (typeof end === "string") return end;
    const range = rangeBetween(start.ranges, end.ranges);
    if (typeof range === "string") return range;
    ranges.push(range);
    at += 1 + end.length;
  }
  if (at >= pattern.length) return "a [ is never closed";
  return { characters: { isNegated, ranges }, length: at + 1 - offset };
}

type Member = { readonly ranges: Ranges; readonly length: number } | string;

function readMember(pattern: string, at: number): Member {
  if (pattern[at] === "\\") {
    const reading = readEscapedClass(pattern, at);
    if (typeof reading === "string") return reading;
    if (reading.characters.isNegated) return "within [ ] there is no \\D, \\W or \\S";
    return { ranges: reading.characters.ranges, length: reading.length };
  }
  const codePoint = pattern.codePointAt(at) ?? 0;
  return { ranges: [[codePoint, codePoint]], length: codePoint > 0xffff ? 2 : 1 };
}

function rangeBetween(start: Ranges, end: Ranges): readonly [number, number] | string {
  const [from, ...moreFrom] = start;
  const [to, ...moreTo] = end;
  const isSingle = from?.[0] === from?.[1] && to?.[0] === to?.[1] && moreFrom.length === 0 && moreTo.length === 0;
  if (from === undefined || to === undefined || !isSingle) return "a range needs single characters at both ends";
  return to[0] < from[0] ? "a range has its ends the wrong way round" : [from[0], to[0]];
}
