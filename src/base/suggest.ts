/** Names longer than this are not compared: nobody mistypes them by a letter or two. */
const LENGTH_MAX = 100;

/**
 * The candidates most like a name that does not exist, best first, for "did you mean" hints.
 *
 * Likeness is the count of inserted, deleted, replaced or swapped neighbouring letters, regardless of case; at most a
 * third of the letters may differ, and candidates clearly worse than the best are left out. A candidate whose last part (after a dot) equals the name is always like it.
 *
 * @param options.countMax How many at most; default 3
 * @example
 * suggest("file.deplyo", ["file.deploy", "file.line"]); // ["file.deploy"]
 */
export function suggest(
  name: string,
  candidates: Iterable<string>,
  options: { readonly countMax?: number } = {},
): readonly string[] {
  if (name.length === 0 || name.length > LENGTH_MAX) return [];
  const wanted = name.toLowerCase();
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    if (candidate.length > LENGTH_MAX) continue;
    const offered = candidate.toLowerCase();
    const distance = offered.endsWith(`.${wanted}`) ? 0 : editDistance(wanted, offered);
    if (distance <= Math.max(1, Math.floor(wanted.length / 3))) found.push({ candidate, distance });
  }
  found.sort((left, right) => left.distance - right.distance || compareText(left.candidate, right.candidate));
  const distanceMax = (found[0]?.distance ?? 0) + 1;
  const close = found.filter((entry) => entry.distance <= distanceMax);
  return close.slice(0, options.countMax ?? 3).map((entry) => entry.candidate);
}

/** Suggestions as the text of a hint: `Did you mean "a" or "b"?`; `undefined` when there are none. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const names = suggest(name, candidates).map((candidate) => JSON.stringify(candidate));
  const last = names.pop();
  if (last === undefined) return undefined;
  return names.length === 0 ? `Did you mean ${last}?` : `Did you mean ${names.join(", ")} or ${last}?`;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Distance of Damerau and Levenshtein, with swaps of neighbours only. */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const replaced = at(previous, column - 1) + (isSame ? 0 : 1);
      let best = Math.min(replaced, at(previous, column) + 1, at(current, column - 1) + 1);
      const isSwap =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (isSwap) best = Math.min(best, at(beforePrevious, column - 2) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
