import { join } from "node:path";

const SEGMENT_NAME = /^log-([0-9]{4,})\.db$/;

/** The file of a segment. */
export function segmentPath(folder: string, number: number): string {
  return join(folder, `log-${String(number).padStart(4, "0")}.db`);
}

/** Numbers of the segments among the names in a folder, ascending. */
export function segmentNumbersIn(names: readonly string[]): readonly number[] {
  const numbers = names.flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? []).map(Number);
  return numbers.sort((a, b) => a - b);
}
