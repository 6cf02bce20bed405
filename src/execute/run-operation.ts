import { codedError, type CodedError } from "../base/coded-error.ts";
import { toJson, type JsonValue } from "../base/json.ts";
import { PRE_IMAGE_BYTES_MAX, RESULT_BYTES_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Change, Outcome } from "../operation/outcome.ts";
import type { Provider, ReadProvider, WriteProvider } from "../operation/provider.ts";
import type { Facts } from "../operation/facts.ts";
import { operationClassOf, type OperationSpec } from "../operation/spec.ts";
import { failedOutcome, failure, hostFailure, type Attempt } from "./attempt.ts";
import { startedBefore } from "./attempt-end.ts";
import { checkParams } from "./check-params.ts";
import { durableHost } from "./durable-host.ts";
import { observedHash } from "./observed-hash.ts";
import { preImageBytes, type PreImageStore } from "./pre-image-store.ts";

export interface OperationRun {
  readonly provider: Provider;
  readonly params: JsonValue;
  readonly preImages: PreImageStore;
  readonly secrets: readonly string[];
}

/** Carries out an operation in the mode of its job. */
export async function runOperation(attempt: Attempt, run: OperationRun): Promise<Outcome> {
  const { spec } = run.provider;
  const checked = await checkParams(spec.params, { operation: spec.name, params: run.params });
  if (!checked.ok) return failure(checked.error, "fatal", attempt.trace);
  const resumed = await resumeOperation(attempt, run, checked.value);
  if (resumed !== undefined) return resumed;
  const unsupported = await unsupportedSystem(attempt, run.provider);
  if (unsupported !== undefined) return unsupported;
  if (run.provider.kind === "read") return await runRead(attempt, run.provider, checked.value);
  return await runWrite(attempt, run, { provider: run.provider, params: checked.value });
}

async function unsupportedSystem(attempt: Attempt, provider: Provider): Promise<Outcome | undefined> {
  const { osFamilies, requires } = provider.spec;
  if (osFamilies === "any" && requires === undefined) return undefined;
  const facts = await attempt.host.facts({ signal: attempt.signal });
  if (!facts.ok) return hostFailure(facts.error, attempt.trace);
  const reason = unsupportedReason(provider.spec, facts.value, attempt.host.name);
  return reason === undefined ? undefined : { status: "skipped", reason };
}

function unsupportedReason({ name, osFamilies, requires }: OperationSpec, facts: Facts, host: string) {
  const { family } = facts.os;
  if (osFamilies !== "any" && !osFamilies.includes(family)) {
    return `Operation "${name}" works on ${osFamilies.join(", ")}; host "${host}" is ${family}`;
  }
  const { serviceManager, packageManager } = requires ?? {};
  if (serviceManager !== undefined && !serviceManager.includes(facts.serviceManager)) {
    return `Operation "${name}" needs service manager ${serviceManager.join(" or ")}; host "${host}" has ${facts.serviceManager}`;
  }
  if (packageManager !== undefined && !packageManager.includes(facts.packageManager)) {
    return `Operation "${name}" needs package manager ${packageManager.join(" or ")}; host "${host}" has ${facts.packageManager}`;
  }
  return undefined;
}

async function runRead(attempt: Attempt, provider: ReadProvider, params: unknown): Promise<Outcome> {
  const read = await provider.read(params, attempt.context);
  if (!read.ok) return failedOutcome(read.error, attempt.trace);
  return succeeded(attempt, { status: "unchanged", data: read.value });
}

interface WriteRun {
  readonly provider: WriteProvider;
  readonly params: unknown;
}

async function runWrite(attempt: Attempt, run: OperationRun, write: WriteRun): Promise<Outcome> {
  const { provider, params } = write;
  const inspected = await provider.inspect(params, attempt.context);
  if (!inspected.ok) return failedOutcome(inspected.error, attempt.trace);
  const observed = inspected.value;
  const changes = provider.diff(observed, params);
  if (attempt.job.mode === "probe") return await judgeProbe(attempt, run, { ...write, observed, changes });
  const isReadOnly = operationClassOf(provider.spec, params) === "read-only";
  if (changes.length === 0) {
    const found = attempt.job.mode === "inspect" ? foundState(observed) : {};
    return succeeded(attempt, { status: "unchanged", data: provider.unchangedResult(observed, params), ...found });
  }
  if (attempt.job.mode === "inspect") {
    if (isReadOnly) return { status: "unchanged" };
    return { status: "changed", changes, isReversible: isCapturing(provider), ...foundState(observed) };
  }
  if (!isReadOnly) {
    const captured = await capture(attempt, run, { ...write, observed });
    if (!captured.ok) return captured.error;
  }
  attempt.signal.throwIfAborted();
  return await applyChanges(attempt, { ...write, observed, changes, isResumed: false });
}

/** What an inspection says of the state it found. */
function foundState(observed: unknown): { readonly observedHash?: string } {
  const hash = observedHash(observed);
  return hash === undefined ? {} : { observedHash: hash };
}

interface ApplyRun extends WriteRun {
  readonly observed: unknown;
  readonly changes: readonly Change[];
  /** Whether an executor that is gone has begun to apply. */
  readonly isResumed: boolean;
}

