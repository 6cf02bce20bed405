import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PlanDefinition, TaskDefinition } from "../definition/definition.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { compilePlan } from "./compile.ts";

const run = () => ({ changed: false });

function fingerprintOf(definition: PlanDefinition): string {
  const plan = compilePlan(definition, { catalog: builtinOperations() });
  assert.ok(plan.ok, plan.ok ? "" : plan.error[0]?.message);
  return plan.value.fingerprint();
}

/** A plan that says something about everything. */
function richPlan(): PlanDefinition {
  const group: PlanDefinition = { name: "g", tasks: [{ name: "in", body: { kind: "function", run } }] };
  return {
    name: "rich",
    title: "Rich",
    params: { port: { type: "integer", default: 80 }, name: { type: "string" } },
    onError: { afterFailure: "continueRun" },
    maxParallel: 4,
    concurrency: { db: 2, api: 3 },
    rollback: "onFailure",
    levelBarriers: true,
    tasks: [
      {
        name: "deploy",
        target: "role:web",
        body: { kind: "operation", operation: "file.deploy", params: { path: "/etc/a", content: "a", mode: "0644" } },
        batches: [1, "50%"],
        maxFail: 1,
        onError: { afterFailure: "stopAll", retry: { times: 2, initial: "1s" } },
        timeouts: { attempt: "1m", total: "1h" },
        undo: { kind: "operation", operation: "command.exec", params: { command: "undo" } },
      },
      {
        name: "check",
        body: { kind: "script", interpreter: "bash", script: "true", env: { A: "1", B: "2" }, args: ["x"] },
        needs: [{ task: "deploy" }, { task: "list", on: "always" }],
        guards: [{ kind: "onlyIfChanged" }, { kind: "when", evaluate: run, reason: "why" }],
        priority: 3,
        tolerate: true,
        concurrencyKey: "db",
        estimate: "3s",
      },
      { name: "list", body: { kind: "function", run, registeredName: "list" } },
      { name: "wait", body: { kind: "gate", gate: { kind: "delay", delay: "1m" } }, prefer: ["list"] },
      {
        name: "group",
        needs: [{ task: "list" }],
        body: { kind: "group", plan: group, keys: { kind: "result", task: "list", path: ["a"] } },
      },
      {
        name: "fixed",
        body: { kind: "group", plan: group, keys: { kind: "items", items: [{ key: "k", value: { a: 1, b: 2 } }] } },
      },
    ],
  };
}

/** The same value with the members of every object in reverse order. */
function reversed<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  const copy: unknown = Array.isArray(value)
    ? value.map(reversed)
    : Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, member]: [string, unknown]) => [key, reversed(member)]),
      );
  return copy as T;
}

/** Every place in a value where a plain value stands, as paths. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === "function") return [];
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => leavesOf(member, [...path, key]));
}

/** The value with another plain value at `path`. */
function changedAt(value: unknown, path: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return changed(value);
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (String(index) === head ? changedAt(item, rest) : item));
  assert.ok(typeof value === "object" && value !== null);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, unknown]) => [
      key,
      key === head ? changedAt(member, rest) : member,
    ]),
  );
}

const OTHER_WORDS: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  ["stopAll", "continueRun"],
  ["continueRun", "stopAll"],
  ["onFailure", "manual"],
  ["always", "failure"],
  ["onlyIfChanged", "onlyIfAllChanged"],
  ["50%", "60%"],
  ["role:web", "role:db"],
  ["bash", "node"],
  ["1s", "2s"],
  ["3s", "4s"],
  ["1m", "2m"],
  ["1h", "2h"],
  ["0644", "0600"],
  ["/etc/a", "/etc/b"],
  ["integer", "number"],
]);

function changed(value: unknown): unknown {
  if (OTHER_WORDS.has(value)) return OTHER_WORDS.get(value);
  if (typeof value === "number") return value + 1;
  return typeof value === "boolean" ? !value : `${String(value)}x`;
}

