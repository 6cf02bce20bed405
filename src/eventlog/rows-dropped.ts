import { codedError, DroverError } from "../base/coded-error.ts";

/** What reading a row rejects with that is no longer, or not yet, in the log. */
export function rowsDropped(position: number, first: number): DroverError {
  return new DroverError([
    codedError(
      "DRV_LOG_ROW_MISSING",
      `Cannot read the row at ${position}: the log does not have it, its oldest row is at ${first}`,
    ),
  ]);
}
