import { unreachable } from "../base/assert.ts";
import { codedError, type CodedError } from "../base/coded-error.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { ProviderRegistry } from "../operation/provider.ts";
import type { Job, JobWork } from "../protocol/job.ts";
import { startedBefore } from "./attempt-end.ts";
import { failure, type Attempt } from "./attempt.ts";
import type { Journal } from "./journal.ts";
import { secretValues } from "./masker.ts";
import type { PreImageStore } from "./pre-image-store.ts";
import { runOperation } from "./run-operation.ts";
import { runScript } from "./run-script.ts";
import { cannotUndo, runUndo } from "./run-undo.ts";

/** What an executor works with. */
export interface WorkTools {
  readonly providers: ProviderRegistry;
  readonly preImages: PreImageStore;
  readonly journal: Journal;
}

type UndoWork = Extract<JobWork, { readonly kind: "undo" }>;

/** Does what a job asks for. Throws what a provider throws, and the reason of the signal. */
export async function performWork(attempt: Attempt, tools: WorkTools): Promise<Outcome> {
  const { work } = attempt.job;
  switch (work.kind) {
    case "operation": {
      const provider = tools.providers.find(work.operation);
      if (provider === undefined) return failure(noSuchOperation(work.operation), "fatal", attempt.trace);
      const secrets = secretValues(work.params, provider.spec.secretParams);
      return await runOperation(attempt, { provider, params: work.params, preImages: tools.preImages, secrets });
    }
    case "script":
      return await runScript(attempt, work);
    case "undo":
      return attempt.durable?.isResumed === true ? startedBefore() : await performUndo(attempt, work, tools);
    default:
      return unreachable(work);
  }
}

/** The secret values a job works with: those of its parameters, or of the parameters of the attempt it undoes. */
export async function secretsOf(
  job: Job,
  tools: Pick<WorkTools, "providers" | "preImages">,
): Promise<readonly string[]> {
  switch (job.work.kind) {
    case "operation":
      return secretValues(job.work.params, tools.providers.find(job.work.operation)?.spec.secretParams ?? []);
    case "script":
      return [];
    case "undo": {
      const loaded = await tools.preImages.load(job.work.undoToken);
      return loaded.ok ? (loaded.value?.secrets ?? []) : [];
    }
    default:
      return unreachable(job.work);
  }
}

async function performUndo(attempt: Attempt, work: UndoWork, tools: WorkTools): Promise<Outcome> {
  const loaded = await tools.preImages.load(work.undoToken);
  if (!loaded.ok) return failure(loaded.error, "retryable", attempt.trace);
  if (loaded.value === undefined) return await undoWithoutPreImage(attempt, work, tools);
  const { operation } = loaded.value;
  return await runUndo(attempt, { operation, provider: tools.providers.find(operation), stored: loaded.value });
}

/** An attempt that is known to have changed nothing needs no pre-image. */
async function undoWithoutPreImage(attempt: Attempt, work: UndoWork, tools: WorkTools): Promise<Outcome> {
  const original = await tools.journal.find(work.undoToken);
  const status = original?.state === "finished" ? original.result.outcome.status : undefined;
  if (status === "unchanged" || status === "skipped") return { status: "unchanged" };
  return failure(cannotUndo(work.operation, "no pre-image of the attempt is held"), "fatal", attempt.trace);
}

function noSuchOperation(operation: string): CodedError {
  return codedError(
    "DRV_OPERATION_UNKNOWN",
    `Cannot run operation ${JSON.stringify(operation.slice(0, 200))}: the executor has no provider for it`,
    { hint: "Use one of the names that `drover ops` lists, or install the provider where the task runs" },
  );
}
