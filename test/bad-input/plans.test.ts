import assert from "node:assert/strict";
import { test } from "node:test";
import { ops, Plan, retry } from "drover";
import { assertAllCoded, refusal } from "./coded.ts";

/** A plan whose functions must never be called. */
class UnstartablePlan extends Plan {
  callCount = 0;

  add(name: string) {
    return this.taskFunc(name, () => {
      this.callCount++;
      return { changed: false };
    });
  }

  /** Every problem, as `validate`, `dryRun` and `run` tell it alike; nothing may have run. */
  async problems() {
    const errors = await refusal(() => this.run());
    assert.deepEqual(await refusal(() => this.validate()), errors);
    assert.deepEqual(await refusal(() => this.dryRun()), errors);
    assert.equal(this.callCount, 0);
    return errors;
  }
}

test("given tasks that wait for each other, when the plan runs, then the whole loop is named and nothing has run", async () => {
  const plan = new UnstartablePlan("loop");
  plan.add("free");
  plan.add("a").dependsOn("c");
  plan.add("b").dependsOn("a");
  plan.add("c").dependsOn("b");
  const errors = await plan.problems();
  assertAllCoded(errors, [{ code: "DRV_GRAPH_CYCLE", says: /"a" -> "b" -> "c" -> "a"/, path: "tasks.a.needs" }]);
  assert.deepEqual(errors[0]?.details, { cycle: ["a", "b", "c"] });
});

test("given a task that waits for itself, when the plan runs, then that task is named and nothing has run", async () => {
  const plan = new UnstartablePlan("self");
  const task = plan.add("a");
  task.dependsOn(task);
  assertAllCoded(await plan.problems(), [
    { code: "DRV_PLAN_DEPENDENCY_SELF", says: /task "a": it waits for itself/, path: "tasks.a.needs" },
  ]);
});

test("given duplicate and unknown names, when the plan runs, then each is told with a suggestion", async () => {
  const plan = new UnstartablePlan("names");
  plan.add("deploy");
  plan.add("deploy");
  plan.add("check").dependsOn("deplyo");
  const errors = await plan.problems();
  assertAllCoded(errors, [
    { code: "DRV_PLAN_TASK_DUPLICATE", says: /already called "deploy"/, path: "tasks.deploy" },
    { code: "DRV_PLAN_DEPENDENCY_UNKNOWN", says: /it waits for "deplyo"/, path: "tasks.check.needs" },
  ]);
  assert.match(errors[1]?.hint ?? "", /Did you mean "deploy"/);
});

test("given a task of another plan, when the plan runs, then both tasks are named and no plan has run", async () => {
  const other = new UnstartablePlan("other");
  const plan = new UnstartablePlan("plan");
  plan.add("mine").dependsOn(other.add("theirs"));
  assertAllCoded(await plan.problems(), [
    { code: "DRV_PLAN_DEPENDENCY_FOREIGN", says: /task "mine": task "theirs" belongs to another/, path: "tasks.mine" },
  ]);
  assert.equal(other.callCount, 0);
});

test("given names that are empty, blank, long or hold controls, when the plan runs, then each is refused in short", async () => {
  const plan = new UnstartablePlan("");
  const names = ["", "  ", "x".repeat(10_000), "a\0b", "a\nb", "\u001b[2J", "a/b", "a[0]"];
  for (const name of names) plan.add(name);
  const reasons = [/empty/, /empty/, /blank|empty|space/, /10000 characters/, /control/, /control/, /control/];
  const says = [...reasons, /reserved/, /reserved/];
  assertAllCoded(
    await plan.problems(),
    says.map((reason) => ({ code: "DRV_PLAN_NAME_INVALID", says: reason })),
  );
});

test("given names of object members, when the plan runs, then they are names like any other", async () => {
  const plan = new Plan("__proto__");
  const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
  const tasks = names.map((name) => plan.taskFunc(name, () => ({ changed: true, data: name })));
  plan
    .taskFunc("all", ({ results }) => ({ changed: false, data: tasks.map((task) => results.get(task) ?? "") }))
    .dependsOn(...tasks);
  const report = await plan.run();
  assert.equal(report.verdict, "succeeded");
  assert.deepEqual(report.result("all")?.data, names);
  assert.equal(report.result("__proto__")?.data, "__proto__");
  assert.equal(report.result("valueOf"), undefined);
  assert.equal(Object.hasOwn(Object.prototype, "changed"), false);
});

test("given retries that are no count, when the plan runs, then each is refused with its range", async () => {
  const plan = new UnstartablePlan("retries");
  const counts: readonly (readonly [string, number])[] = [
    ["negative", -1],
    ["fractional", 1.5],
    ["nan", Number.NaN],
    ["endless", Number.POSITIVE_INFINITY],
    ["huge", 1e9],
  ];
  for (const [name, count] of counts) plan.add(name).onError(retry(count));
  assertAllCoded(
    await plan.problems(),
    counts.map(([name, count]) => ({
      code: "DRV_PLAN_VALUE_INVALID",
      says: new RegExp(`task "${name}": times is ${count}, and an integer from 0 to 999 is needed`),
      path: `tasks.${name}.onError.retry.times`,
    })),
  );
});

