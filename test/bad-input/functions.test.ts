import assert from "node:assert/strict";
import { test } from "node:test";
import { type CodedError, continueRun, Plan } from "drover";
import { FakeClock } from "drover/testing";
import { assertCoded, failureOf } from "./coded.ts";

/** A plan that goes on after a failure, with a function the types would refuse between two good ones. */
function planAround(run: () => unknown): Plan {
  const plan = new Plan("functions", { onError: continueRun });
  plan.taskFunc("before", () => ({ changed: true, data: "kept" }));
  Reflect.apply(plan.taskFunc.bind(plan), undefined, ["bad", run]);
  plan.taskFunc("behind", () => ({ changed: false })).dependsOn("bad");
  return plan;
}

/** Runs it: the failure stays in its task, and nothing else is lost. */
async function errorOf(run: () => unknown): Promise<CodedError | undefined> {
  const report = await planAround(run).run();
  assert.equal(report.verdict, "failed");
  assert.equal(report.result("before")?.data, "kept");
  assert.equal(report.result("behind")?.skipCause, "dependencyFailed");
  return failureOf(report, "bad");
}

const thrower = (message: string) => () => {
  throw new Error(message);
};

for (const [what, guard, says] of [
  ["throws", thrower("no luck"), /its guard "when" failed: no luck/],
  ["rejects", () => Promise.reject(new Error("no luck")), /no luck/],
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- foreign code may do so
  ["rejects with nothing", () => Promise.reject(), /undefined/],
] as const) {
  test(`given a guard that ${what}, when the plan runs, then its task fails with that and never starts`, async () => {
    let callCount = 0;
    const plan = new Plan("guards", { onError: continueRun });
    plan.taskFunc("before", () => ({ changed: true }));
    plan.taskFunc("guarded", () => ({ changed: ++callCount > 0 })).when(guard);
    plan.taskFunc("cleanup", () => ({ changed: true })).dependsOn("guarded", { on: "always" });
    const report = await plan.run();
    assertCoded(failureOf(report, "guarded"), { code: "DRV_TASK_GUARD_FAILED", says });
    assert.equal(callCount, 0);
    assert.equal(report.result("before")?.status, "changed");
    assert.equal(report.result("cleanup")?.status, "changed");
  });
}

for (const [what, returned, says] of [
  ["nothing", undefined, /it is nothing/],
  ["null", null, /it is an object|null/],
  ["text", "done", /it is string/],
  ["an object without changed", {}, /without a boolean changed/],
] as const) {
  test(`given a task function that returns ${what}, when the plan runs, then its task fails and says what to return`, async () => {
    const error = await errorOf(() => returned);
    assertCoded(error, { code: "DRV_TASK_RESULT_INVALID", says });
    assert.match(error?.hint ?? "", /\{ changed: true \| false/);
  });
}

const hostile = {
  toString: thrower("never"),
  toJSON: thrower("never"),
  get message() {
    return thrower("never")();
  },
};

for (const [what, thrown, says] of [
  ["text", "out of paper", /out of paper/],
  ["nothing", undefined, /undefined/],
  ["an object", { reason: "x" }, /"reason":"x"/],
  ["an object whose members throw", hostile, /Object/],
  ["10 MB of text", "x".repeat(10_000_000), /x{100}/],
  ["an object without prototype", Object.create(null), /\{\}/],
] as const) {
  test(`given a task function that throws ${what}, when the plan runs, then its task fails and the run goes on`, async () => {
    const error = await errorOf(() => {
      throw thrown;
    });
    assertCoded(error, { code: "DRV_TASK_FUNCTION_FAILED", says });
  });
}

test("given a task function that never settles, when its time is up, then its task fails and the run ends", async () => {
  const clock = new FakeClock();
  const plan = new Plan("waiting", { onError: continueRun });
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const never = plan.taskFunc("never", () => {
    resolve();
    return new Promise<never>(() => {});
  });
  never.timeouts({ attempt: "5s", killGrace: "2s" });
  plan.taskFunc("cleanup", () => ({ changed: true })).dependsOn(never, { on: "always" });
  const run = plan.start({ clock });
  await started;
  await clock.advance(6_000);
  assert.equal(run.view.phase, "running", "It has time to end by itself");
  await clock.advance(2_000);
  const report = await run.report;
  assertCoded(failureOf(report, "never"), { code: "DRV_TASK_ATTEMPT_TIMEOUT", says: /task "never".* within 5.0s/ });
  assert.equal(report.result("cleanup")?.status, "changed");
});

test("given a task function that never settles, when the run is cancelled, then it is given up and the run ends", async () => {
  const clock = new FakeClock();
  const plan = new Plan("waiting");
  const { promise: started, resolve } = Promise.withResolvers<void>();
  plan.taskFunc("never", () => {
    resolve();
    return new Promise<never>(() => {});
  });
  const run = plan.start({ clock });
  await started;
  run.cancel({ reason: "enough" });
  await clock.advance(60_000);
  const report = await run.report;
  assert.equal(report.verdict, "cancelled");
  assert.equal(report.result("never")?.status, "cancelled");
  assert.match(report.result("never")?.reason ?? "", /did not stop when it was asked to and was given up/);
});

test("given a task function that returns itself, when the plan runs, then the place of the loop is told", async () => {
  const data: Record<string, unknown> = { list: [] };
  data["list"] = [data];
  assertCoded(await errorOf(() => ({ changed: true, data })), {
    code: "DRV_TASK_RESULT_INVALID",
    says: /\$\.list\[0\]/,
  });
});

test("given a task function that returns 50 MB, when the plan runs, then it is refused and names the limit", async () => {
  const data = { rows: ["x".repeat(50_000_000)] };
  const error = await errorOf(() => ({ changed: true, data }));
  assertCoded(error, { code: "DRV_TASK_RESULT_TOO_LARGE", says: /\$\.rows\[0\].*at most 16 MiB/ });
  assert.match(error?.hint ?? "", /write the data to a file/);
});

test("given parameters of a task made by a function that fails, when the plan runs, then its task fails with that", async () => {
  for (const params of [thrower("no luck"), () => ({ script: 10n }), () => undefined]) {
    const plan = new Plan("late", { target: "_any" });
    Reflect.apply(plan.task.bind(plan), undefined, ["late", { operation: "command.shell", params }]);
    const report = await plan.run();
    const error = failureOf(report, "late");
    assert.match(error?.code ?? "", /^DRV_(TASK_PARAMS_FAILED|OPERATION_PARAMS_INVALID)$/);
    assert.match(error?.hint ?? "", /./);
  }
});
