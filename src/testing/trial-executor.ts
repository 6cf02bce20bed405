import { z } from "zod";
import { attemptToken, type AttemptToken, parseRunId, type RunId } from "../base/ids.ts";
import { must } from "../base/assert.ts";
import { codedError } from "../base/coded-error.ts";
import { sha256, type JsonValue } from "../base/json.ts";
import { err, ok } from "../base/result.ts";
import { memoryContentStore } from "../operation/memory-content-store.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { Provider, ReadProvider, WriteProvider } from "../operation/provider.ts";
import type { OperationSpec } from "../operation/spec.ts";
import type { AttemptResult, Job, JobWork } from "../protocol/job.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeHost } from "./fake-host.ts";
import { createExecutor, type Executor, type ExecutorOptions } from "../execute/executor.ts";
import { createMemoryPreImageStore } from "../execute/pre-image-store.ts";

const params = z.strictObject({
  text: z.string(),
  count: z.int().min(1).default(1),
  nested: z.strictObject({ flag: z.boolean() }).optional(),
  password: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

export type TrialParams = z.infer<typeof params>;

type TrialSpec = OperationSpec<TrialParams, unknown, z.input<typeof params>>;

/** A declaration for tests, of an operation that puts a text into `/etc/trial`. */
export function trialSpec(changes: Partial<TrialSpec> = {}): TrialSpec {
  return {
    name: "trial.put",
    aliases: [],
    category: "trial",
    summary: "Puts a text into a file",
    params,
    result: z.unknown(),
    operationClass: "idempotent",
    reversibility: "full",
    osFamilies: "any",
    attemptTimeoutMs: 60_000,
    unknownPolicy: "probe",
    secretParams: ["password", "headers.authorization"],
    example: { text: "x" },
    ...changes,
  };
}

export const TRIAL_PATH = "/etc/trial";

/** A write provider whose steps note their names in `steps`; each may be replaced. */
export function trialProvider(
  steps: string[],
  changes: Partial<WriteProvider<TrialParams, unknown, string | undefined>> = {},
): Provider {
  const provider: WriteProvider<TrialParams, unknown, string | undefined> = {
    kind: "write",
    spec: trialSpec(),
    async inspect(_, { host, signal }) {
      steps.push("inspect");
      const read = await host.readFile(TRIAL_PATH, { signal });
      if (read.ok) return ok(new TextDecoder().decode(read.value));
      return read.error.code === "DRV_HOST_FILE_NOT_FOUND"
        ? ok(undefined)
        : err({ error: read.error, errorClass: "retryable" });
    },
    diff(observed, { text }) {
      steps.push("diff");
      return observed === text ? [] : [{ property: "content", before: observed ?? null, after: text }];
    },
    unchangedResult: () => ({ path: TRIAL_PATH }),
    async capture(_, observed) {
      steps.push("capture");
      return ok({ facts: { existed: observed !== undefined }, blobs: [new TextEncoder().encode(observed ?? "")] });
    },
    async apply({ text }, _, { host, signal }) {
      steps.push("apply");
      const written = await host.writeFile(TRIAL_PATH, new TextEncoder().encode(text), { signal });
      return written.ok ? ok({ path: TRIAL_PATH }) : err({ error: written.error, errorClass: "fatal", changed: true });
    },
    async undo(preImage, { host, signal }) {
      steps.push("undo");
      const existed = JSON.stringify(preImage.facts) === '{"existed":true}';
      const content = preImage.blobs[0] ?? new Uint8Array(0);
      const undone = existed
        ? await host.writeFile(TRIAL_PATH, content, { signal })
        : await host.remove(TRIAL_PATH, { signal });
      return undone.ok ? ok(undefined) : err({ error: undone.error, errorClass: "retryable" });
    },
    ...changes,
  };
  return provider;
}

export function trialReader(read: ReadProvider<TrialParams>["read"], spec: Partial<TrialSpec> = {}): Provider {
  const provider: ReadProvider<TrialParams> = { kind: "read", spec: trialSpec(spec), read };
  return provider;
}

export const RUN_ID: RunId = must(parseRunId("run_01936f0e-0000-7000-8000-000000000000"), "a run id");

export function tokenOf(name: string): AttemptToken {
  return attemptToken(sha256(name));
}

export function jobOf(work: JobWork, changes: Partial<Job> = {}): Job {
  return {
    runId: RUN_ID,
    task: "trial",
    host: "fake",
    attempt: 1,
    token: tokenOf(JSON.stringify(work)),
    mode: "apply",
    work,
    ...changes,
  };
}

export function putWork(text: string, more: { readonly [name: string]: JsonValue } = {}): JobWork {
  return { kind: "operation", operation: "trial.put", params: { text, ...more } };
}

export interface Trial extends AsyncDisposable {
  readonly executor: Executor;
  readonly host: FakeHost;
  readonly clock: FakeClock;
  run(work: JobWork, changes?: Partial<Job>): Promise<Outcome>;
  execute(job: Job): Promise<AttemptResult>;
}

/** An executor with one provider and a host in memory. */
export function newTrial(provider: Provider, options: Partial<ExecutorOptions> = {}): Trial {
  const host = new FakeHost();
  const clock = new FakeClock();
  const executor = createExecutor({
    providers: { find: (name) => (name === provider.spec.name ? provider : undefined), list: () => [provider] },
    hostFor: (name) => (name === host.name ? host : undefined),
    contents: memoryContentStore(),
    preImages: createMemoryPreImageStore(),
    clock,
    ...options,
  });
  const signal = new AbortController().signal;
  const execute = (job: Job): Promise<AttemptResult> => executor.execute(job, { signal });
  return {
    executor,
    host,
    clock,
    execute,
    run: async (work, changes) => (await execute(jobOf(work, changes))).outcome,
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

export const DISK_FULL = codedError("DRV_HOST_DISK_FULL", "Cannot write file: the disk is full");
export const CONNECTION_LOST = codedError("DRV_HOST_CONNECTION_LOST", "Cannot follow what runs: it ended");
