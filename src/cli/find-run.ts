import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ListedRun } from "./runs-access.ts";

/** Runs named in a message about an ambiguous word. */
const NAMED_MAX = 5;

/**
 * The run a person means: an id, the beginning of one with or without `run_`, its last characters (at least four), or
 * `last` for the newest.
 * @returns the run, `DRV_RUN_UNKNOWN` or `DRV_RUN_AMBIGUOUS`
 */
export function findRun(word: string, runs: readonly ListedRun[]): Result<ListedRun, CodedError> {
  if (word === "last" && runs[0] !== undefined) return ok(runs[0]);
  const found = runs.filter(({ runId }) => isMeant(word, runId));
  const [first] = found;
  if (first === undefined) return err(unknown(word));
  if (found.length === 1 || first.runId === word) return ok(first);
  const names = found.slice(0, NAMED_MAX).map(({ runId }) => runId);
  const more = found.length > NAMED_MAX ? ` and ${found.length - NAMED_MAX} more` : "";
  return err(
    codedError(
      "DRV_RUN_AMBIGUOUS",
      `Cannot tell which run is meant by ${JSON.stringify(word.slice(0, 100))}: ${names.join(", ")}${more}`,
    ),
  );
}

/** Ids of runs of the same hour begin alike; their ends are what people can tell apart. */
function isMeant(word: string, runId: string): boolean {
  if (word === "" || word === "run_") return false;
  return runId.startsWith(word) || runId.startsWith(`run_${word}`) || (word.length >= 4 && runId.endsWith(word));
}

function unknown(word: string): CodedError {
  return codedError("DRV_RUN_UNKNOWN", `Cannot find run ${JSON.stringify(word.slice(0, 100))}: there is no such run`);
}
