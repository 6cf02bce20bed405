import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { builtinOperations } from "../operation/catalog.ts";
import { ops } from "../operation/ops.ts";
import { compilePlan } from "../plan/compile.ts";
import { PlanBuilder } from "./builder.ts";
import type { TaskDefinition } from "./definition.ts";
import { continueRun, retry } from "./error-strategy.ts";

const unchanged = () => ({ changed: false });

function definitionOf(build: (plan: PlanBuilder) => void): TaskDefinition {
  const plan = new PlanBuilder("p");
  build(plan);
  const task = plan.definition().tasks.at(-1);
  assert.ok(task);
  return task;
}

test("given tasks of every kind, when the plan is defined, then their bodies are plain data with functions where marked", () => {
  const plan = new PlanBuilder("all", { title: "All", maxParallel: 3, rollback: "onFailure" });
  plan.task("deploy", ops.file.deploy({ path: "/etc/a", content: "a" }), "role:web");
  plan.task("named", { operation: "node.hostname.get", target: "_all", params: {} });
  plan.taskFunc("fn", unchanged, { registeredName: "noop" });
  plan.script("say", { interpreter: "bash", script: "echo hi", args: ["x"], target: "web1" });
  plan.approval("ok", { message: "Go?", quorum: 2 });
  plan.delay("pause", "5m");
  plan.until("noon", { getTime: () => 1_000 });
  plan.signal("ready");
  const { tasks, ...rest } = plan.definition();
  assert.deepEqual(rest, { name: "all", title: "All", maxParallel: 3, rollback: "onFailure" });
  assert.deepEqual(
    tasks.map(({ name, body, target }) => ({ name, body, ...(target === undefined ? {} : { target }) })),
    [
      {
        name: "deploy",
        body: { kind: "operation", operation: "file.deploy", params: { path: "/etc/a", content: "a" } },
        target: "role:web",
      },
      { name: "named", body: { kind: "operation", operation: "node.hostname.get", params: {} }, target: "_all" },
      { name: "fn", body: { kind: "function", run: unchanged, registeredName: "noop" } },
      {
        name: "say",
        body: { kind: "script", interpreter: "bash", script: "echo hi", args: ["x"] },
        target: "web1",
      },
      { name: "ok", body: { kind: "gate", gate: { kind: "approval", message: "Go?", quorum: 2 } } },
      { name: "pause", body: { kind: "gate", gate: { kind: "delay", delay: "5m" } } },
      { name: "noon", body: { kind: "gate", gate: { kind: "until", at: 1_000 } } },
      { name: "ready", body: { kind: "gate", gate: { kind: "signal", name: "ready" } } },
    ],
  );
});

test("given every chained setting, when the task is defined, then each one is in the definition", () => {
  const when = () => true;
  const task = definitionOf((plan) => {
    plan.taskFunc("a", unchanged);
    plan
      .task("t", ops.node.hostnameGet(), "_all")
      .dependsOn("a")
      .after("b", { on: "always" })
      .prefer("c")
      .onlyIfChanged()
      .onlyIfAnyHostFailed()
      .when(when, "because")
      .whenFact("a", when)
      .retry(2, "1s")
      .continueOnError()
      .timeout("1m")
      .timeouts({ total: "1h" })
      .title("T")
      .tolerate()
      .priority(5)
      .batches([1, "50%"])
      .maxFail("10%")
      .concurrencyKey("db")
      .estimate("3s")
      .allowEmpty()
      .undo(ops.command.exec({ command: "undo" }));
  });
  assert.deepEqual(task, {
    name: "t",
    body: { kind: "operation", operation: "node.hostname.get", params: {} },
    target: "_all",
    needs: [{ task: "a" }, { task: "b", on: "always" }],
    prefer: ["c"],
    guards: [
      { kind: "onlyIfChanged" },
      { kind: "onlyIfAnyHostFailed" },
      { kind: "when", evaluate: when, reason: "because" },
      { kind: "whenFact", evaluate: when, task: "a" },
    ],
    onError: { retry: { times: 2, initial: "1s" }, afterFailure: "continueRun" },
    timeouts: { attempt: "1m", total: "1h" },
    title: "T",
    tolerate: true,
    priority: 5,
    batches: [1, "50%"],
    maxFail: "10%",
    concurrencyKey: "db",
    estimate: "3s",
    allowEmpty: true,
    undo: { kind: "operation", operation: "command.exec", params: { command: "undo" } },
  });
});

