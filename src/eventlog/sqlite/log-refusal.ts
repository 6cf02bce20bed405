import { codedError, DroverError, fromThrown } from "../../base/coded-error.ts";

/** Thrown when a file of the log is not as it was written. */
export function damaged(path: string, found: string): DroverError {
  return new DroverError([codedError("DRV_LOG_DAMAGED", `Cannot read the log at "${path}": ${found}`)]);
}

/** What SQLite says about a file it cannot make sense of is damage; the rest is the folder's fault. */
export function openingFailed(path: string, thrown: unknown): DroverError {
  if (thrown instanceof DroverError) return thrown;
  if (isDamage(thrown)) return damaged(path, thrown.message);
  return new DroverError([fromThrown("DRV_LOG_FOLDER_UNUSABLE", thrown, `Cannot open the log at "${path}"`)]);
}

export function readingFailed(path: string, thrown: unknown): DroverError {
  if (thrown instanceof DroverError) return thrown;
  return damaged(path, thrown instanceof Error ? thrown.message : String(thrown));
}

export function writingFailed(path: string, thrown: unknown): DroverError {
  return new DroverError([fromThrown("DRV_LOG_WRITE_FAILED", thrown, `Cannot write the log at "${path}"`)]);
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isDamage(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error) || !("errcode" in thrown) || typeof thrown.errcode !== "number") return false;
  // The lowest byte is the primary code; what stands above it refines it.
  const code = thrown.errcode % 256;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}
