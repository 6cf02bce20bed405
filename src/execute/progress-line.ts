/** Progress a script reported. */
export interface Progress {
  readonly percent: number;
  readonly message?: string;
}

/** Characters kept of the text after the number. */
const MESSAGE_LENGTH_MAX = 500;

/**
 * Reads a line `PROGRESS: <0–100> [text]` on the standard output of a script; `undefined` for every other line.
 */
export function parseProgressLine(line: string): Progress | undefined {
  const match = /^PROGRESS: (\d{1,3})(?: (.*))?$/.exec(line);
  const percent = Number(match?.[1]);
  if (match === null || percent > 100) return undefined;
  const message = match[2]?.trim().slice(0, MESSAGE_LENGTH_MAX) ?? "";
  return message === "" ? { percent } : { percent, message };
}