/** Words that decide the form of what stands beside them, and names that others refer to. */
function isStructural(path: readonly string[], definition: unknown): boolean {
  const last = path.at(-1);
  const word = path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), definition);
  const isReferred = word === "list" || word === "deploy" || word === "db";
  const isForm = last === "kind" && word !== "onlyIfChanged";
  return isReferred || isForm || last === "operation" || (last === "type" && word !== "integer");
}

test("given the same plan with all members in another order, when it is compiled, then the fingerprint is the same", () => {
  assert.equal(fingerprintOf(reversed(richPlan())), fingerprintOf(richPlan()));
});

test("given a change of any plain value, when the plan is compiled, then the fingerprint is another", () => {
  const original = fingerprintOf(richPlan());
  const seen = new Map([[original, "nothing"]]);
  const paths = leavesOf(richPlan()).filter((path) => !isStructural(path, richPlan()));
  assert.ok(paths.length > 45, `only ${paths.length} values are changed`);
  for (const path of paths) {
    const fingerprint = fingerprintOf(changedAt(richPlan(), path) as PlanDefinition);
    assert.equal(seen.get(fingerprint), undefined, `changing ${path.join(".")} is not seen`);
    seen.set(fingerprint, path.join("."));
  }
});

test("given defaults that are written out, when the plan is compiled, then the fingerprint is the same", () => {
  const short: TaskDefinition = { name: "a", body: { kind: "function", run } };
  const long: TaskDefinition = {
    ...short,
    priority: 0,
    tolerate: false,
    timeouts: { total: "24h", killGrace: "10s" },
    onError: { afterFailure: "stopAll", retry: { times: 0 } },
  };
  assert.equal(
    fingerprintOf({ name: "p", tasks: [long], maxParallel: 16 }),
    fingerprintOf({ name: "p", tasks: [short] }),
  );
});

test("given dependencies in any order, when the plan is compiled, then the fingerprint is the same", () => {
  const names = ["a", "b", "c", "d", "e"];
  const planWith = (needs: readonly string[]): PlanDefinition => ({
    name: "p",
    tasks: [
      ...names.map((name): TaskDefinition => ({ name, body: { kind: "function", run } })),
      { name: "last", body: { kind: "function", run }, needs: needs.map((task) => ({ task })) },
    ],
  });
  const original = fingerprintOf(planWith(names));
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: 5 }), (order) => {
      assert.equal(fingerprintOf(planWith(order)), original);
    }),
    { numRuns: 50 },
  );
});

test("given tasks in another order, when the plan is compiled, then the fingerprint is another: order decides ties", () => {
  const [a, b]: TaskDefinition[] = ["a", "b"].map((name) => ({ name, body: { kind: "function", run } }));
  assert.ok(a !== undefined && b !== undefined);
  assert.notEqual(fingerprintOf({ name: "p", tasks: [a, b] }), fingerprintOf({ name: "p", tasks: [b, a] }));
});

test("given other code in a function without a name, when the plan is compiled, then the fingerprint is the same", () => {
  const planWith = (evaluate: () => unknown): PlanDefinition => ({
    name: "p",
    tasks: [{ name: "a", body: { kind: "function", run: evaluate } }],
  });
  assert.equal(fingerprintOf(planWith(() => 1)), fingerprintOf(planWith(() => 2)));
});

test("given plain parameters that look like a function, when the plan is compiled, then the fingerprint tells them apart", () => {
  const planWith = (params: PlanDefinition["tasks"][number]["body"] & { kind: "script" }): PlanDefinition => ({
    name: "p",
    tasks: [{ name: "a", body: params }],
  });
  const plain = planWith({ kind: "script", script: "x", input: { function: "unregistered" } });
  assert.notEqual(fingerprintOf(plain), fingerprintOf(planWith({ kind: "script", script: "x", input: run })));
});
