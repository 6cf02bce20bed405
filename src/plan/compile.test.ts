import assert from "node:assert/strict";
import { test } from "node:test";
import type { CodedError } from "../base/coded-error.ts";
import { PlanBuilder } from "../definition/builder.ts";
import type { PlanDefinition, TaskDefinition } from "../definition/definition.ts";
import { continueRun, retry } from "../definition/error-strategy.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { ops } from "../operation/ops.ts";
import { compilePlan, type CompileOptions } from "./compile.ts";
import type { CompiledPlan, CompiledTask } from "./compiled-plan.ts";

const catalog = builtinOperations();
const unchanged = () => ({ changed: false });

function compiled(definition: PlanDefinition, options: Partial<CompileOptions> = {}): CompiledPlan {
  const plan = compilePlan(definition, { catalog, ...options });
  assert.ok(plan.ok, plan.ok ? "" : plan.error.map((error) => error.message).join("\n"));
  return plan.value;
}

function problemsOf(definition: PlanDefinition, options: Partial<CompileOptions> = {}): readonly CodedError[] {
  const plan = compilePlan(definition, { catalog, ...options });
  assert.ok(!plan.ok, "the plan compiles");
  return plan.error;
}

function codesOf(definition: PlanDefinition): readonly string[] {
  return problemsOf(definition).map((problem) => problem.code);
}

/** A function task that does nothing, with `rest`. */
function noop(name: string, rest: Partial<TaskDefinition> = {}): TaskDefinition {
  return { name, body: { kind: "function", run: unchanged }, ...rest };
}

function planOf(...tasks: readonly TaskDefinition[]): PlanDefinition {
  return { name: "p", tasks };
}

function taskOf(plan: CompiledPlan, name: string): CompiledTask {
  const task = plan.tasks[plan.graph.indexOf(name) ?? -1];
  assert.ok(task, name);
  return task;
}

test("given an empty plan, when it is compiled, then it has no tasks and the defaults", () => {
  const plan = compiled({ name: "empty", tasks: [] });
  assert.deepEqual(plan.tasks, []);
  assert.equal(plan.rollback, "off");
  assert.equal(plan.hasLevelBarriers, false);
  assert.deepEqual(plan.limits, { maxParallel: 16, maxWritingPerHost: 1, keys: new Map() });
  assert.deepEqual(plan.warnings, []);
});

test("given tasks about which nothing is said, when they are compiled, then the documented defaults hold", () => {
  const builder = new PlanBuilder("p");
  builder.task("operation", ops.command.exec({ command: "true" }), "_any");
  builder.taskFunc("function", unchanged);
  builder.script("script", { script: "true" });
  builder.approval("approval");
  builder.delay("delay", "2d");
  builder.group("group", (part) => part.taskFunc("in", unchanged));
  const plan = compiled(builder.definition());
  const base = {
    afterFailure: "stopAll",
    isTolerated: false,
    priority: 0,
    allowsEmptyTarget: false,
    killGraceMs: 10_000,
  };
  const dayMs = 86_400_000;
  const unlimitedMs = Number.POSITIVE_INFINITY;
  const policies = Object.fromEntries(plan.tasks.map(({ name, policy }) => [name, policy]));
  assert.deepEqual(policies, {
    operation: { ...base, attemptTimeoutMs: 600_000, totalTimeoutMs: dayMs },
    function: { ...base, totalTimeoutMs: dayMs },
    script: { ...base, attemptTimeoutMs: 3_600_000, totalTimeoutMs: dayMs },
    approval: { ...base, totalTimeoutMs: dayMs },
    delay: { ...base, totalTimeoutMs: unlimitedMs },
    group: { ...base, totalTimeoutMs: unlimitedMs },
  });
});

