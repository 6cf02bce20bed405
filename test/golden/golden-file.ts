import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const FOLDER = new URL("expected/", import.meta.url);

/**
 * Compares text that people see with the file `test/golden/expected/<name>`. After an intended change run the tests with
 * `UPDATE_GOLDEN=1` and look at the difference before committing it.
 */
export function assertGolden(name: string, actual: string): void {
  const file = new URL(name, FOLDER);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, actual);
  }
  assert.equal(actual, readFileSync(file, "utf8"), `output differs from ${file.pathname}; UPDATE_GOLDEN=1 accepts it`);
}

/** Text of a real run with everything replaced that differs from run to run: durations, times of day, ids. */
export function normalised(text: string): string {
  return text
    .replaceAll(/\b\d{2}:\d{2}:\d{2}\b/g, "HH:MM:SS")
    .replaceAll(/run_[0-9a-f-]{36}/g, "run_ID")
    .replaceAll(/ *\b\d+(?:\.\d+)?(?:ms|s)\b */g, " TIME ")
    .replaceAll(/ +$/gm, "")
    .replaceAll(/"(\w*AtMs|durationMs|at|dueMs)": ?\d+(?:\.\d+)?/g, '"$1": 0');
}
