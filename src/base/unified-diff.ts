/** Differing lines looked for exactly; beyond that the whole differing part counts as replaced. Bounds time and memory. */
const EDITS_MAX = 1_000;
/** Lines of a diff people still read; the rest is counted. */
const OUTPUT_LINES_MAX = 400;
/** Characters shown of one line. */
const LINE_LENGTH_MAX = 1_000;
/** Texts longer than this together are not split into lines at all. */
const TEXT_LENGTH_MAX = 4 * 1024 * 1024;

export interface UnifiedDiffInput {
  readonly before: string;
  readonly after: string;
  /** Name shown in the two header lines. */
  readonly path: string;
  /** Equal lines shown around a difference; default 3. */
  readonly contextLines?: number;
  /** `/dev/null` stands in the header for a side that does not exist. */
  readonly missing?: "before" | "after";
}

type Edit = { readonly kind: " " | "-" | "+"; readonly line: string };

/**
 * Shows how two texts differ, in the unified format that `patch` reads; empty text when they are equal.
 *
 * Uses Myers' algorithm on lines, so the diff is shortest up to 1,000 edits; above that the differing part is shown as
 * replaced. At most 400 lines of 1,000 characters are shown, with a last line that counts what was left out: such a
 * diff is for reading only.
 */
export function unifiedDiff(input: UnifiedDiffInput): string {
  const { before, after } = input;
  if (before === after) return "";
  const header = [
    `--- ${input.missing === "before" ? "/dev/null" : input.path}`,
    `+++ ${input.missing === "after" ? "/dev/null" : input.path}`,
  ];
  if (before.length + after.length > TEXT_LENGTH_MAX) {
    return `${header.join("\n")}\n… too large to show: ${before.length} characters before, ${after.length} after\n`;
  }
  const edits = lineEdits(splitLines(before), splitLines(after));
  return [...header, ...bounded(hunks(edits, input.contextLines ?? 3))].join("\n") + "\n";
}

/** Lines with their ends, so that a missing last line end is a difference of its own. */
function splitLines(text: string): readonly string[] {
  const lines = text.split("\n");
  const last = lines.pop();
  const ended = lines.map((line) => `${line}\n`);
  if (last !== undefined && last !== "") ended.push(last);
  return ended;
}

function lineEdits(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let endBefore = before.length;
  let endAfter = after.length;
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore--;
    endAfter--;
  }
  const middleBefore = before.slice(start, endBefore);
  const middleAfter = after.slice(start, endAfter);
  return [
    ...toEdits(" ", before.slice(0, start)),
    ...(shortestEdits(middleBefore, middleAfter) ?? [...toEdits("-", middleBefore), ...toEdits("+", middleAfter)]),
    ...toEdits(" ", before.slice(endBefore)),
  ];
}

function toEdits(kind: Edit["kind"], lines: readonly string[]): readonly Edit[] {
  return lines.map((line) => ({ kind, line }));
}

/**
 * Myers' greedy search: `furthest[k]` is how far along `before` a path on diagonal k (= x − y) reaches with d edits.
 * Keeps each round's state to walk the path back. `undefined` when more than {@link EDITS_MAX} edits are needed.
 */
function shortestEdits(before: readonly string[], after: readonly string[]): readonly Edit[] | undefined {
  const editsMax = Math.min(before.length + after.length, EDITS_MAX);
  const rounds: Int32Array[] = [];
  let furthest = new Int32Array(3);
  for (let edits = 0; edits <= editsMax; edits++) {
    const next = new Int32Array(2 * edits + 3);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = edits === 0 ? 0 : stepStart(furthest, edits, diagonal);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      next[diagonal + edits + 1] = x;
      if (x >= before.length && x - diagonal >= after.length) {
        return walkBack(before, after, [...rounds, next]);
      }
    }
    rounds.push(next);
    furthest = next;
  }
  return undefined;
}