test("given tasks with equal settings, when they are compiled, then they share one frozen policy and one list of guards", () => {
  const strategy = retry(1).then(continueRun);
  const plan = compiled(planOf(noop("a", { onError: strategy }), noop("b", { onError: { ...strategy } }), noop("c")));
  assert.equal(taskOf(plan, "a").policy, taskOf(plan, "b").policy);
  assert.notEqual(taskOf(plan, "a").policy, taskOf(plan, "c").policy);
  assert.equal(taskOf(plan, "a").guards, taskOf(plan, "c").guards);
  assert.ok(Object.isFrozen(taskOf(plan, "a").policy));
});

test("given a strategy of the plan, when tasks say a half of their own, then the other half is inherited", () => {
  const plan = compiled({
    ...planOf(
      noop("quiet"),
      noop("own", { onError: { afterFailure: "stopAll" } }),
      noop("once", { onError: retry(0) }),
    ),
    onError: retry(3, { initial: "1s", factor: 3, max: "1m", jitter: 0.5, on: "any" }).then(continueRun),
  });
  const wanted = { retries: 3, initialMs: 1_000, factor: 3, maxMs: 60_000, jitter: 0.5, on: "any" };
  assert.deepEqual(taskOf(plan, "quiet").policy.retry, wanted);
  assert.equal(taskOf(plan, "quiet").policy.afterFailure, "continueRun");
  assert.deepEqual(taskOf(plan, "own").policy.retry, wanted);
  assert.equal(taskOf(plan, "own").policy.afterFailure, "stopAll");
  assert.equal(taskOf(plan, "once").policy.retry, undefined);
  assert.equal(taskOf(plan, "once").policy.afterFailure, "continueRun");
});

test("given batches, when they are compiled, then everything is the last one", () => {
  const builder = new PlanBuilder("p", { target: "_all" });
  builder.task("a", ops.node.hostnameGet()).batches([1, "10%", "50%"]).maxFail(2);
  builder.task("b", ops.node.hostnameGet()).batches([]).maxFail("5%");
  const plan = compiled(builder.definition());
  assert.deepEqual(taskOf(plan, "a").policy.batches, [
    { hosts: 1 },
    { percent: 10 },
    { percent: 50 },
    { percent: 100 },
  ]);
  assert.deepEqual(taskOf(plan, "a").policy.maxFail, { hosts: 2 });
  assert.deepEqual(taskOf(plan, "b").policy.batches, [{ percent: 100 }]);
  assert.deepEqual(taskOf(plan, "b").policy.maxFail, { percent: 5 });
  assert.equal(taskOf(plan, "a").target?.text, "_all");
});

test("given concurrency keys, when the plan is compiled, then those nobody lists get one", () => {
  const inner = planOf(noop("in", { concurrencyKey: "inner" }));
  const plan = compiled({
    ...planOf(noop("a", { concurrencyKey: "db" }), noop("b", { concurrencyKey: "api" }), {
      name: "g",
      body: { kind: "group", plan: inner },
    }),
    concurrency: { api: 4 },
  });
  assert.deepEqual(
    [...plan.limits.keys],
    [
      ["api", 4],
      ["db", 1],
      ["inner", 1],
    ],
  );
});

test("given operations, when they are compiled, then class, policy and reversibility come from their declaration", () => {
  const builder = new PlanBuilder("p", { target: "_any" });
  builder.task("get", ops.http.request({ url: "http://localhost/" }));
  builder.task("post", ops.http.request({ url: "http://localhost/", method: "POST" }));
  builder.task("late", { operation: "http.request", params: () => ({ url: "http://localhost/" }) });
  builder.task("alias", { operation: "file.deploy.execute", params: { path: "/a", content: "" } });
  builder.task("upload", ops.file.upload({ name: "a", content: "x" }));
  const plan = compiled(builder.definition());
  const classes = plan.tasks.map(({ body }) => (body.kind === "operation" ? body.operationClass : body.kind));
  assert.deepEqual(classes.slice(0, 3), ["read-only", "non-idempotent", "non-idempotent"]);
  const alias = taskOf(plan, "alias").body;
  assert.ok(alias.kind === "operation");
  assert.equal(alias.operation, "file.deploy");
  assert.equal(alias.isReversible, true);
  assert.equal(taskOf(plan, "upload").target, undefined, "a controller operation takes no target");
});