test("given options instead of chained calls, when the task is defined, then the definition is the same", () => {
  const chained = definitionOf((plan) =>
    plan.taskFunc("f", unchanged).dependsOn("a").priority(1).onError(retry(1).then(continueRun)),
  );
  const configured = definitionOf((plan) =>
    plan.taskFunc("f", unchanged, { dependsOn: "a", priority: 1, onError: retry(1).then(continueRun) }),
  );
  assert.deepEqual(configured, chained);
});

test("given a task that is renamed, when another depends on its object, then the dependency follows", () => {
  const task = definitionOf((plan) => {
    const first = plan.taskFunc("first", unchanged);
    plan.taskFunc("second", unchanged).dependsOn(first);
    first.named("renamed");
  });
  assert.deepEqual(task.needs, [{ task: "renamed" }]);
});

test("given operations without names, when they are added, then names come from the operation and count up", () => {
  const plan = new PlanBuilder("auto");
  plan.task(ops.command.exec({ command: "/usr/bin/uptime" }), "_any");
  plan.task(ops.command.exec({ command: "uptime" }), "_any");
  plan.task({ operation: "node.hostname.get", target: "_any" });
  plan.task(ops.command.shell({ script: " " }), "_any");
  assert.deepEqual(
    plan.tasks.map((task) => task.name),
    ["run-uptime", "run-uptime-2", "get-hostname", "shell-command"],
  );
});

test("given a definition, when the builder goes on, then the definition stays as it was", () => {
  const plan = new PlanBuilder("frozen");
  const task = plan.taskFunc("a", unchanged).dependsOn("x").onlyIfChanged();
  const before = plan.definition();
  const copy = JSON.stringify(before);
  task.dependsOn("y").onlyIfFailed().priority(3).named("b");
  plan.taskFunc("c", unchanged);
  assert.equal(JSON.stringify(before), copy);
});

test("given a foreach over a list, when it is added, then each item builds a body of its own", () => {
  const task = definitionOf((plan) => {
    plan.foreach(
      "sites",
      [
        { host: "web1", port: 80 },
        { host: "web2", port: 81 },
      ],
      (item, part) => part.task("open", ops.command.exec({ command: "open", args: [String(item.port)] }), item.host),
      { key: (item) => item.host },
    );
  });
  assert.equal(task.body.kind, "group");
  assert.equal(task.body.keys?.kind, "items");
  assert.deepEqual(
    task.body.keys.items.map(({ key, plan }) => [key, plan?.tasks[0]?.target]),
    [
      ["web1", "web1"],
      ["web2", "web2"],
    ],
  );
});

test("given a foreach over the data of a task, when it is added, then the group depends on that task", () => {
  const task = definitionOf((plan) => {
    const list = plan.taskFunc("list", () => ({ changed: false, data: { sites: ["a"] } }));
    plan.foreach<string>("sites", { from: list, path: "sites" }, (item, part) => {
      part.taskFunc("show", (context) => ({ changed: false, data: item.of(context) }));
    });
  });
  assert.deepEqual(task.needs, [{ task: "list" }]);
  assert.ok(task.body.kind === "group");
  assert.deepEqual(task.body.keys, { kind: "result", task: "list", path: ["sites"] });
});

test("given a matrix, when it is added, then the last axis changes fastest", () => {
  const seen: string[] = [];
  new PlanBuilder("m").matrix("test", { os: ["debian", "alpine"], version: [1, 2] }, ({ os, version }) => {
    seen.push(`${os}-${version}`);
  });
  assert.deepEqual(seen, ["debian-1", "debian-2", "alpine-1", "alpine-2"]);
});

test("given a plan grouped into itself or into its own group, when it is defined, then that is a problem and no endless loop", () => {
  const plan = new PlanBuilder("self");
  plan.group("inner", plan);
  const inner = new PlanBuilder("deep");
  plan.group("other", (part) => part.group("again", inner));
  inner.group("back", plan);
  const { problems = [] } = plan.definition();
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ["DRV_PLAN_GROUP_INVALID", "DRV_PLAN_GROUP_INVALID"],
  );
});

test("given plans nested deeper than allowed, when the outermost is defined, then that is a problem", () => {
  let plan = new PlanBuilder("leaf");
  for (let depth = 0; depth < 5_000; depth++) {
    const outer = new PlanBuilder("level");
    outer.group("inner", plan);
    plan = outer;
  }
  assert.deepEqual(
    plan.definition().problems?.map((problem) => problem.code),
    ["DRV_PLAN_GROUP_INVALID"],
  );
});

