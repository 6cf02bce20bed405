import { versions } from "node:process";
import { codedError, DroverError } from "../../base/coded-error.ts";

/** Older ones can lose committed transactions when a write-ahead log is reset while another connection writes. */
const VERSION_MIN = [3, 51, 3] as const;

/** Throws `DRV_LOG_SQLITE_TOO_OLD` for a SQLite the log cannot be trusted to. Default: the one of this Node. */
export function checkSqliteVersion(version: string = versions["sqlite"] ?? "none"): void {
  const parts = version.split(".").map(Number);
  for (const [index, wanted] of VERSION_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part > wanted) return;
    if (part < wanted || Number.isNaN(part)) throw tooOld(version);
  }
}

function tooOld(version: string): DroverError {
  return new DroverError([
    codedError(
      "DRV_LOG_SQLITE_TOO_OLD",
      `Cannot open a log: the SQLite of this Node is ${version}, not ${VERSION_MIN.join(".")} or newer`,
    ),
  ]);
}