test("given parameters that the author changes later, when the plan was compiled, then it keeps what they were", () => {
  const params = { path: "/etc/a", content: "a" };
  const plan = compiled(
    planOf({ name: "t", target: "_any", body: { kind: "operation", operation: "file.deploy", params } }),
  );
  params.path = "relative";
  const { body } = taskOf(plan, "t");
  assert.ok(body.kind === "operation");
  assert.deepEqual(body.params, { path: "/etc/a", content: "a" });
});

test("given a function registered by name, when the plan is compiled elsewhere, then it is found or named as unknown", () => {
  const definition = planOf({ name: "t", body: { kind: "function", registeredName: "deploy" } });
  const { body } = taskOf(compiled(definition, { functions: new Map([["deploy", unchanged]]) }), "t");
  assert.deepEqual(body, { kind: "function", run: unchanged, registeredName: "deploy", unknownPolicy: "hold" });
  const [problem] = problemsOf(definition, { functions: new Map([["deplyo", unchanged]]) });
  assert.equal(problem?.code, "DRV_PLAN_FUNCTION_UNKNOWN");
  assert.equal(problem.hint, 'Did you mean "deplyo"?');
});

test("given scripts and gates, when they are compiled, then they are read to the end", () => {
  const builder = new PlanBuilder("p");
  builder.script("s", { interpreter: "python", script: "print(1)", env: { A: "1" }, cwd: "/tmp", input: { a: [1] } });
  builder.script("own", { interpreter: ["ruby", "-w"], script: "puts 1", unknownPolicy: "rerun" });
  builder.until("u", "2026-03-29T12:00:00Z");
  const plan = compiled(builder.definition());
  assert.deepEqual(taskOf(plan, "s").body, {
    kind: "script",
    interpreter: ["python3"],
    script: "print(1)",
    args: [],
    env: { A: "1" },
    cwd: "/tmp",
    input: { a: [1] },
    unknownPolicy: "hold",
  });
  const own = taskOf(plan, "own").body;
  assert.deepEqual(own.kind === "script" && [own.interpreter, own.unknownPolicy], [["ruby", "-w"], "rerun"]);
  assert.deepEqual(taskOf(plan, "u").body, {
    kind: "gate",
    gate: { kind: "until", atMs: Date.parse("2026-03-29T12:00:00Z") },
  });
});

test("given __proto__ and constructor as names, when they depend on each other, then the plan compiles", () => {
  const plan = compiled({
    name: "__proto__",
    tasks: [noop("__proto__"), noop("constructor", { needs: [{ task: "__proto__" }] }), noop("toString")],
    concurrency: Object.fromEntries([["__proto__", 2]]),
  });
  assert.deepEqual(plan.graph.dependencies("constructor"), { ok: true, value: ["__proto__"] });
  assert.deepEqual([...plan.limits.keys], [["__proto__", 2]]);
});

test("given names that cannot be used, when the plan is compiled, then each is a problem with its place", () => {
  const problems = problemsOf({ name: "", tasks: [noop(""), noop("x".repeat(10_000)), noop("a/b"), noop("a\u0007")] });
  assert.deepEqual(new Set(problems.map((problem) => problem.code)), new Set(["DRV_PLAN_NAME_INVALID"]));
  assert.equal(problems.length, 5);
  assert.equal(problems[1]?.at?.path, "tasks.0");
  assert.ok(problems.every((problem) => problem.message.length < 300));
});

