import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import { EDGE_ALWAYS, EDGE_FAILURE, EDGE_SUCCESS } from "../dag/edge.ts";
import type { BuiltinGuardKind } from "../plan/compiled-plan.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { givenRun, type RunSpecification } from "../testing/run-specification.ts";
import { EDGE_TABLE, edgeMark, MARK_DEPENDENCY_FAILED, MARK_NOT_TRIGGERED } from "./edge-conditions.ts";
import { EVENT_UPCASTS } from "./event-versions.ts";
import { GUARD_REASONS } from "./guards.ts";
import { SKIP_REASONS } from "./skip-cascade.ts";

// The tables of docs/semantics.md are the test data: every cell is run.

const SEMANTICS = readFileSync(new URL("../../docs/semantics.md", import.meta.url), "utf8");
const EVENTS = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");

/** Rows of the table under a heading, header first, cells trimmed. */
function tableUnder(page: string, heading: string): string[][] {
  const part = must(page.split(`\n## ${heading}\n`)[1], heading).split("\n## ")[0] ?? "";
  const lines = part.split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const length = lines.slice(first).findIndex((line) => !line.startsWith("|"));
  const rows = lines.slice(first, first + length).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.filter((row) => !/^[-: ]+$/.test(row[0] ?? ""));
}

const CONDITIONS = { success: EDGE_SUCCESS, failure: EDGE_FAILURE, always: EDGE_ALWAYS } as const;
const MARKS: Readonly<Record<string, number>> = {
  accepts: 0,
  notTriggered: MARK_NOT_TRIGGERED,
  dependencyFailed: MARK_DEPENDENCY_FAILED,
};

const [, ...conditionRows] = tableUnder(SEMANTICS, "Conditions");

test("given the page, when its conditions are counted, then every end state of the engine has a row", () => {
  assert.deepEqual(
    conditionRows.map(([name]) => name),
    EDGE_TABLE.map(({ name }) => name),
  );
});

for (const [name = "", ...judgements] of conditionRows) {
  for (const [column, condition] of (["success", "failure", "always"] as const).entries()) {
    const judgement = must(judgements[column], name);
    test(`given a dependency that ended as ${name}, when its ${condition} edge is judged, then it says ${judgement}`, () => {
      const row = must(
        EDGE_TABLE.find((entry) => entry.name === name),
        name,
      );
      assert.equal(row[condition], judgement);
      assert.equal(edgeMark(row, CONDITIONS[condition]), MARKS[judgement]);
    });
  }
}

/** How to bring the task `dep` to each end state; its host is `h`. */
const DEPENDENCIES: Readonly<
  Record<
    string,
    { readonly tasks: Readonly<Record<string, TaskFixture>>; readonly end: (run: RunSpecification) => unknown }
  >
> = {
  changed: { tasks: { dep: {} }, end: (run) => run.changes("dep") },
  unchanged: { tasks: { dep: {} }, end: (run) => run.succeeds("dep") },
  "skipped: guard": { tasks: { dep: { guards: ["onlyIfFailed"] } }, end: () => undefined },
  "skipped: unsupported": { tasks: { dep: {} }, end: (run) => run.skips("dep") },
  "skipped: notTriggered": { tasks: { ok: {}, dep: { after: ["ok failure"] } }, end: (run) => run.succeeds("ok") },
  "skipped: dependencyFailed": { tasks: { bad: {}, dep: { after: ["bad"] } }, end: (run) => run.fails("bad") },
  failed: { tasks: { dep: {} }, end: (run) => run.fails("dep") },
  "failed, changed": { tasks: { dep: {} }, end: (run) => run.ends("dep", failedOutcome({ changed: true })) },
};

const [header = [], ...cellRows] = tableUnder(SEMANTICS, "Dependency × condition × guard");
const GUARD_COLUMNS = header.slice(3);

test("given the page, when its cells are counted, then every dependency, condition and guard is there", () => {
  const rows = Object.keys(DEPENDENCIES).flatMap((name) => Object.keys(CONDITIONS).map((kind) => [name, kind]));
  assert.deepEqual(
    cellRows.map(([name, condition]) => [name, condition]),
    rows,
  );
  assert.deepEqual(GUARD_COLUMNS, Object.keys(GUARD_REASONS).filter(isBuiltin));
});

function isBuiltin(kind: string): kind is BuiltinGuardKind {
  return !["when", "whenFact", "expression"].includes(kind) && Object.hasOwn(GUARD_REASONS, kind);
}

/** One cell: the state of task `next` behind `dep`, as the page writes it. */
function judge(
  name: string,
  condition: string,
  guard: string | undefined,
): { verdict: string; reason: string | undefined } {
  const { tasks, end } = must(DEPENDENCIES[name], name);
  const host = { target: "h", policy: { afterFailure: "continueRun" } } as const;
  const guards = guard !== undefined && isBuiltin(guard) ? [guard] : [];
  const before = Object.entries(tasks).map(([key, task]) => [key, { ...host, ...task }] as const);
  const plan = planFixture({ ...Object.fromEntries(before), next: { after: [`dep ${condition}`], guards } });
  const run = givenRun(plan, { hosts: { h: ["h"] } });
  end(run);
  const { skipCause, status, reason } = run.task("next");
  return { verdict: status === "skipped" ? `skip ${skipCause}` : status === "running" ? "run" : status, reason };
}

function expectedReason(verdict: string, guard: string | undefined): string | undefined {
  if (verdict === "skip dependencyFailed") return SKIP_REASONS.dependencyFailed;
  if (verdict === "skip notTriggered") return SKIP_REASONS.notTriggered;
  return verdict === "skip guard" && guard !== undefined && isBuiltin(guard) ? GUARD_REASONS[guard] : undefined;
}

for (const [name = "", condition = "", ...cells] of cellRows) {
  for (const [column, expected] of cells.entries()) {
    const guard = column === 0 ? undefined : GUARD_COLUMNS[column - 1];
    test(`given a dependency ${name} on a ${condition} edge and ${guard ?? "no guard"}, when it has ended, then: ${expected}`, () => {
      assert.deepEqual(judge(name, condition, guard), { verdict: expected, reason: expectedReason(expected, guard) });
    });
  }
}

test("given the page, when its guards are compared, then reasons are those of the engine", () => {
  const [, ...rows] = tableUnder(SEMANTICS, "Guards");
  const reasons = rows.map((row) => [row[0], row[4]].map((cell) => cell?.replaceAll("`", "")));
  assert.deepEqual(reasons, Object.entries(GUARD_REASONS));
});

for (const kind of Object.keys(GUARD_REASONS).filter(isBuiltin)) {
  test(`given no dependencies, when ${kind} is judged, then the task is skipped`, () => {
    const run = givenRun(planFixture({ a: { guards: [kind] } }));
    assert.deepEqual([run.task("a").skipCause, run.reason("a")], ["guard", GUARD_REASONS[kind]]);
  });
}

test("given the table of events, when compared with the vocabulary, then both name the same types", () => {
  const named = EVENTS.split("\n").flatMap((line) => /^\| `([a-z]+\.[A-Za-z]+)` /.exec(line)?.[1] ?? []);
  assert.deepEqual(named, Object.keys(EVENT_UPCASTS).sort(byPlace(named)));
});

function byPlace(order: readonly string[]): (left: string, right: string) => number {
  return (left, right) => order.indexOf(left) - order.indexOf(right);
}