test("given durations like 5 min, when the plan runs, then each is refused with the right form", async () => {
  const plan = new UnstartablePlan("durations");
  plan.add("attempt").timeout("5 min");
  plan.add("total").timeouts({ total: "1h 30m" });
  plan.add("backoff").onError(retry(1, "soon"));
  plan.add("estimate").estimate(-1);
  plan.delay("delay", 1.5);
  plan.delay("nothing", "");
  const errors = await plan.problems();
  const wanted = [
    [/"5 min"/, "attempt.timeouts.attempt"],
    [/"1h 30m"/, "total.timeouts.total"],
    [/"soon"/, "backoff.onError.retry.initial"],
    [/"-1"/, "estimate.estimate"],
    [/"1.5"/, "delay.delay"],
    [/""/, "nothing.delay"],
  ] as const;
  assertAllCoded(
    errors,
    wanted.map(([says, place]) => ({ code: "DRV_DURATION_INVALID", says, path: `tasks.${place}` })),
  );
  for (const error of errors) assert.match(error.hint ?? "", /"1h30m"/);
});

test("given wrong, missing and unknown parameters of a plan, when it runs, then all are told and nothing has run", async () => {
  let callCount = 0;
  const plan = new Plan("parameters", {
    params: { port: { type: "integer", max: 65_535 }, name: { type: "string" }, size: { type: "integer", default: 1 } },
  });
  plan.taskFunc("a", () => ({ changed: ++callCount > 0 }));
  const params: unknown = JSON.parse('{ "port": "80; rm -rf /tmp/x", "nmae": "web", "size": 1.5, "__proto__": {} }');
  const given = await refusal(() => Reflect.apply(plan.start.bind(plan), undefined, [{ params }]));
  const errors = given.toSorted((one, other) => (String(one.at?.path) < String(other.at?.path) ? -1 : 1));
  assertAllCoded(errors, [
    { code: "DRV_PARAM_UNKNOWN", says: /"__proto__"/, path: "params.__proto__" },
    { code: "DRV_PARAM_MISSING", says: /"name"/, path: "params.name" },
    { code: "DRV_PARAM_UNKNOWN", says: /"nmae"/, path: "params.nmae" },
    { code: "DRV_PARAM_INVALID", says: /"port"/, path: "params.port" },
    { code: "DRV_PARAM_INVALID", says: /"size"/, path: "params.size" },
  ]);
  assert.equal(callCount, 0);
});

test("given wrong and unknown parameters of operations, when the plan runs, then each is told at its place", async () => {
  const plan = new UnstartablePlan("operations", { target: "_any" });
  plan.task("typo", { operation: "file.deploy", params: { paht: "/x", content: "" } });
  plan.task("name", { operation: "file.deplyo", params: {} });
  plan.task("relative", ops.file.deploy({ path: "etc/motd", content: "" }));
  plan.task("nul", ops.command.exec({ command: "true", args: ["a\0b"] }));
  plan.task("env", ops.command.exec({ command: "true", env: { "A=B": "x" } }));
  plan.task("late", ops.command.exec({ command: "true", timeout: "5 min" }));
  plan.task("where", ops.node.osGet(), "web 1; rm -rf /tmp/x");
  assertAllCoded(await plan.problems(), [
    { code: "DRV_PLAN_PARAMS_INVALID", says: /"path" of file.deploy/, path: "tasks.typo.params.path" },
    { code: "DRV_PLAN_PARAMS_UNKNOWN", says: /no parameter "paht"/, path: "tasks.typo.params" },
    { code: "DRV_OPERATION_UNKNOWN", says: /"file.deplyo"/, path: "tasks.name.operation" },
    { code: "DRV_PLAN_PARAMS_INVALID", says: /must be absolute/, path: "tasks.relative.params.path" },
    { code: "DRV_PLAN_PARAMS_INVALID", says: /NUL/, path: "tasks.nul.params.args.0" },
    { code: "DRV_PLAN_PARAMS_INVALID", says: /"env/, path: "tasks.env.params.env.A=B" },
    { code: "DRV_PLAN_PARAMS_INVALID", says: /5 min|duration/, path: "tasks.late.params.timeout" },
    { code: "DRV_PLAN_TARGET_INVALID", says: /web 1; rm/, path: "tasks.where.target" },
  ]);
});

test("given options that do not exist, when the plan runs, then each is told and nothing has run", async () => {
  const options = { maxParallel: 1, maxParalel: 3 };
  const plan = new UnstartablePlan("options", options);
  const task = plan.add("b");
  Reflect.apply(task.configure.bind(task), undefined, [{ retires: 3 }]);
  assertAllCoded(await plan.problems(), [
    { code: "DRV_PLAN_OPTION_UNKNOWN", says: /"maxParalel"/ },
    { code: "DRV_PLAN_OPTION_UNKNOWN", says: /"retires"/, path: "tasks.b" },
  ]);
});
