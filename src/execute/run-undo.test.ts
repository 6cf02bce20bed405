import assert from "node:assert/strict";
import { test } from "node:test";
import { codedError } from "../base/coded-error.ts";
import { ok } from "../base/result.ts";
import type { JobWork } from "../protocol/job.ts";
import { createMemoryPreImageStore, preImageBytes, type StoredPreImage } from "./pre-image-store.ts";
import {
  jobOf,
  newTrial,
  putWork,
  RUN_ID,
  TRIAL_PATH,
  tokenOf,
  trialProvider,
  trialSpec,
} from "../testing/trial-executor.ts";
import { parseRunId } from "../base/ids.ts";
import { must } from "../base/assert.ts";

function undoOf(work: JobWork): JobWork {
  return { kind: "undo", operation: "trial.put", undoToken: jobOf(work).token };
}

test("given an applied change, when it is undone twice, then the former state is there each time", async () => {
  await using trial = newTrial(trialProvider([]));
  trial.host.putFile(TRIAL_PATH, "before", { mode: 0o640 });
  const before = trial.host.snapshot();
  await trial.run(putWork("after"));
  assert.equal(trial.host.text(TRIAL_PATH), "after");
  const undone = await trial.run(undoOf(putWork("after")), { token: tokenOf("undo 1") });
  assert.deepEqual(undone, { status: "changed", changes: [{ property: "undo", after: "trial.put" }] });
  assert.deepEqual(trial.host.snapshot(), before);
  assert.equal((await trial.run(undoOf(putWork("after")), { token: tokenOf("undo 2") })).status, "changed");
  assert.deepEqual(trial.host.snapshot(), before);
});

test("given something made, when it is undone, then it is absent again", async () => {
  await using trial = newTrial(trialProvider([]));
  const before = trial.host.snapshot();
  await trial.run(putWork("made"));
  await trial.run(undoOf(putWork("made")));
  assert.deepEqual(trial.host.snapshot(), before);
});

test("given an attempt that changed nothing, when it is undone, then there is nothing to do", async () => {
  await using trial = newTrial(trialProvider([]));
  trial.host.putFile(TRIAL_PATH, "same");
  assert.equal((await trial.run(putWork("same"))).status, "unchanged");
  assert.deepEqual(await trial.run(undoOf(putWork("same"))), { status: "unchanged" });
});

test("given no pre-image or no undo, when it is undone, then it is refused and says why", async () => {
  await using trial = newTrial(trialProvider([]));
  const unknown = await trial.run(undoOf(putWork("never run")));
  assert.ok(unknown.status === "failed" && unknown.error.code === "DRV_EXECUTE_NOT_REVERSIBLE");
  const preImages = createMemoryPreImageStore();
  const spec = trialSpec({ reversibility: "none" });
  await using without = newTrial(trialProvider([], { spec }), { preImages });
  const applied = await without.run(putWork("x"));
  assert.ok(applied.status === "changed" && applied.isReversible === false);
  assert.equal((await without.run(undoOf(putWork("x")))).status, "failed");
});

test("given an undo, when it is a dry run or a probe, then nothing is touched", async () => {
  await using trial = newTrial(trialProvider([]));
  await trial.run(putWork("x"));
  const before = trial.host.snapshot();
  assert.equal((await trial.run(undoOf(putWork("x")), { mode: "inspect" })).status, "changed");
  assert.equal((await trial.run(undoOf(putWork("x")), { mode: "probe" })).status, "unknown");
  assert.deepEqual(trial.host.snapshot(), before);
});

test("given an undo that fails, when it is tried again, then the pre-image is still there", async () => {
  await using trial = newTrial(trialProvider([]));
  await trial.run(putWork("x"));
  const error = codedError("DRV_HOST_BUSY", "Cannot remove: it is in use");
  trial.host.failNext("remove", error);
  const failed = await trial.run(undoOf(putWork("x")), { token: tokenOf("first") });
  assert.ok(failed.status === "failed" && failed.errorClass === "retryable");
  assert.equal((await trial.run(undoOf(putWork("x")), { token: tokenOf("second") })).status, "changed");
});

test("given a full store, when another run needs room, then older runs give it, and a run never loses its own", async () => {
  const store = createMemoryPreImageStore({ bytesMax: 250 });
  const other = must(parseRunId("run_01936f0e-0000-7000-8000-000000000001"), "a run id");
  const stored = (runId: typeof RUN_ID, bytes: number): StoredPreImage => ({
    runId,
    operation: "x",
    preImage: { facts: null, blobs: [new Uint8Array(bytes - 4)] },
    secrets: [],
  });
  assert.equal(preImageBytes(stored(RUN_ID, 100).preImage), 100);
  assert.deepEqual(await store.save(tokenOf("1"), stored(RUN_ID, 100)), ok("saved"));
  assert.deepEqual(await store.save(tokenOf("2"), stored(RUN_ID, 100)), ok("saved"));
  assert.deepEqual(await store.save(tokenOf("3"), stored(RUN_ID, 100)), ok("noRoom"));
  assert.deepEqual(await store.save(tokenOf("4"), stored(other, 120)), ok("saved"));
  assert.deepEqual(await store.load(tokenOf("1")), ok(undefined));
  assert.ok((await store.load(tokenOf("2"))).ok);
  assert.deepEqual(await store.save(tokenOf("4"), stored(other, 200)), ok("saved"), "the same token replaces");
});
