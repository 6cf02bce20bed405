import type { JsonObject } from "../base/json.ts";
import { unreachable } from "../base/assert.ts";
import type { ClientAnswer, ClientHostResult, TaskClient } from "../definition/task-context.ts";
import type { OperationCall } from "../operation/call.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { FunctionCall, OperationHostAnswer } from "../runner/user-code.ts";

/** The client of one task function: its calls go through the dispatch of the run, with tokens of its attempt. */
export function createClient(call: FunctionCall): TaskClient {
  return {
    async call<Data>(operation: OperationCall<Data>, target = "_any"): Promise<ClientAnswer<Data>> {
      const params: JsonObject = operation.params;
      const answer = await call.callOperation(operation.operation, params, target);
      return { jobId: answer.jobId, results: answer.results.map((result) => hostResultOf<Data>(result)) };
    },
  };
}

function hostResultOf<Data>(answer: OperationHostAnswer): ClientHostResult<Data> {
  const { host, durationMs, outcome } = answer;
  const head = { hostname: host, status: outcome.status, durationMs, changed: hasChanged(outcome) };
  switch (outcome.status) {
    case "changed":
    case "unchanged":
      return {
        ...head,
        // The operation's result schema is what gives `Data` its type.
        ...(outcome.data === undefined ? {} : { data: outcome.data as Data }),
        ...(outcome.changes === undefined ? {} : { changes: outcome.changes }),
      };
    case "failed":
      return {
        ...head,
        error: outcome.error,
        ...(outcome.failure === undefined ? {} : { failure: outcome.failure }),
        ...(outcome.data === undefined ? {} : { data: outcome.data as Data }),
      };
    case "skipped":
    case "cancelled":
    case "unknown":
      return { ...head, reason: outcome.reason };
    default:
      return unreachable(outcome);
  }
}

function hasChanged(outcome: Outcome): boolean {
  return outcome.status === "changed" || (outcome.status === "failed" && outcome.changed === true);
}