async function applyChanges(attempt: Attempt, write: ApplyRun): Promise<Outcome> {
  const { provider, params, observed, changes, isResumed } = write;
  const operationClass = operationClassOf(provider.spec, params);
  const isReadOnly = operationClass === "read-only";
  let context = attempt.context;
  if (attempt.durable !== undefined && operationClass === "non-idempotent") {
    const kept = isResumed ? ok(undefined) : await attempt.durable.calls.keepObserved(observed);
    if (!kept.ok) return hostFailure(kept.error, attempt.trace);
    context = { ...context, host: durableHost({ ...attempt.durable, isResumed }, attempt.job) };
  }
  attempt.trace.hasStartedChanging = !isReadOnly;
  const applied = await provider.apply(params, observed, context);
  if (!applied.ok) return failedOutcome(applied.error, attempt.trace);
  if (isReadOnly) return succeeded(attempt, { status: "unchanged", data: applied.value });
  return succeeded(attempt, {
    status: "changed",
    data: applied.value,
    changes,
    isReversible: attempt.trace.holdsPreImage,
  });
}

/**
 * Goes on with what an executor that is gone has begun: the commands of an operation that must not happen twice are
 * followed to their end. `undefined` when nothing was begun that must not be repeated.
 */
async function resumeOperation(attempt: Attempt, run: OperationRun, params: unknown): Promise<Outcome | undefined> {
  const { durable } = attempt;
  const { provider } = run;
  if (durable?.isResumed !== true || provider.kind === "read") return undefined;
  const operationClass = operationClassOf(provider.spec, params);
  if (operationClass === "read-only") return undefined;
  if (operationClass === "idempotent") return startedBefore();
  const kept = await durable.calls.observed();
  if (kept?.isPlain !== true) return kept === undefined ? undefined : startedBefore();
  const held = await run.preImages.load(attempt.job.token);
  attempt.trace.holdsPreImage = held.ok && held.value !== undefined;
  const changes = provider.diff(kept.observed, params);
  return await applyChanges(attempt, { provider, params, observed: kept.observed, changes, isResumed: true });
}

function isCapturing(provider: WriteProvider): boolean {
  return provider.capture !== undefined && provider.undo !== undefined && provider.spec.reversibility !== "none";
}

/** Keeps what undoing needs, before anything is changed. What is too large to keep makes the attempt irreversible. */
async function capture(
  attempt: Attempt,
  run: OperationRun,
  write: WriteRun & { readonly observed: unknown },
): Promise<Result<void, Outcome>> {
  const { provider, params, observed } = write;
  if (!isCapturing(provider) || provider.capture === undefined) return ok(undefined);
  const captured = await provider.capture(params, observed, attempt.context);
  if (!captured.ok) {
    const isTooLarge = captured.error.error.code === "DRV_PROVIDER_PRE_IMAGE_TOO_LARGE";
    return isTooLarge ? ok(undefined) : err(failedOutcome(captured.error, attempt.trace));
  }
  if (preImageBytes(captured.value) > PRE_IMAGE_BYTES_MAX) return ok(undefined);
  const saved = await run.preImages.save(attempt.job.token, {
    runId: attempt.job.runId,
    operation: provider.spec.name,
    preImage: captured.value,
    secrets: run.secrets,
  });
  if (!saved.ok) return err(failure(saved.error, "retryable", attempt.trace));
  attempt.trace.holdsPreImage = saved.value === "saved";
  return ok(undefined);
}

/**
 * Judges from what is there now whether an attempt of unknown outcome reached its goal.
 *
 * Nothing left to change: it did. `unchanged` when the operation always captures a pre-image before it changes
 * something and there is none, else `changed`, since the lost attempt may have been the one that changed it.
 * Something left to change: it did not, or not completely; unless the operation is not idempotent, whose changes
 * cannot be seen, so that it stays unknown.
 */
async function judgeProbe(
  attempt: Attempt,
  run: OperationRun,
  write: WriteRun & { readonly observed: unknown; readonly changes: readonly Change[] },
): Promise<Outcome> {
  const { provider, params, observed, changes } = write;
  const held = await run.preImages.load(attempt.job.probeOf ?? attempt.job.token);
  const isHeld = held.ok && held.value !== undefined;
  if (changes.length === 0) {
    const status = isHeld || !isCapturing(provider) ? "changed" : "unchanged";
    const data = provider.unchangedResult(observed, params);
    return succeeded(attempt, { status, data, ...(isHeld ? { isReversible: true } : {}) });
  }
  const { name } = provider.spec;
  if (operationClassOf(provider.spec, params) === "non-idempotent") {
    return { status: "unknown", reason: `Operation "${name}" leaves nothing by which its end could be seen` };
  }
  const properties = changes.map((change) => change.property).join(", ");
  const error = codedError(
    "DRV_EXECUTE_GOAL_NOT_REACHED",
    `Cannot confirm operation "${name}": the lost attempt did not reach its goal; these still differ: ${properties}`,
    { hint: "Run the task again; it changes only what still differs" },
  );
  return { status: "failed", error, errorClass: "retryable", ...(isHeld ? { changed: true, isReversible: true } : {}) };
}

interface Success {
  readonly status: "changed" | "unchanged";
  readonly data: unknown;
  readonly changes?: readonly Change[];
  readonly observedHash?: string;
  readonly isReversible?: boolean;
}

/** The outcome of a success, its data made plain JSON of bounded size. */
export function succeeded(attempt: Attempt, success: Success): Outcome {
  const { data, ...rest } = success;
  if (data === undefined) return rest;
  const converted = toJson(data, { bytesMax: RESULT_BYTES_MAX });
  if (converted.ok) return { ...rest, data: converted.value };
  return failure(resultError(attempt, converted.defect), "fatal", attempt.trace);
}

function resultError(attempt: Attempt, defect: { readonly path: string; readonly found: string }): CodedError {
  return codedError(
    "DRV_EXECUTE_RESULT_INVALID",
    `Cannot keep the result of task "${attempt.job.task}": ${defect.path} is ${defect.found}, wanted is plain JSON of at most ${RESULT_BYTES_MAX} bytes`,
    { hint: "Ask the operation for less, or report the provider that returned it" },
  );
}