test("given duplicate names, when the plan is compiled, then every repetition is a problem", () => {
  assert.deepEqual(codesOf(planOf(noop("a"), noop("a"), noop("b"), noop("a"))), [
    "DRV_PLAN_TASK_DUPLICATE",
    "DRV_PLAN_TASK_DUPLICATE",
  ]);
});

test("given a task called like the child of a group, when the plan is compiled, then that is a duplicate", () => {
  const deep = planOf({ name: "b", body: { kind: "group", plan: planOf(noop("c")) } });
  const definition = planOf({ name: "a", body: { kind: "group", plan: deep } }, noop("a.b.c"));
  assert.deepEqual(codesOf(definition), ["DRV_PLAN_TASK_DUPLICATE"]);
});

test("given unknown references, when the plan is compiled, then each suggests a name", () => {
  const problems = problemsOf(
    planOf(noop("install"), noop("start", { needs: [{ task: "instal" }], prefer: ["nobody"] })),
  );
  assert.deepEqual(
    problems.map(({ code, hint, at }) => [code, hint, at?.path]),
    [
      ["DRV_PLAN_DEPENDENCY_UNKNOWN", 'Did you mean "install"?', "tasks.start.needs"],
      ["DRV_PLAN_DEPENDENCY_UNKNOWN", "Add the task, or correct the name", "tasks.start.needs"],
    ],
  );
});

test("given loops, when the plan is compiled, then every loop is named as a whole and self-edges apart from them", () => {
  const problems = problemsOf(
    planOf(
      noop("a", { needs: [{ task: "c" }] }),
      noop("b", { needs: [{ task: "a" }] }),
      noop("c", { needs: [{ task: "b" }] }),
      noop("self", { needs: [{ task: "self" }] }),
      noop("x", { needs: [{ task: "y" }] }),
      noop("y", { needs: [{ task: "x" }] }),
    ),
  );
  assert.deepEqual(
    problems.map(({ code, details }) => [code, details?.["cycle"]]),
    [
      ["DRV_PLAN_DEPENDENCY_SELF", undefined],
      ["DRV_GRAPH_CYCLE", ["a", "b", "c"]],
      ["DRV_GRAPH_CYCLE", ["x", "y"]],
    ],
  );
  assert.match(problems[1]?.message ?? "", /Cannot compile plan "p": "a" -> "b" -> "c" -> "a"/);
});

test("given values of wrong type or range, when the plan is compiled, then all are reported together with their places", () => {
  const builder = new PlanBuilder("p", { maxParallel: 0, rollback: "never" as "off" });
  const task = builder.task("t", ops.node.hostnameGet(), "_all");
  task.retry(-1).timeouts({ attempt: "5 min", total: 0, queue: Number.NaN }).priority(1.5).maxFail(-1);
  task
    .batches([0, "200%", 5, 3])
    .estimate("soon")
    .title(7 as unknown as string);
  builder.taskFunc("f", unchanged).retry(0.5, { factor: 0, jitter: 2, initial: "1 s" });
  const found = problemsOf(builder.definition()).map(({ at, code }) => `${at?.path} ${code}`);
  const paths = new Set(found);
  for (const path of [
    "tasks.t.onError.retry.times DRV_PLAN_VALUE_INVALID",
    "tasks.t.timeouts.attempt DRV_DURATION_INVALID",
    "tasks.t.timeouts.total DRV_PLAN_VALUE_INVALID",
    "tasks.t.timeouts.queue DRV_DURATION_INVALID",
    "tasks.t.priority DRV_PLAN_VALUE_INVALID",
    "tasks.t.maxFail DRV_PLAN_VALUE_INVALID",
    "tasks.t.batches DRV_PLAN_VALUE_INVALID",
    "tasks.t.estimate DRV_DURATION_INVALID",
    "tasks.t.title DRV_PLAN_VALUE_INVALID",
    "tasks.f.onError.retry.times DRV_PLAN_VALUE_INVALID",
    "tasks.f.onError.retry.factor DRV_PLAN_VALUE_INVALID",
    "tasks.f.onError.retry.jitter DRV_PLAN_VALUE_INVALID",
    "tasks.f.onError.retry.initial DRV_DURATION_INVALID",
    "maxParallel DRV_PLAN_VALUE_INVALID",
    "rollback DRV_PLAN_VALUE_INVALID",
  ]) {
    assert.ok(paths.has(path), `${path} is missing in\n${found.join("\n")}`);
  }
});

