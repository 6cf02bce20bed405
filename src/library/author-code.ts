import type { JsonObject, JsonValue } from "../base/json.ts";
import type { TaskClient, TaskContext, TaskFleet, TaskResults, ValueContext } from "../definition/task-context.ts";
import type { Facts } from "../operation/facts.ts";
import type { OpaqueFunction } from "../plan/compiled-plan.ts";
import type { FunctionCall, UserCode, ValueScope } from "../runner/user-code.ts";
import { createClient } from "./client.ts";
import { LiveResults } from "./task-results.ts";

/** Calls the functions of a plan with the contexts that their types promise. */
export const authorCode: UserCode = {
  runTask: (body, call) => called<TaskContext>(body)(new FunctionContext(call)),
  evaluate: (body, scope) => called<ValueContext>(body)(new ScopeContext(scope)),
  askFacts: (predicate, facts) => called<Facts>(predicate)(facts),
};

/**
 * A definition carries functions without their types; the builder that took them is the one place where these are
 * checked, so this is where they come back.
 */
function called<Context>(body: OpaqueFunction): (context: Context) => unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the builder has checked these types
  return body as (context: Context) => unknown;
}

/** Made for every call, so everything in it is made on first use. */
class FunctionContext implements TaskContext {
  readonly #call: FunctionCall;

  constructor(call: FunctionCall) {
    this.#call = call;
  }

  get params(): JsonObject {
    return this.#call.params;
  }

  get results(): TaskResults {
    return new LiveResults(this.#call);
  }

  get item(): JsonValue {
    return this.#call.item?.value ?? null;
  }

  get key(): string {
    return this.#call.item?.key ?? "";
  }

  get client(): TaskClient {
    return createClient(this.#call);
  }

  get fleet(): TaskFleet {
    const call = this.#call;
    return { hosts: () => call.hosts };
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get log(): TaskContext["log"] {
    return (message, data) => this.#call.log(message, data);
  }

  get progress(): TaskContext["progress"] {
    return (percent, message) => this.#call.progress(percent, message);
  }

  get attempt(): number {
    return this.#call.attempt;
  }

  get idempotencyToken(): string {
    return this.#call.token;
  }
}

class ScopeContext implements ValueContext {
  readonly #scope: ValueScope;

  constructor(scope: ValueScope) {
    this.#scope = scope;
  }

  get params(): JsonObject {
    return this.#scope.params;
  }

  get results(): TaskResults {
    return new LiveResults(this.#scope);
  }

  get item(): JsonValue {
    return this.#scope.item?.value ?? null;
  }

  get key(): string {
    return this.#scope.item?.key ?? "";
  }
}
