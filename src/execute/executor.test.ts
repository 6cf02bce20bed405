import assert from "node:assert/strict";
import { test } from "node:test";
import { codedError } from "../base/coded-error.ts";
import { PRE_IMAGE_BYTES_MAX, RESULT_BYTES_MAX } from "../base/limits.ts";
import { err, ok } from "../base/result.ts";
import { createMemoryPreImageStore } from "./pre-image-store.ts";
import {
  CONNECTION_LOST,
  DISK_FULL,
  jobOf,
  newTrial,
  putWork,
  TRIAL_PATH,
  trialProvider,
  trialReader,
  trialSpec,
} from "../testing/trial-executor.ts";
import { observedHash } from "./observed-hash.ts";

test("given a wanted state, when applied twice, then the first changes it and the second does not", async () => {
  const steps: string[] = [];
  await using trial = newTrial(trialProvider(steps));
  assert.deepEqual(await trial.run(putWork("new")), {
    status: "changed",
    data: { path: TRIAL_PATH },
    changes: [{ property: "content", before: null, after: "new" }],
    isReversible: true,
  });
  assert.deepEqual(steps.splice(0), ["inspect", "diff", "capture", "apply"]);
  const again = await trial.execute(jobOf(putWork("new"), { token: jobOf(putWork("other")).token }));
  assert.deepEqual(again.outcome, { status: "unchanged", data: { path: TRIAL_PATH } });
  assert.deepEqual(steps, ["inspect", "diff"]);
});

test("given a dry run, when it would change something, then it says what and touches nothing", async () => {
  const steps: string[] = [];
  await using trial = newTrial(trialProvider(steps));
  const before = trial.host.snapshot();
  const outcome = await trial.run(putWork("new"), { mode: "inspect" });
  assert.deepEqual(outcome, {
    status: "changed",
    changes: [{ property: "content", before: null, after: "new" }],
    isReversible: true,
    observedHash: observedHash(undefined),
  });
  assert.deepEqual(steps, ["inspect", "diff"]);
  assert.deepEqual(trial.host.snapshot(), before);
  assert.equal((await trial.run(putWork("new"))).status, "changed", "the same token may still be applied");
});

test("given invalid parameters, when executed, then every problem is named with its path and nothing is asked", async () => {
  const steps: string[] = [];
  await using trial = newTrial(trialProvider(steps));
  const work = putWork("x", { count: 0, nested: { flag: "no", extra: 1 }, unknown: true });
  const outcome = await trial.run(work);
  assert.ok(outcome.status === "failed" && outcome.errorClass === "fatal");
  assert.equal(outcome.error.code, "DRV_OPERATION_PARAMS_INVALID");
  for (const part of ["count:", "nested.flag:", "nested:", "unknown"])
    assert.ok(outcome.error.message.includes(part), part);
  assert.ok(Array.isArray(outcome.error.details?.["issues"]));
  assert.deepEqual([steps, trial.host.calls], [[], []]);
});

test("given an operation or host nobody knows, when executed, then it fails before anything starts", async () => {
  await using trial = newTrial(trialProvider([]));
  const unknown = await trial.run({ kind: "operation", operation: "no.such", params: {} });
  assert.ok(unknown.status === "failed" && unknown.error.code === "DRV_OPERATION_UNKNOWN");
  const nowhere = await trial.run(putWork("x"), { host: "elsewhere" });
  assert.ok(nowhere.status === "failed" && nowhere.error.code === "DRV_EXECUTE_NO_HOST");
  assert.equal(nowhere.failure, "unreachable");
});

test("given an operation for other systems, when executed, then it is skipped with the reason", async () => {
  const steps: string[] = [];
  await using trial = newTrial(trialProvider(steps, { spec: trialSpec({ osFamilies: ["redhat", "suse"] }) }));
  const outcome = await trial.run(putWork("x"));
  assert.equal(outcome.status, "skipped");
  assert.match(outcome.status === "skipped" ? outcome.reason : "", /redhat, suse.*debian/);
  assert.deepEqual(steps, []);
  await using fitting = newTrial(trialProvider(steps, { spec: trialSpec({ osFamilies: ["debian"] }) }));
  assert.equal((await fitting.run(putWork("x"))).status, "changed");
});

test("given an operation that only looks, when executed in any mode, then it looks and changed nothing", async () => {
  await using trial = newTrial(trialReader(async () => ok({ seen: 1 }), { operationClass: "read-only" }));
  for (const mode of ["apply", "inspect", "probe"] as const) {
    const outcome = await trial.run(putWork("x"), { mode, token: jobOf(putWork(mode)).token });
    assert.deepEqual(outcome, { status: "unchanged", data: { seen: 1 } });
  }
});

test("given parameters that make it read-only, when applied, then it is unchanged and nothing is captured", async () => {
  const steps: string[] = [];
  const spec = trialSpec({ operationClass: () => "read-only" });
  await using trial = newTrial(trialProvider(steps, { spec }));
  assert.deepEqual(await trial.run(putWork("x")), { status: "unchanged", data: { path: TRIAL_PATH } });
  assert.deepEqual(steps, ["inspect", "diff", "apply"]);
});

