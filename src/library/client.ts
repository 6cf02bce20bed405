import type { JsonObject } from "../base/json.ts";
import { unreachable } from "../base/assert.ts";
import type { ClientAnswer, ClientHostResult, TaskClient } from "../definition/task-context.ts";
import type { OperationCall } from "../operation/call.ts";
import { ops } from "../operation/ops.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { FunctionCall, OperationHostAnswer } from "../runner/user-code.ts";

/** The client of one task function: its calls go through the dispatch of the run, with tokens of its attempt. */
export function createClient(attempt: FunctionCall): TaskClient {
  const client: Record<string, unknown> = { call };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the shape that all constructors share matters
  for (const [domain, constructors] of Object.entries(ops as unknown as Record<string, Record<string, Constructor>>)) {
    const methods = Object.entries(constructors).map(([verb, make]) => [verb, methodOf(make)]);
    client[domain] = Object.fromEntries(methods);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from the constructors that the type is computed from
  return client as unknown as TaskClient;

  async function call<Data>(operation: OperationCall<Data>, target = "_any"): Promise<ClientAnswer<Data>> {
    const answer = await attempt.callOperation(operation.operation, operation.params, target);
    return { jobId: answer.jobId, results: answer.results.map((result) => hostResultOf<Data>(result)) };
  }

  /** Operations without required parameters take the target first. */
  function methodOf(make: Constructor) {
    return (first?: JsonObject | string, second?: JsonObject | string): Promise<ClientAnswer> => {
      const isTargetFirst = first === undefined || typeof first === "string";
      const [params, target] = isTargetFirst ? [second, first] : [first, second];
      return call(make(typeof params === "object" ? params : {}), typeof target === "string" ? target : undefined);
    };
  }
}

type Constructor = (params: JsonObject) => OperationCall;

function hostResultOf<Data>(answer: OperationHostAnswer): ClientHostResult<Data> {
  const { host, durationMs, outcome } = answer;
  const head = { hostname: host, status: outcome.status, durationMs, changed: hasChanged(outcome) };
  switch (outcome.status) {
    case "changed":
    case "unchanged":
      return {
        ...head,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the result schema gives the type
        ...(outcome.data === undefined ? {} : { data: outcome.data as Data }),
        ...(outcome.changes === undefined ? {} : { changes: outcome.changes }),
      };
    case "failed":
      return {
        ...head,
        error: outcome.error,
        ...(outcome.failure === undefined ? {} : { failure: outcome.failure }),
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the result schema gives the type
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
