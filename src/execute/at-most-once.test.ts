import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../base/result.ts";
import type { AttemptResult } from "../protocol/job.ts";
import { createMemoryJournal, type Journal } from "./journal.ts";
import { createMemoryPreImageStore } from "./pre-image-store.ts";
import {
  CONNECTION_LOST,
  jobOf,
  newTrial,
  putWork,
  TRIAL_PATH,
  tokenOf,
  trialProvider,
  trialReader,
  trialSpec,
} from "../testing/trial-executor.ts";
import { err } from "../base/result.ts";

test("given a token that was carried out, when it is sent again, then it is answered with the same result", async () => {
  const steps: string[] = [];
  await using trial = newTrial(trialProvider(steps));
  const job = jobOf(putWork("x"));
  const first = await trial.execute(job);
  await trial.host.remove(TRIAL_PATH);
  assert.deepEqual(await trial.execute(job), first);
  assert.deepEqual(await trial.execute({ ...job, work: putWork("other") }), first, "the token decides");
  assert.equal(steps.filter((step) => step === "apply").length, 1);
});

test("given a token that is running, when it is sent again many times, then all get the one result", async () => {
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  let startCount = 0;
  const reader = trialReader(async () => {
    startCount++;
    await gate;
    return ok({ startCount });
  });
  await using trial = newTrial(reader);
  const running = Array.from({ length: 5 }, () => trial.execute(jobOf(putWork("x"))));
  resolve();
  const results = await Promise.all(running);
  assert.equal(new Set(results).size, 1);
  assert.equal(startCount, 1);
});

test("given a token accepted by an executor that is gone, when it is sent again, then the outcome is unknown", async () => {
  const journal = createMemoryJournal();
  await journal.accept(jobOf(putWork("x")).token);
  const steps: string[] = [];
  await using trial = newTrial(trialProvider(steps), { journal });
  assert.equal((await trial.run(putWork("x"))).status, "unknown");
  assert.deepEqual(steps, []);
});

test("given a journal that fails, when a job comes, then it is not started and its outcome says so", async () => {
  const failing: Journal = {
    accept: async () => Promise.reject(new Error("disk on fire")),
    find: async () => undefined,
    finish: async () => undefined,
  };
  const steps: string[] = [];
  await using trial = newTrial(trialProvider(steps), { journal: failing });
  const outcome = await trial.run(putWork("x"));
  assert.ok(outcome.status === "failed" && outcome.errorClass === "retryable");
  assert.equal(outcome.error.code, "DRV_JOURNAL_FAILED");
  assert.match(outcome.error.message, /disk on fire/);
  assert.deepEqual(steps, []);
});

test("given a lost attempt, when it is probed, then what is there now tells whether it reached its goal", async () => {
  const journal = createMemoryJournal();
  const token = tokenOf("lost");
  await journal.accept(token);
  const preImages = createMemoryPreImageStore();
  await using trial = newTrial(trialProvider([]), { journal, preImages });
  const probe = { mode: "probe", token } as const;
  const notReached = await trial.run(putWork("x"), probe);
  assert.ok(notReached.status === "failed" && notReached.error.code === "DRV_EXECUTE_GOAL_NOT_REACHED");
  assert.equal(notReached.errorClass, "retryable");

  trial.host.putFile(TRIAL_PATH, "x");
  assert.equal((await trial.run(putWork("x"), probe)).status, "unchanged", "it had not begun to apply");
  const preImage = { facts: { existed: false }, blobs: [] };
  await preImages.save(token, { runId: jobOf(putWork("x")).runId, operation: "trial.put", preImage, secrets: [] });
  const reached = await trial.run(putWork("x"), probe);
  assert.ok(reached.status === "changed" && reached.isReversible === true);
});