test("given a pre-image store, when something is applied, then the pre-image was saved before", async () => {
  const steps: string[] = [];
  const preImages = createMemoryPreImageStore();
  await using trial = newTrial(trialProvider(steps), {
    preImages: {
      load: (token) => preImages.load(token),
      save: async (token, stored) => {
        steps.push("save begins");
        await new Promise((resolve) => setImmediate(resolve));
        steps.push("saved");
        return await preImages.save(token, stored);
      },
    },
  });
  await trial.run(putWork("x"));
  assert.deepEqual(steps, ["inspect", "diff", "capture", "save begins", "saved", "apply"]);
});

test("given pre-images that cannot be kept, when too large or without room, then it goes on, not reversible", async () => {
  const capture = async (): Promise<ReturnType<typeof ok<{ facts: null; blobs: Uint8Array[] }>>> =>
    ok({ facts: null, blobs: [new Uint8Array(PRE_IMAGE_BYTES_MAX + 1)] });
  await using large = newTrial(trialProvider([], { capture }));
  const outcome = await large.run(putWork("x"));
  assert.ok(outcome.status === "changed" && outcome.isReversible === false);
  await using full = newTrial(trialProvider([]), { preImages: createMemoryPreImageStore({ bytesMax: 1 }) });
  const other = await full.run(putWork("x"));
  assert.ok(other.status === "changed" && other.isReversible === false);
});

test("given a pre-image store that fails, when something is to be applied, then it is not", async () => {
  const steps: string[] = [];
  const preImages = { load: async () => ok(undefined), save: async () => err(DISK_FULL) };
  await using trial = newTrial(trialProvider(steps), { preImages });
  const outcome = await trial.run(putWork("x"));
  assert.ok(
    outcome.status === "failed" && outcome.error.code === "DRV_HOST_DISK_FULL" && outcome.changed === undefined,
  );
  assert.ok(!steps.includes("apply"));
});

test("given a failure in each step, when executed, then it says whether something changed and can be undone", async () => {
  const failure = async () =>
    err({ error: DISK_FULL, errorClass: "retryable" as const, retryAfterMs: 5, changed: true });
  for (const step of ["inspect", "capture", "apply"] as const) {
    await using trial = newTrial(trialProvider([], { [step]: failure }));
    const outcome = await trial.run(putWork("x"));
    const isApply = step === "apply";
    assert.deepEqual(outcome, {
      status: "failed",
      error: DISK_FULL,
      errorClass: "retryable",
      retryAfterMs: 5,
      ...(isApply ? { changed: true, isReversible: true } : {}),
    });
  }
});

test("given a provider that throws anything, when executed, then it crashed, and may have changed something", async () => {
  const thrown: readonly unknown[] = [new Error("bug"), "text", undefined, null, { code: 1 }];
  for (const value of thrown) {
    const throwing = async (): Promise<never> => {
      throw value;
    };
    await using inspecting = newTrial(trialProvider([], { inspect: throwing }));
    const early = await inspecting.run(putWork("x"));
    assert.ok(early.status === "failed" && early.error.code === "DRV_OPERATION_CRASHED" && early.changed === undefined);
    await using applying = newTrial(trialProvider([], { apply: throwing }));
    const late = await applying.run(putWork("x"));
    assert.ok(
      late.status === "failed" && late.errorClass === "fatal" && late.changed === true && late.isReversible === true,
    );
  }
});

test("given a broken connection, when it breaks while applying, then nobody knows; before that, nothing started", async () => {
  const lost = async () => err({ error: CONNECTION_LOST, errorClass: "retryable" as const });
  await using applying = newTrial(trialProvider([], { apply: lost }));
  assert.equal((await applying.run(putWork("x"))).status, "unknown");
  const wrapped = codedError("DRV_HOST_IO", "Cannot deploy: it failed", { cause: CONNECTION_LOST });
  await using wrapping = newTrial(
    trialProvider([], { apply: async () => err({ error: wrapped, errorClass: "fatal" }) }),
  );
  assert.equal((await wrapping.run(putWork("x"))).status, "unknown");
  await using inspecting = newTrial(trialProvider([], { inspect: lost }));
  const outcome = await inspecting.run(putWork("x"));
  assert.ok(outcome.status === "failed" && outcome.failure === "unreachable");
});

test("given results that are not plain JSON or too large, when returned, then the attempt failed and says why", async () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  for (const value of [cyclic, () => 1, 10n, "x".repeat(RESULT_BYTES_MAX + 1), { at: { deep: Number.NaN } }]) {
    await using trial = newTrial(trialReader(async () => ok(value)));
    const outcome = await trial.run(putWork("x"));
    assert.ok(outcome.status === "failed" && outcome.error.code === "DRV_EXECUTE_RESULT_INVALID");
    assert.ok(outcome.error.message.length < 500);
  }
});

test("given an operation of the controller, when executed, then it needs no host and cannot use one", async () => {
  const reader = trialReader(async (_, { host }) => ok({ name: host.name, answer: await host.exec(["true"]) }), {
    isControllerOperation: true,
  });
  await using trial = newTrial(reader);
  const outcome = await trial.run(putWork("x"), { host: "" });
  assert.ok(outcome.status === "unchanged");
  assert.match(JSON.stringify(outcome.data), /DRV_EXECUTE_NO_HOST/);
});