test("given wrong parameters of operations, when the plan is compiled, then every issue is a problem at its parameter", () => {
  const problems = problemsOf({
    ...planOf(
      {
        name: "a",
        body: { kind: "operation", operation: "file.deploy", params: { path: "x", contnet: "", mode: "9" } },
      },
      { name: "b", body: { kind: "operation", operation: "file.deplyo" } },
      { name: "c", body: { kind: "operation", operation: "" } },
    ),
    target: "_any",
  });
  const found = problems.map(({ code, at }) => `${code} ${at?.path}`);
  assert.ok(found.includes("DRV_PLAN_PARAMS_INVALID tasks.a.params.path"), found.join("\n"));
  assert.ok(found.includes("DRV_PLAN_PARAMS_INVALID tasks.a.params.mode"));
  assert.ok(found.includes("DRV_PLAN_PARAMS_UNKNOWN tasks.a.params"));
  assert.ok(found.includes("DRV_OPERATION_UNKNOWN tasks.b.operation"));
  assert.ok(found.includes("DRV_OPERATION_UNKNOWN tasks.c.operation"));
  assert.equal(problems.find((problem) => problem.code === "DRV_PLAN_PARAMS_UNKNOWN")?.hint, 'Did you mean "content"?');
});

test("given parameters that are no plain JSON, when the plan is compiled, then the place of the defect is said", () => {
  const cyclic: { [key: string]: unknown } = { path: "/a" };
  cyclic["self"] = cyclic;
  const builder = new PlanBuilder("p", { target: "_any" });
  const input: object = { operation: "file.deploy", params: cyclic };
  builder.task("t", input as never);
  const [problem] = problemsOf(builder.definition());
  assert.equal(problem?.code, "DRV_PLAN_PARAMS_INVALID");
  assert.match(problem.message, /\$\.self is a value inside itself/);
});

test("given tasks without what they act on, when the plan is compiled, then that is a problem", () => {
  const definition = planOf(
    { name: "op", body: { kind: "operation", operation: "node.hostname.get" } },
    { name: "bad", target: "a b", body: { kind: "operation", operation: "node.hostname.get" } },
    { name: "fn", body: { kind: "function" } },
    { name: "script", body: { kind: "script", script: "" } },
    {
      name: "undo",
      body: { kind: "function", run: unchanged },
      undo: { kind: "operation", operation: "node.hostname.get" },
    },
  );
  assert.deepEqual(codesOf(definition), [
    "DRV_PLAN_TARGET_MISSING",
    "DRV_PLAN_TARGET_INVALID",
    "DRV_PLAN_FUNCTION_MISSING",
    "DRV_PLAN_VALUE_INVALID",
    "DRV_PLAN_TARGET_MISSING",
  ]);
});

test("given options that make no sense for a kind, when the plan is compiled, then each is a problem", () => {
  const definition = planOf(
    noop("fn", { target: "_any", batches: [1], maxFail: 1, allowEmpty: true }),
    {
      name: "gate",
      body: { kind: "gate", gate: { kind: "delay", delay: 0 } },
      onError: retry(1),
      timeouts: { attempt: "1s" },
    },
    { name: "group", body: { kind: "group", plan: planOf(noop("in")) }, undo: { kind: "function", run: unchanged } },
    { name: "script", body: { kind: "script", script: "x" }, batches: [1] },
  );
  const problems = problemsOf(definition);
  assert.deepEqual(new Set(problems.map((problem) => problem.code)), new Set(["DRV_PLAN_OPTION_MISUSED"]));
  assert.deepEqual(
    problems.map((problem) => problem.at?.path),
    [
      ...["target", "batches", "maxFail", "allowEmpty"].map((option) => `tasks.fn.${option}`),
      "tasks.gate.retry",
      "tasks.gate.timeouts.attempt",
      "tasks.group.undo",
      "tasks.script.batches",
    ],
  );
});

