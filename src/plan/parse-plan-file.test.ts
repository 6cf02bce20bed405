import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Diagnostic } from "../definition/plan-file/diagnostic.ts";
import { memoryLoader } from "../definition/plan-file/source-loader.ts";
import { type ParsedPlan, parsePlanFile, planFileSources } from "./parse-plan-file.ts";

const NO_FILES = memoryLoader(new Map());

async function parsed(content: string, files: Readonly<Record<string, string>> = {}): Promise<ParsedPlan> {
  const result = await parsePlanFile({ name: "plan.yml", content }, memoryLoader(new Map(Object.entries(files))));
  assert.ok(result.ok, result.ok ? "" : said(result.error).join("\n"));
  return result.value;
}

async function refused(content: string): Promise<readonly string[]> {
  const result = await parsePlanFile({ name: "plan.yml", content }, NO_FILES);
  assert.ok(!result.ok);
  return said(result.error);
}

function said(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ at, code, severity }) => `${at.line}:${at.column} ${severity} ${code}`);
}

const HEAD = "version: 1\nname: p\ndefaults: { target: _any }\n";

suite("plan files", () => {
  test("given tasks with needs, when parsed, then they are a graph in the order of the file", async () => {
    const { compiled } = await parsed(
      `${HEAD}tasks:\n  "2": { delay: 1s }\n  "1": { delay: 1s, needs: "2" }\n  c: { delay: 1s, needs: [{ task: "1", on: failure }] }\n`,
    );
    assert.deepEqual(
      compiled.tasks.map(({ name }) => name),
      ["2", "1", "c"],
    );
    assert.deepEqual(compiled.graph.dependencies("c"), { ok: true, value: ["1"] });
  });

  test("given steps, when parsed, then each waits for the one before and unnamed ones get names", async () => {
    const { compiled } = await parsed(
      `${HEAD}steps:\n  - file.directory: { path: /a }\n  - name: second\n    file.directory: { path: /b }\n  - file.directory: { path: /c }\n`,
    );
    assert.deepEqual(
      compiled.tasks.map(({ name }) => name),
      ["make-directory", "second", "make-directory-2"],
    );
    assert.deepEqual(compiled.graph.dependencies("make-directory-2"), { ok: true, value: ["second"] });
  });

  test("given JSON, when parsed, then it is the same plan as in YAML", async () => {
    const yaml = await parsed(`${HEAD}tasks:\n  a:\n    file.directory: { path: /a }\n    retry: 2\n`);
    const json = await parsed(
      '{\n\t"version": 1, "name": "p", "defaults": {"target": "_any"},\n\t"tasks": {"a": {"file.directory": {"path": "/a"}, "retry": 2}}\n}',
    );
    assert.equal(yaml.compiled.fingerprint(), json.compiled.fingerprint());
  });

  test("given several mistakes, when parsed, then each is told at its place", async () => {
    const text = [
      "version: 1",
      "name: p",
      "paramz: {}",
      "tasks:",
      "  a:",
      "    file.directory: { path: relative }",
      "    target: _any",
      "    tolerate: yes",
      "  b:",
      "    file.deplyo: {}",
      "    needs: [c]",
      "  d:",
      "    needs: [a]",
    ].join("\n");
    assert.deepEqual(await refused(text), [
      "3:1 error DRV_PLANFILE_KEY_UNKNOWN",
      "6:29 error DRV_PLAN_PARAMS_INVALID",
      "8:15 error DRV_PLANFILE_VALUE_INVALID",
      "10:5 error DRV_OPERATION_UNKNOWN",
      "11:13 error DRV_PLAN_DEPENDENCY_UNKNOWN",
      "12:3 error DRV_PLANFILE_TASK_BODY",
    ]);
  });

  test("given a plan of several files, when made again from its texts alone, then it is the same plan", async () => {
    const files = {
      "common.yml": "version: 1\ntasks:\n  first: { delay: 1s }\n",
      "other.yml": "version: 1\nname: other\ntasks:\n  inner: { script: { file: x.sh } }\n",
      "x.sh": "echo hello\n",
    };
    const plan = await parsed(
      `${HEAD}include: common.yml\ntasks:\n  second: { run: other.yml, needs: first }\n`,
      files,
    );
    const { root, texts } = planFileSources(plan);
    const again = await parsePlanFile({ name: root, content: texts.get(root) ?? "" }, memoryLoader(texts));
    assert.ok(again.ok);
    assert.equal(again.value.compiled.fingerprint(), plan.compiled.fingerprint());
    assert.deepEqual([...texts.keys()].toSorted(), ["common.yml", "other.yml", "plan.yml", "x.sh"]);
  });

  test("given files that contain each other, when parsed, then the loop is told where it is closed", async () => {
    const loop = { "a.yml": "version: 1\nname: a\ntasks:\n  back: { run: plan.yml }\n" };
    const content = `${HEAD}tasks:\n  go: { run: a.yml }\n`;
    const result = await parsePlanFile(
      { name: "plan.yml", content },
      memoryLoader(new Map([...Object.entries(loop), ["plan.yml", content]])),
    );
    assert.ok(!result.ok);
    assert.deepEqual(
      result.error.map(({ at, message }) => `${at.file}:${at.line}:${at.column} ${message}`),
      ['a.yml:4:16 Cannot use plan file "plan.yml": it contains itself (plan.yml → a.yml → plan.yml)'],
    );
  });
});
