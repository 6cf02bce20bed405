/** Milliseconds that `action` takes. */
export function measureMs(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

/** The middle one of `values`, the upper one of two. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