test("given guards of no known kind, when the plan is compiled, then each is a problem", () => {
  const wrong = [{ kind: "onlyIfRaining" }, { kind: "when" }, null, 5, "onlyIfChanged"];
  const definition = planOf({ ...noop("a"), guards: wrong as unknown as NonNullable<TaskDefinition["guards"]> });
  assert.deepEqual(
    codesOf(definition),
    wrong.map(() => "DRV_PLAN_GUARD_INVALID"),
  );
});

test("given a guard over dependencies and no dependencies, when the plan is compiled, then a warning says so", () => {
  const plan = compiled(planOf(noop("a", { guards: [{ kind: "onlyIfChanged" }] })));
  assert.deepEqual(plan.warnings, [
    'task "a" has the guard onlyIfChanged but no dependencies, so it is always skipped',
  ]);
});

test("given a problem with a source position, when it is reported, then position and path are both there", () => {
  const [problem] = problemsOf(
    planOf({ ...noop("a", { priority: 0.5 }), at: { file: "web.yml", line: 7, column: 3 } }),
  );
  assert.deepEqual(problem?.at, { file: "web.yml", line: 7, column: 3, path: "tasks.a.priority" });
});

test("given more than a thousand problems, when they are reported, then the rest is counted", () => {
  const problems = problemsOf(planOf(...Array.from({ length: 1_500 }, () => noop(""))));
  assert.equal(problems.length, 1_001);
  assert.deepEqual(problems.at(-1)?.details, { hiddenCount: 500 });
});

test("given a problem of the builder, when the plan is compiled, then it stands with the others", () => {
  const builder = new PlanBuilder("p");
  builder.taskFunc("", unchanged).dependsOn(new PlanBuilder("q").taskFunc("x", unchanged));
  assert.deepEqual(codesOf(builder.definition()), ["DRV_PLAN_DEPENDENCY_FOREIGN", "DRV_PLAN_NAME_INVALID"]);
});

test("given a chain of 50,000 tasks, when it is compiled, then nothing recurses", () => {
  const tasks = Array.from({ length: 50_000 }, (_, index) =>
    noop(`t${index}`, index === 0 ? {} : { needs: [{ task: `t${index - 1}` }] }),
  );
  const plan = compiled(planOf(...tasks));
  assert.equal(plan.remainingMs[0], 50_000);
});

test("given members of settings that nobody reads, when a plan is compiled, then each is named with what is like it", () => {
  const body = { kind: "gate", gate: { kind: "delay", delay: "1s" } } as const;
  const strategy = { strategy: "continue" };
  const retry = { times: 1, intial: "1s" };
  const timeouts = { totall: "1h" };
  const compiled = compilePlan(
    {
      name: "misspelt",
      onError: strategy as object,
      tasks: [
        { name: "a", body, onError: { retry } },
        { name: "b", body, timeouts: timeouts as object },
      ],
    },
    { catalog: builtinOperations() },
  );
  assert.ok(!compiled.ok);
  const found = compiled.error.filter(({ code }) => code === "DRV_PLAN_OPTION_UNKNOWN");
  assert.deepEqual(
    found.map(({ at, hint }) => [at?.path, hint]),
    [
      ["onError.strategy", "Use afterFailure, retry"],
      ["tasks.a.onError.retry.intial", 'Did you mean "initial"?'],
      ["tasks.b.timeouts.totall", 'Did you mean "total"?'],
    ],
  );
});
