import type { CodedError } from "../base/coded-error.ts";
import { isJsonObject, type JsonValue } from "../base/json.ts";
import type { TaskView } from "../engine/run-view.ts";
import type { HostResult } from "../operation/outcome.ts";
import { printableLines } from "./printable.ts";

/** Hosts on which the same thing went wrong. No hosts: the task itself, which has no target. */
export interface ErrorGroup {
  readonly hosts: readonly string[];
  readonly isUnreachable: boolean;
  /** The task ran on this host alone, and was not kept from reaching it: the host goes without saying. */
  readonly isOnlyHost: boolean;
  readonly error?: CodedError;
  readonly reason?: string;
  /** The last lines that were written where it went wrong; of the first host. */
  readonly output: readonly string[];
}

/** Lines of output that are kept: the cause stands near the end. */
const OUTPUT_LINES_MAX = 8;
const OUTPUT_LENGTH_MAX = 4_096;

/** What went wrong with a task, equal errors of hosts once, most hosts first. Empty when nothing did. */
export function errorsOfTask(task: TaskView): readonly ErrorGroup[] {
  const bad = task.hostResults.filter((result) => result.status === "failed" || result.status === "unknown");
  if (bad.length > 0) return errorGroups(bad, task.hostResults.length === 1);
  if (task.error === undefined && task.status !== "unknown") return [];
  return [
    {
      hosts: [],
      isUnreachable: false,
      isOnlyHost: false,
      ...(task.error !== undefined && { error: task.error }),
      ...(task.reason !== undefined && { reason: task.reason }),
      output: lastOutput(task.data, task.error),
    },
  ];
}

function errorGroups(results: readonly HostResult[], isOnlyHost: boolean): readonly ErrorGroup[] {
  const groups = Map.groupBy(results, (result) =>
    JSON.stringify([result.failure, result.error?.code, result.error?.message, result.reason]),
  );
  return [...groups.values()]
    .map((group) => errorGroup(group, isOnlyHost))
    .sort((one, other) => other.hosts.length - one.hosts.length);
}

function errorGroup(results: readonly HostResult[], isOnlyHost: boolean): ErrorGroup {
  const [first] = results;
  return {
    hosts: results.map((result) => result.hostname),
    isUnreachable: first?.failure === "unreachable",
    isOnlyHost: isOnlyHost && first?.failure !== "unreachable",
    ...(first?.error !== undefined && { error: first.error }),
    ...(first?.reason !== undefined && { reason: first.reason }),
    output: lastOutput(first?.data, first?.error),
  };
}

/** What a command wrote last: its errors, or when it wrote none, its output. */
function lastOutput(data: JsonValue | undefined, error: CodedError | undefined): readonly string[] {
  if (!isJsonObject(data)) return [];
  const { stderr, stdout } = data;
  const text = [stderr, stdout].find((written) => typeof written === "string" && written.trim() !== "");
  if (typeof text !== "string") return [];
  const lines = printableLines(text.trimEnd().slice(-OUTPUT_LENGTH_MAX)).slice(-OUTPUT_LINES_MAX);
  const [only] = lines;
  const isInMessage = lines.length === 1 && only !== undefined && error?.message.includes(only) === true;
  return isInMessage ? [] : lines;
}