/** Where a path starts on `diagonal` in the round after `furthest`: down (an insertion) or right (a deletion). */
function stepStart(furthest: Int32Array, edits: number, diagonal: number): number {
  const above = reach(furthest, edits - 1, diagonal + 1);
  const left = reach(furthest, edits - 1, diagonal - 1);
  return isInsertion(edits, diagonal, { above, left }) ? above : left + 1;
}

function isInsertion(
  edits: number,
  diagonal: number,
  from: { readonly above: number; readonly left: number },
): boolean {
  return diagonal === -edits || (diagonal !== edits && from.left < from.above);
}

function reach(furthest: Int32Array, edits: number, diagonal: number): number {
  return furthest[diagonal + edits + 1] ?? 0;
}

function walkBack(before: readonly string[], after: readonly string[], rounds: readonly Int32Array[]): readonly Edit[] {
  const reversed: Edit[] = [];
  let x = before.length;
  let y = after.length;
  for (let edits = rounds.length - 1; edits >= 0; edits--) {
    const previous = rounds[edits - 1];
    const diagonal = x - y;
    const isDown =
      previous !== undefined &&
      isInsertion(edits, diagonal, {
        above: reach(previous, edits - 1, diagonal + 1),
        left: reach(previous, edits - 1, diagonal - 1),
      });
    const startX = previous === undefined ? 0 : stepStart(previous, edits, diagonal);
    const startY = startX - diagonal;
    while (x > startX && y > startY) {
      x--;
      y--;
      reversed.push({ kind: " ", line: before[x] ?? "" });
    }
    if (previous === undefined) break;
    if (isDown) {
      y--;
      reversed.push({ kind: "+", line: after[y] ?? "" });
    } else {
      x--;
      reversed.push({ kind: "-", line: before[x] ?? "" });
    }
  }
  return reversed.reverse();
}

function* hunks(edits: readonly Edit[], contextLines: number): Generator<string> {
  let lineBefore = 1;
  let lineAfter = 1;
  let index = 0;
  while (index < edits.length) {
    const firstChange = nextChange(edits, index);
    if (firstChange === edits.length) return;
    const start = Math.max(index, firstChange - contextLines);
    lineBefore += start - index;
    lineAfter += start - index;
    const end = hunkEnd(edits, firstChange, contextLines);
    const body = edits.slice(start, end);
    const countBefore = body.filter((edit) => edit.kind !== "+").length;
    const countAfter = body.filter((edit) => edit.kind !== "-").length;
    yield `@@ -${range(lineBefore, countBefore)} +${range(lineAfter, countAfter)} @@`;
    for (const edit of body) yield* editLines(edit);
    lineBefore += countBefore;
    lineAfter += countAfter;
    index = end;
  }
}

function nextChange(edits: readonly Edit[], from: number): number {
  let index = from;
  while (index < edits.length && edits[index]?.kind === " ") index++;
  return index;
}

/** Differences closer than twice the context share a hunk. */
function hunkEnd(edits: readonly Edit[], firstChange: number, contextLines: number): number {
  let end = firstChange;
  for (;;) {
    while (end < edits.length && edits[end]?.kind !== " ") end++;
    const following = nextChange(edits, end);
    if (following === edits.length || following - end > 2 * contextLines) {
      return Math.min(edits.length, end + contextLines);
    }
    end = following;
  }
}

function range(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? String(start) : `${start},${count}`;
}

function* editLines(edit: Edit): Generator<string> {
  const hasEnd = edit.line.endsWith("\n");
  const text = hasEnd ? edit.line.slice(0, -1) : edit.line;
  const left = text.length - LINE_LENGTH_MAX;
  yield `${edit.kind}${left > 0 ? `${text.slice(0, LINE_LENGTH_MAX)}… ${left} more characters` : text}`;
  if (!hasEnd) yield "\\ No newline at end of file";
}

function bounded(lines: Iterable<string>): readonly string[] {
  const shown: string[] = [];
  let left = 0;
  for (const line of lines) {
    if (shown.length < OUTPUT_LINES_MAX) shown.push(line);
    else left++;
  }
  if (left > 0) shown.push(`… ${left} more lines`);
  return shown;
}
