import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { JsonValue } from "../base/json.ts";
import { ops } from "../operation/ops.ts";
import { PlanBuilder } from "./builder.ts";
import type { ParamsOf } from "./parameters.ts";
import type { Task } from "./task.ts";
import type { TaskContext, TaskResults, ValueContext } from "./task-context.ts";

// What these tests hold is checked by the compiler; running them only shows that the code is reachable.

type Same<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;

function expectType<Wanted>() {
  return <Found>(_value: Found, ..._same: Same<Found, Wanted> extends true ? [] : ["types differ", Found]): void => {};
}

function resultsOf(context: ValueContext<unknown>): TaskResults {
  return context.results;
}

test("given a record of parameters, when a function reads them, then each has its declared type", () => {
  const plan = new PlanBuilder("p", {
    params: {
      version: { type: "string" },
      replicas: { type: "integer", default: 2 },
      dryRun: { type: "boolean", required: false },
      stage: { type: "string", enum: ["test", "live"] },
      hosts: { type: "array" },
    },
  });
  plan.taskFunc("read", ({ params }) => {
    expectType<string>()(params.version);
    expectType<number>()(params.replicas);
    expectType<boolean | undefined>()(params.dryRun);
    expectType<"test" | "live">()(params.stage);
    expectType<readonly JsonValue[]>()(params.hosts);
    // @ts-expect-error -- the plan has no such parameter
    assert.equal(params.verison, undefined);
    return { changed: false };
  });
  assert.equal(plan.tasks.length, 1);
});

test("given a zod object, when a function reads parameters, then they have its output type", () => {
  const schema = z.object({ port: z.int().default(80), name: z.string().optional() });
  expectType<{ readonly port: number; readonly name?: string | undefined }>()({} as unknown as ParamsOf<typeof schema>);
  const plan = new PlanBuilder("p", { params: schema });
  plan
    .taskFunc("read", ({ params }) => ({ changed: params.port > 80 }))
    .when(({ params }) => params.name !== undefined);
  assert.equal(plan.tasks.length, 1);
});

test("given a plan without parameters, when a function reads one, then that does not compile", () => {
  const plan = new PlanBuilder("p");
  // @ts-expect-error -- there are no parameters
  plan.taskFunc("read", ({ params }) => ({ changed: params.port > 80 }));
  assert.equal(plan.tasks.length, 1);
});

test("given tasks by object, when results are asked for, then their data has the type of what the task returns", () => {
  const plan = new PlanBuilder("p");
  const command = plan.task("command", ops.command.exec({ command: "true" }), "_any");
  const made = plan.taskFunc("make", () => ({ changed: true, data: { count: 3, tags: ["a"] } }));
  const later = plan.taskFunc("later", async () => Promise.resolve({ changed: false, data: "text" }));
  plan.taskFunc("use", (context) => {
    const results = resultsOf(context);
    expectType<number | undefined>()(results.get(command)?.exitCode);
    expectType<{ count: number; tags: string[] } | undefined>()(results.get(made));
    expectType<string | undefined>()(results.get(later));
    expectType<JsonValue | undefined>()(results.get("make"));
    // @ts-expect-error -- the data has no such member
    assert.equal(results.get(made)?.cuont, undefined);
    return { changed: results.changed(made) };
  });
  expectType<Task<{ count: number; tags: string[] }, ParamsOf<Readonly<Record<never, never>>>>>()(made);
  assert.equal(plan.tasks.length, 4);
});

test("given a task function, when it returns something else than a result, then that does not compile", () => {
  const plan = new PlanBuilder("p");
  // @ts-expect-error -- nothing says whether anything changed
  plan.taskFunc("nothing", () => {});
  // @ts-expect-error -- changed is a truth value
  plan.taskFunc("text", () => ({ changed: "yes" }));
  // @ts-expect-error -- a result has no such member
  plan.taskFunc("extra", (): { changed: boolean; dta: number } => ({ changed: true, dta: 1 })).retry("3");
  assert.equal(plan.tasks.length, 3);
});

test("given the vocabulary, when it is misused, then that does not compile", () => {
  const plan = new PlanBuilder("p");
  const task = plan.taskFunc("a", () => ({ changed: false }));
  // @ts-expect-error -- no such condition
  task.dependsOn("b", { on: "sometimes" });
  // @ts-expect-error -- a strategy is no text
  task.onError("stopAll");
  // @ts-expect-error -- no such option
  plan.task("c", ops.node.hostnameGet(), { targett: "_any" });
  // @ts-expect-error -- a required parameter is missing
  plan.task("d", ops.file.deploy({ content: "x" }), "_any");
  // @ts-expect-error -- a guard answers true or false
  task.when(() => "yes");
  assert.equal(plan.tasks.length, 3);
});

test("given groups, when they are built, then items keep their types", () => {
  const plan = new PlanBuilder("p", { params: { sites: { type: "array" } } });
  plan.foreach("fixed", [{ host: "a", port: 1 }], (item, part) => {
    expectType<{ host: string; port: number }>()(item);
    part.taskFunc("in", ({ params }) => ({ changed: params.sites.length > 0 }));
  });
  plan.foreach("late", { params: (params) => params.sites.map((site) => JSON.stringify(site)) }, (item, part) => {
    part.taskFunc("in", (context: TaskContext) => {
      expectType<string>()(item.of(context));
      return { changed: false };
    });
  });
  plan.matrix("grid", { os: ["debian", "alpine"], cpu: [1, 2] }, ({ os, cpu }) => {
    expectType<"debian" | "alpine">()(os);
    expectType<1 | 2>()(cpu);
  });
  assert.equal(plan.tasks.length, 3);
});
