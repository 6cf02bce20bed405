/** `1 host`, `3 hosts`, `12,345 tasks`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;
}

/** A whole number with thousands separated by commas. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `web1`, `web1, web2`, or `web1, web2, … (997 hosts)` when there are more than `shownMax`. */
export function listed(names: readonly string[], noun: string, shownMax = 3): string {
  if (names.length <= shownMax) return names.join(", ");
  return `${names.slice(0, shownMax - 1).join(", ")}, … (${counted(names.length, noun)})`;
}

/** A reason for its own sake says first what happened (`not run: …`); where that stands before it already, once is enough. */
export function withoutWord(reason: string, word: string): string {
  return reason.startsWith(`${word}: `) ? reason.slice(word.length + 2) : reason;
}
