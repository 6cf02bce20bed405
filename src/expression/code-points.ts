/** Characters of a text as people count them, roughly: code points, so that no character is ever cut in half. */
export function codePointCount(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    if (isPair(text, at)) at++;
    count++;
  }
  return count;
}

/** Up to `count` code points from position `start` on, both at least 0. */
export function codePointSlice(text: string, start: number, count: number): string {
  const from = offsetAfter(text, 0, start);
  return text.slice(from, offsetAfter(text, from, count));
}

function offsetAfter(text: string, from: number, count: number): number {
  let at = from;
  for (let passed = 0; passed < count && at < text.length; passed++) at += isPair(text, at) ? 2 : 1;
  return at;
}

function isPair(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}
