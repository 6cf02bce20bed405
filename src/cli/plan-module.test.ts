import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { CodedError } from "../base/coded-error.ts";
import { ok } from "../base/result.ts";
import { fakeCompiledPlan } from "../testing/fake-compiled-plan.ts";
import { loadPlan, parsePlanReference, type LoadedPlan } from "./plan-module.ts";
import type { RunPort } from "./run-port.ts";

/** A library for which every object with `planName` is a plan. */
const PORT: RunPort = {
  compile: (candidate) =>
    typeof candidate === "object" && candidate !== null && "planName" in candidate
      ? ok({ compiled: fakeCompiledPlan(String(candidate.planName), []), source: candidate })
      : undefined,
  bind: () => ok({ compiled: fakeCompiledPlan("p", []), params: {} }),
  start: () => Promise.reject(new Error("Nothing is started here")),
};

function folderWith(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-plan-module-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function load(folder: string, text: string, params = {}): Promise<LoadedPlan> {
  const loaded = await loadPlan(text, params, { folder, openRunPort: async () => PORT });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value;
}

async function refused(folder: string, text: string): Promise<CodedError> {
  const loaded = await loadPlan(text, {}, { folder, openRunPort: async () => PORT });
  assert.ok(!loaded.ok);
  const [first] = loaded.error;
  assert.ok(first !== undefined);
  return first;
}

test("given file.ts#name, when it is taken apart, then the export is named and everything else is the default", () => {
  assert.deepEqual(parsePlanReference("a/plan.ts#web", "/x"), {
    path: "/x/a/plan.ts",
    exportName: "web",
    text: "a/plan.ts#web",
  });
  assert.equal(parsePlanReference("plan.mjs", "/x").exportName, "default");
  assert.equal(parsePlanReference("/y/odd#folder/plan.ts", "/x").path, "/y/odd#folder/plan.ts");
});

test("given a TypeScript module that exports a plan, when it is loaded, then it is that plan", async (context) => {
  const folder = folderWith(context, { "plan.ts": "const planName: string = 'one'; export default { planName };" });
  assert.equal((await load(folder, "plan.ts")).plan.compiled.name, "one");
});

test("given a module that exports a function, when it is loaded, then the function gets the parameters", async (context) => {
  const folder = folderWith(context, { "plan.ts": "export default (params) => ({ planName: `v${params.version}` });" });
  const loaded = await load(folder, "plan.ts", { version: "1.10" });
  assert.equal(loaded.plan.compiled.name, "v1.10");
  assert.deepEqual(loaded.params, {}, "The function has used them up");
  assert.deepEqual(loaded.given, { version: "1.10" }, "A run that goes on later needs them again");
});

test("given another export, when it is named, then it is loaded", async (context) => {
  const folder = folderWith(context, { "plans.ts": "export const rollout = { planName: 'rollout' };" });
  assert.equal((await load(folder, "plans.ts#rollout")).plan.compiled.name, "rollout");
});

test("given a file that is missing or a folder, when it is loaded, then it is said which", async (context) => {
  const folder = folderWith(context, {});
  assert.match((await refused(folder, "nope.ts")).message, /there is no such file/);
  assert.match((await refused(folder, ".")).message, /it is not a file/);
});

test("given an export that is missing, when it is asked for, then those that exist are listed", async (context) => {
  const folder = folderWith(context, { "plans.ts": "export const rollout = 1, other = 2;" });
  const error = await refused(folder, "plans.ts");
  assert.equal(error.code, "DRV_CLI_PLAN_EXPORT");
  assert.match(error.hint ?? "", /"other", "rollout"/);
});

test("given an export that is no plan, when it is loaded, then it is said what it is", async (context) => {
  const folder = folderWith(context, {
    "number.ts": "export default 7;",
    "promise.ts": "export default async () => ({ planName: 'late' });",
  });
  assert.match((await refused(folder, "number.ts")).message, /it is number, not a plan/);
  assert.match((await refused(folder, "promise.ts")).message, /it is a promise, not a plan/);
});

test("given a module that throws, when it is loaded, then the line is told", async (context) => {
  const folder = folderWith(context, { "plan.ts": "\n\nthrow new Error('no such setting');\nexport default 1;" });
  const error = await refused(folder, "plan.ts");
  assert.equal(error.code, "DRV_CLI_PLAN_MODULE_FAILED");
  assert.match(error.message, /no such setting/);
  assert.equal(error.at?.line, 3);
  assert.equal(error.at?.file, "plan.ts");
});

test("given a function that throws no error, when it is called, then what it threw is told", async (context) => {
  const folder = folderWith(context, { "plan.ts": "export default () => { throw 'just text'; };" });
  assert.match((await refused(folder, "plan.ts")).message, /just text/);
});

test("given a module with a syntax error or a missing package, when it is loaded, then the hint fits", async (context) => {
  const folder = folderWith(context, {
    "syntax.ts": "export default {",
    "enum.ts": "enum A { B } export default A;",
    "missing.ts": "import 'no-such-package-here'; export default 1;",
  });
  assert.match((await refused(folder, "syntax.ts")).hint ?? "", /syntax/);
  assert.match((await refused(folder, "enum.ts")).hint ?? "", /enums/);
  assert.match((await refused(folder, "missing.ts")).hint ?? "", /missing package/);
});