test("given a probe with a token of its own, when the lost attempt has a result, then that is the answer, and it can be undone under either", async () => {
  const preImages = createMemoryPreImageStore();
  await using trial = newTrial(trialProvider([]), { preImages });
  const lost = jobOf(putWork("x"));
  const { outcome } = await trial.execute(lost);
  await trial.host.remove(TRIAL_PATH);
  const probe = { ...lost, mode: "probe", token: tokenOf("probe"), probeOf: lost.token } as const;
  assert.deepEqual((await trial.execute(probe)).outcome, outcome, "It was not looked at again");
  const held = await preImages.load(probe.token);
  assert.ok(held.ok && held.value?.operation === "trial.put");
});

test("given a probe with a token of its own, when the lost attempt reached its goal unheard, then its pre-image tells that it changed it", async () => {
  const preImages = createMemoryPreImageStore();
  await using trial = newTrial(trialProvider([]), { preImages });
  const lost = jobOf(putWork("x"));
  const preImage = { facts: { existed: false }, blobs: [] };
  await preImages.save(lost.token, { runId: lost.runId, operation: "trial.put", preImage, secrets: [] });
  trial.host.putFile(TRIAL_PATH, "x");
  const probe = { ...lost, mode: "probe", token: tokenOf("probe"), probeOf: lost.token } as const;
  const { outcome } = await trial.execute(probe);
  assert.ok(outcome.status === "changed" && outcome.isReversible === true);
  const held = await preImages.load(probe.token);
  assert.ok(held.ok && held.value !== undefined);
});

test("given a lost attempt of something not idempotent, when it is probed, then it stays unknown", async () => {
  const spec = trialSpec({ operationClass: "non-idempotent" });
  await using trial = newTrial(trialProvider([], { spec }));
  assert.equal((await trial.run(putWork("x"), { mode: "probe" })).status, "unknown");
});

test("given an attempt whose result is known, when it is probed, then that is the answer; unknown is looked at", async () => {
  await using trial = newTrial(trialProvider([]));
  const job = jobOf(putWork("x"));
  const result = await trial.execute(job);
  await trial.host.remove(TRIAL_PATH);
  assert.deepEqual(await trial.execute({ ...job, mode: "probe" }), result);

  const lost = async () => err({ error: CONNECTION_LOST, errorClass: "retryable" as const });
  await using losing = newTrial(trialProvider([], { apply: lost }));
  assert.equal((await losing.execute(job)).outcome.status, "unknown");
  losing.host.putFile(TRIAL_PATH, "x");
  assert.equal((await losing.execute({ ...job, mode: "probe" })).outcome.status, "changed");
});

test("given a running attempt, when it is probed, then its own result is awaited", async () => {
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  const reader = trialReader(async () => {
    await gate;
    return ok("done");
  });
  await using trial = newTrial(reader);
  const job = jobOf(putWork("x"));
  const running = [trial.execute(job), trial.execute({ ...job, mode: "probe" })];
  resolve();
  const [result, probed] = await Promise.all(running);
  assert.equal(probed, result);
});

test("given a full journal in memory, when more comes, then old results are forgotten first and never run again", async () => {
  const journal = createMemoryJournal({ resultsMax: 2, tokensMax: 3 });
  const tokens = ["a", "b", "c", "d"].map(tokenOf);
  for (const token of tokens) {
    assert.equal((await journal.accept(token)).state, "accepted");
    await journal.finish({ token, outcome: { status: "unchanged" }, durationMs: 1 });
  }
  const states = await Promise.all(tokens.map(async (token) => (await journal.find(token))?.state));
  assert.deepEqual(states, [undefined, "started", "finished", "finished"]);
  assert.equal((await journal.accept(tokenOf("b"))).state, "started");
});

test("given results of many megabytes, when kept, then their size bounds them too", async () => {
  const journal = createMemoryJournal({ resultBytesMax: 10_000 });
  const resultOf = (name: string): AttemptResult => ({
    token: tokenOf(name),
    outcome: { status: "unchanged", data: "x".repeat(6_000) },
    durationMs: 1,
  });
  for (const name of ["a", "b"]) {
    await journal.accept(tokenOf(name));
    await journal.finish(resultOf(name));
  }
  assert.equal((await journal.find(tokenOf("a")))?.state, "started");
  assert.equal((await journal.find(tokenOf("b")))?.state, "finished");
});
