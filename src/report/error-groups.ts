import type { CodedError } from "../base/coded-error.ts";
import type { HostResult } from "../operation/outcome.ts";

/** Hosts on which the same thing went wrong. No hosts: the task itself, which has no target. */
export interface ErrorGroup {
  readonly hosts: readonly string[];
  readonly isUnreachable: boolean;
  readonly error?: CodedError;
  readonly reason?: string;
}

/** Puts hosts with the same error together, most hosts first. */
export function errorGroups(results: readonly HostResult[]): readonly ErrorGroup[] {
  const groups = Map.groupBy(results, (result) =>
    JSON.stringify([result.failure, result.error?.code, result.error?.message, result.reason]),
  );
  return [...groups.values()].map(errorGroup).sort((one, other) => other.hosts.length - one.hosts.length);
}

function errorGroup(results: readonly HostResult[]): ErrorGroup {
  const [first] = results;
  return {
    hosts: results.map((result) => result.hostname),
    isUnreachable: first?.failure === "unreachable",
    ...(first?.error !== undefined && { error: first.error }),
    ...(first?.reason !== undefined && { reason: first.reason }),
  };
}
