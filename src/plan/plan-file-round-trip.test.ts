import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { type JsonValue, toJson } from "../base/json.ts";
import { PlanBuilder } from "../definition/builder.ts";
import { memoryLoader } from "../definition/plan-file/source-loader.ts";
import { planFileOf } from "../definition/plan-file/write-plan-file.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { compilePlan } from "./compile.ts";
import { parsePlanFile } from "./parse-plan-file.ts";

const catalog = builtinOperations();

/** Texts that could be taken for something else. */
const text = fc.oneof(
  fc.constantFrom(
    "yes",
    "0644",
    "${params.x}",
    "$${x}",
    "a: b",
    "# x",
    "- a",
    "*a",
    "&a",
    "!!str",
    "null",
    "1e3",
    "",
    " ",
    "\n",
    "{}",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const json = fc.jsonValue({ maxDepth: 2 }).map((value): unknown => JSON.parse(JSON.stringify(value)));
const name = fc.oneof(
  fc.constantFrom("1", "2", "on", "yes", "__proto__", "constructor", "a b", "; rm -rf", "--x"),
  fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/),
);

/** Without what JSON does not have, such as -0. */
function plain(value: unknown): JsonValue {
  const copied = toJson(value, { bytesMax: 1_000_000 });
  return copied.ok ? copied.value : null;
}

interface TaskSeed {
  readonly kind: number;
  readonly name: string;
  readonly text: string;
  readonly value: unknown;
  readonly setting: number;
  readonly need: number;
  readonly condition: "success" | "failure" | "always" | undefined;
}

const taskSeed: fc.Arbitrary<TaskSeed> = fc.record({
  kind: fc.nat(8),
  name,
  text,
  value: json,
  setting: fc.nat(11),
  need: fc.nat(20),
  condition: fc.constantFrom("success", "failure", "always", undefined),
});

function addTasks(plan: PlanBuilder, seeds: readonly TaskSeed[], depth: number): void {
  const seen = new Set<string>();
  const added: ReturnType<PlanBuilder["delay"]>[] = [];
  for (const seed of seeds) {
    if (seen.has(seed.name)) continue;
    seen.add(seed.name);
    const task = addTask(plan, seed, depth);
    const before = added[seed.need % (added.length + 1)];
    if (before !== undefined) {
      if (seed.condition === undefined) task.dependsOn(before);
      else task.dependsOn(before, { on: seed.condition });
    }
    const isAttempted = seed.kind <= 2;
    applySetting(task, seed, isAttempted);
    added.push(task);
  }
}

function addTask(plan: PlanBuilder, seed: TaskSeed, depth: number): ReturnType<PlanBuilder["delay"]> {
  const clean = seed.text.replaceAll("\0", "").toWellFormed();
  const deploy = {
    operation: "file.deploy",
    params: { path: "/a", content: clean, vars: { v: plain(seed.value) } },
  };
  const inner = [{ ...seed, name: "inner", kind: seed.kind % 3, need: 0 }];
  switch (depth > 1 && seed.kind > 5 ? 0 : seed.kind) {
    case 0:
      return plan.task(seed.name, deploy);
    case 1:
      return plan.task(seed.name, { operation: "file.directory", params: { path: "/b", mode: "0755" } });
    case 2:
      return plan.script(seed.name, {
        script: `echo ${clean}`,
        args: [clean],
        env: { A: clean },
        interpreter: ["sh", "-x"],
        input: plain(seed.value),
      });
    case 3:
      return plan.delay(seed.name, seed.need * 1_000);
    case 4:
      return plan.approval(seed.name, { message: clean, quorum: 1 + (seed.need % 3) });
    case 5:
      return plan.until(seed.name, 1_800_000_000_000 + seed.need);
    case 6:
      return plan.group(seed.name, (part) => addTasks(part, inner, depth + 1));
    case 7:
      return plan.foreach(seed.name, ["a", clean, 3], (_item, part) => addTasks(part, inner, depth + 1));
    default:
      return plan.matrix(seed.name, { os: ["debian", "0644"], version: [1, 2] }, (_item, part) =>
        addTasks(part, inner, depth + 1),
      );
  }
}

function applySetting(task: ReturnType<PlanBuilder["delay"]>, { setting, need }: TaskSeed, isAttempted: boolean): void {
  switch (setting) {
    case 0:
      task.tolerate();
      return;
    case 1:
      task.priority(need - 10);
      return;
    case 2:
      task.continueOnError();
      return;
    case 3:
      if (isAttempted) task.retry(need, { initial: 100 + need, factor: 1.5, max: "30s", jitter: 0.25, on: "any" });
      return;
    case 4:
      if (isAttempted) task.timeouts({ attempt: 1_500, total: "1h30m", killGrace: 0 });
      return;
    case 5:
      task.onlyIfChanged();
      return;
    case 6:
      task.title("a: title # with ${everything}");
      return;
    case 7:
      if (isAttempted) task.concurrencyKey("db").estimate("2m");
      return;
    case 8:
      if (isAttempted) task.batches([1, "10%", "50%"]).maxFail("5%").allowEmpty();
      return;
    case 9:
      if (isAttempted) task.undo({ operation: "command.exec", params: { command: "undo", args: ["${x}"] } });
      return;
    case 10:
      task.onlyIfFailed();
      return;
    default:
  }
}

suite("plans written as files", () => {
  test("given any plan made of data, when written as YAML and read again, then its fingerprint is the same", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(taskSeed, { maxLength: 8, minLength: 1 }), fc.boolean(), async (seeds, isFull) => {
        const options = isFull
          ? {
              target: "_all",
              rollback: "manual",
              maxParallel: 3,
              concurrency: { db: 2 },
              params: { x: { type: "string", default: "yes" } },
              onError: { afterFailure: "continueRun" },
            }
          : { target: "_any" };
        const plan = new PlanBuilder("p: q", options as never);
        addTasks(plan, seeds, 0);
        const compiled = compilePlan(plan.definition(), { catalog });
        if (!compiled.ok) return;
        const written = planFileOf(plan.definition());
        if (!written.ok) {
          assert.ok(written.error.every(({ message }) => message.includes("expression in a file")));
          return;
        }
        const content = stringify(written.value, { aliasDuplicateObjects: false, lineWidth: 0 });
        const again = await parsePlanFile({ name: "p.yml", content }, memoryLoader(new Map()));
        assert.ok(
          again.ok,
          `${content}\n${again.ok ? "" : again.error.map(({ at, message }) => `${at.line} ${message}`).join("\n")}`,
        );
        assert.equal(again.value.compiled.fingerprint(), compiled.value.fingerprint(), content);
      }),
      { numRuns: 60 },
    );
  });

  test("given functions, when the plan is written, then each is refused by its place", () => {
    const plan = new PlanBuilder("p");
    plan.taskFunc("f", () => ({ changed: false }));
    plan.delay("d", "1s").when(() => true);
    const written = planFileOf(plan.definition());
    assert.ok(!written.ok);
    assert.deepEqual(
      written.error.map(({ code, at }) => [code, at?.path]),
      [
        ["DRV_PLANFILE_NOT_EXPORTABLE", "tasks.f"],
        ["DRV_PLANFILE_NOT_EXPORTABLE", "tasks.d.guards"],
      ],
    );
  });
});
