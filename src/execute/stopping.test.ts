import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../base/result.ts";
import type { ProviderContext } from "../operation/provider.ts";
import { err } from "../base/result.ts";
import {
  DISK_FULL,
  jobOf,
  newTrial,
  putWork,
  trialProvider,
  trialReader,
  trialSpec,
} from "../testing/trial-executor.ts";

/** Waits until the attempt is asked to stop, as a host call would. */
async function untilStopped({ signal }: ProviderContext): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return await promise;
}

test("given an attempt that takes too long, when its time is up, then it is stopped and fails with its code", async () => {
  await using trial = newTrial(trialReader(async (_, context) => await untilStopped(context)));
  const running = trial.run(putWork("x"), { timeoutMs: 5_000 });
  await trial.clock.advance(4_999);
  await trial.clock.advance(1);
  const outcome = await running;
  assert.ok(outcome.status === "failed" && outcome.error.code === "DRV_EXECUTE_ATTEMPT_TIMEOUT");
  assert.deepEqual([outcome.errorClass, outcome.changed], ["retryable", undefined]);
  assert.equal(trial.clock.pendingTimerCount, 0);
});

test("given no timeout in the job, when the operation declares one, then that counts", async () => {
  const provider = trialReader(async (_, context) => await untilStopped(context), { attemptTimeoutMs: 1_000 });
  await using trial = newTrial(provider);
  const running = trial.run(putWork("x"));
  await trial.clock.advance(1_000);
  assert.equal((await running).status, "failed");
});

test("given an attempt that was applying, when its time is up, then it may have changed something", async () => {
  const apply = async (_: unknown, __: unknown, context: ProviderContext): Promise<never> =>
    await untilStopped(context);
  await using trial = newTrial(trialProvider([], { apply }));
  const running = trial.run(putWork("x"), { timeoutMs: 10 });
  await trial.clock.advance(10);
  const outcome = await running;
  assert.ok(outcome.status === "failed" && outcome.changed === true && outcome.isReversible === true);
});

test("given a failure that comes from being stopped, when time is up, then the timeout is what is reported", async () => {
  const reader = trialReader(async (_, context) => {
    await untilStopped(context).catch(() => undefined);
    return err({ error: DISK_FULL, errorClass: "fatal" });
  });
  await using trial = newTrial(reader);
  const running = trial.run(putWork("x"), { timeoutMs: 10 });
  await trial.clock.advance(10);
  const outcome = await running;
  assert.ok(outcome.status === "failed" && outcome.error.code === "DRV_EXECUTE_ATTEMPT_TIMEOUT");
});

test("given a success at the last moment, when it was being stopped, then it is a success", async () => {
  const reader = trialReader(async (_, context) => {
    await untilStopped(context).catch(() => undefined);
    return ok("made it");
  });
  await using trial = newTrial(reader);
  const running = trial.run(putWork("x"), { timeoutMs: 10 });
  await trial.clock.advance(10);
  assert.deepEqual(await running, { status: "unchanged", data: "made it" });
});

test("given a provider that does not listen, when it was asked to stop, then after the grace nobody knows", async () => {
  await using trial = newTrial(trialReader(() => new Promise(() => undefined)));
  const running = trial.run(putWork("x"), { timeoutMs: 10, killGraceMs: 1_000 });
  let isOver = false;
  void running.then(() => (isOver = true));
  await trial.clock.advance(10 + 5_999);
  assert.equal(isOver, false);
  await trial.clock.advance(1);
  assert.equal((await running).status, "unknown");
  assert.equal(trial.clock.pendingTimerCount, 0);
});

test("given a cancel before, during and after, when executed, then only what still runs is cancelled", async () => {
  const steps: string[] = [];
  const apply = async (_: unknown, __: unknown, context: ProviderContext): Promise<never> => {
    steps.push("apply");
    return await untilStopped(context);
  };
  await using trial = newTrial(trialProvider(steps, { apply }));
  const before = await trial.executor.execute(jobOf(putWork("before")), {
    signal: AbortSignal.abort(new Error("early")),
  });
  assert.deepEqual(before.outcome, { status: "cancelled", reason: "Cancelled: early" });
  assert.equal(steps.length, 0);

  const stop = new AbortController();
  const running = trial.executor.execute(jobOf(putWork("during")), { signal: stop.signal });
  while (!steps.includes("apply")) await new Promise((resolve) => setImmediate(resolve));
  stop.abort("stopped by Ctrl-C");
  const during = await running;
  assert.deepEqual(during.outcome, { status: "cancelled", reason: "Cancelled: stopped by Ctrl-C" });
  assert.deepEqual(await trial.execute(jobOf(putWork("during"))), during);
});

test("given an attempt that several wait for, when one of them cancels, then it is cancelled for all", async () => {
  await using trial = newTrial(trialReader(async (_, context) => await untilStopped(context)));
  const first = trial.execute(jobOf(putWork("x")));
  const stop = new AbortController();
  const second = trial.executor.execute(jobOf(putWork("x")), { signal: stop.signal });
  stop.abort(new Error("enough"));
  assert.equal((await first).outcome.status, "cancelled");
  assert.equal((await second).outcome.status, "cancelled");
});

test("given running attempts, when the executor is closed, then they are cancelled and awaited", async () => {
  const trial = newTrial(trialReader(async (_, context) => await untilStopped(context)));
  const running = trial.run(putWork("x"));
  await new Promise((resolve) => setImmediate(resolve));
  await trial.executor[Symbol.asyncDispose]();
  const outcome = await running;
  assert.ok(outcome.status === "cancelled" && outcome.reason.includes("closed"));
  assert.equal((await trial.run(putWork("y"))).status, "cancelled");
});

test("given a kill grace in the job, when a provider runs commands, then they get it unless they have their own", async () => {
  const graces: (number | undefined)[] = [];
  const reader = trialReader(
    async (_, { host }) => {
      await host.exec(["a"]);
      await host.exec(["b"], { killGraceMs: 7 });
      return ok(await host.stat("/etc"));
    },
    trialSpec({ operationClass: "read-only" }),
  );
  await using trial = newTrial(reader);
  trial.host.onExec((_, options) => {
    graces.push(options.killGraceMs);
    return {};
  });
  assert.equal((await trial.run(putWork("x"), { killGraceMs: 123 })).status, "unchanged");
  assert.deepEqual(graces, [123, 7]);
});