test("given tasks of another plan or group, when a task depends on them, then each is named as a problem", () => {
  const other = new PlanBuilder("other").taskFunc("foreign", unchanged);
  const plan = new PlanBuilder("p");
  const outside = plan.taskFunc("outside", unchanged);
  plan.taskFunc("mine", unchanged).dependsOn(other);
  plan.group("g", (part) => part.taskFunc("inside", unchanged).dependsOn(outside));
  const { problems = [] } = plan.definition();
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ["DRV_PLAN_DEPENDENCY_FOREIGN", "DRV_PLAN_DEPENDENCY_FOREIGN"],
  );
  assert.match(problems[0]?.message ?? "", /task "mine": task "foreign" belongs to another plan/);
});

test("given an option that does not exist, when it is set, then the problem suggests the right one", () => {
  const plan = new PlanBuilder("p");
  const misspelt: object = { priorty: 3 };
  plan.taskFunc("a", unchanged, misspelt);
  const { problems = [] } = plan.definition();
  assert.equal(problems[0]?.code, "DRV_PLAN_OPTION_UNKNOWN");
  assert.equal(problems[0]?.hint, 'Did you mean "priority"?');
});

/** Calls a method as a program without types does. */
function callMethod(on: object, method: string, args: readonly unknown[]): unknown {
  const found: unknown = Reflect.get(on, method);
  assert.ok(typeof found === "function");
  return Reflect.apply(found, on, args);
}

/** Everything a careless or hostile JavaScript program could pass. */
const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withObjectString: true }),
  fc.constantFrom<unknown>(
    () => 0,
    Symbol("s"),
    "__proto__",
    "constructor",
    "5 min",
    "; rm -rf /",
    "a\0b",
    Number.NaN,
    -1,
    0.5,
  ),
);

const SHAPES = `operation params target script interpreter env args input cwd dependsOn undo onError retry times initial
  afterFailure timeouts attempt batches maxFail on name message quorum signal getTime registeredName unknownPolicy priority
  estimate title`.split(/\s+/);

/** The same in the members that are looked at. */
const shaped = fc.dictionary(
  fc.constantFrom(...SHAPES),
  fc.oneof(
    anything,
    fc.dictionary(fc.constantFrom("times", "initial", "max", "operation", "params", "path"), anything),
  ),
  { maxKeys: 4 },
);
const argument = fc.oneof(anything, shaped, fc.constantFrom("file.deploy", "command.exec", "ordinary"));

const taskMethods = Object.getOwnPropertyNames(
  Object.getPrototypeOf(new PlanBuilder("p").taskFunc("t", unchanged)),
).filter((name) => name !== "constructor");
const planMethods = ["task", "taskFunc", "script", "approval", "delay", "until", "signal", "matrix"];

test("given anything at all as arguments, when a plan is built and compiled, then nothing throws", () => {
  // The second argument of `configure` is for builders.
  const call = (on: object, method: string, args: readonly unknown[]): unknown =>
    callMethod(on, method, method === "configure" ? args.slice(0, 1) : args);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...planMethods), fc.array(argument, { maxLength: 3 })), { maxLength: 4 }),
      fc.array(fc.tuple(fc.constantFrom(...taskMethods), fc.array(argument, { maxLength: 3 })), { maxLength: 6 }),
      (additions, settings) => {
        const plan = new PlanBuilder("hostile");
        for (const [method, args] of additions) call(plan, method, args);
        const task = plan.taskFunc("ordinary", unchanged);
        for (const [method, args] of settings) call(task, method, args);
        compilePlan(plan.definition(), { catalog: builtinOperations() });
      },
    ),
    { numRuns: 1_000 },
  );
});

test("given group bodies that are no functions, when a plan is built, then they are problems", () => {
  const plan = new PlanBuilder("p");
  for (const body of [undefined, null, 5, "x", {}, []]) {
    callMethod(plan, "group", ["g", body]);
    callMethod(plan, "foreach", ["f", body, body]);
    callMethod(plan, "foreach", ["l", [1], body]);
  }
  const codes = new Set(plan.definition().problems?.map((problem) => problem.code));
  assert.deepEqual(codes, new Set(["DRV_PLAN_VALUE_INVALID"]));
});
