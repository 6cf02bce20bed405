/**
 * What authors of plans and embedders use. Nothing here prints, opens a file or starts a timer by being imported.
 */
export { Plan, type CriticalPathSummary, type PlanOptions, type PlanResult, type StartChoice } from "./library/plan.ts";
export type { ParamsInput } from "./library/params-input.ts";
export type { RunOptions } from "./library/run-options.ts";
export { RunHandle } from "./library/run-handle.ts";
export type { Hooks, PlanSummary } from "./library/hooks.ts";
export {
  DurableRuns,
  type DurableRun,
  type DurableRunOptions,
  type DurableRunsOptions,
  type FoundPlan,
} from "./library/durable-runs.ts";
export type { DurableForkOptions } from "./library/fork-run.ts";
export type { ForkPreview } from "./runner/fork-request.ts";
export { fleetFromFile, localFleet, type FleetOptions } from "./library/local-fleet.ts";
export { discover, groupByFact, type DiscoveredHost, type DiscoverOptions } from "./library/discover.ts";

export { FilePlan, planOfSource, type FilePlanOptions } from "./library/file-plan.ts";
export { diskLoader, readSource } from "./library/disk-source-loader.ts";
export { memoryLoader, type PlanSource, type SourceLoader } from "./definition/plan-file/source-loader.ts";
export { planFileSources, type ParsedPlan, type PlanFileSources } from "./plan/parse-plan-file.ts";
export type { Diagnostic, Severity } from "./definition/plan-file/diagnostic.ts";

export { PlanBuilder } from "./definition/builder.ts";
export { Task } from "./definition/task.ts";
export { continueRun, exponentialBackoff, retry, stopAll } from "./definition/error-strategy.ts";
export type { ErrorStrategyDefinition, BackoffDefinition } from "./definition/error-strategy.ts";
export type { ParameterDefinition, ParameterRecord, ParametersDefinition, ParamsOf } from "./definition/parameters.ts";
export type {
  TaskClient,
  TaskContext,
  TaskFunction,
  TaskHostResult,
  TaskResult,
  TaskResults,
  ValueContext,
} from "./definition/task-context.ts";

export { ops, type Operations } from "./operation/ops.ts";
export type { OperationCall } from "./operation/call.ts";
export { builtinOperations, createCatalog, type OperationCatalog } from "./operation/catalog.ts";
export { collectionResult, structToMap } from "./operation/bridge.ts";
export type { Change, HostResult, Outcome, OutcomeStatus } from "./operation/outcome.ts";
export type { Facts } from "./operation/facts.ts";
export {
  arch,
  factEquals,
  hasCondition,
  hasLabel,
  healthy,
  matchAll,
  minCpu,
  minMemory,
  noCondition,
  os,
  type FactsPredicate,
} from "./operation/predicates.ts";

export { Report } from "./report/report.ts";
export type { TaskReport } from "./report/task-report.ts";
export type { GraphFormat } from "./report/graph-text.ts";
export type { RunPhase, RunView, SkipCause, TaskStatus, TaskView, Verdict } from "./engine/run-view.ts";
export type { RunEvent } from "./engine/events.ts";
export type { OutputLine, RunObserver, TaskProgress } from "./runner/run-observer.ts";
export type { Fleet, FleetHost } from "./fleet/fleet.ts";
export { MemoryLog } from "./eventlog/memory-log.ts";
export type { EventLog } from "./eventlog/event-log.ts";

export { DroverError, formatCodedError, type CodedError } from "./base/coded-error.ts";
export type { Result } from "./base/result.ts";
export type { JsonObject, JsonValue } from "./base/json.ts";
