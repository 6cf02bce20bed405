import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CliSandbox } from "./cli-process.ts";
import { assertGolden, normalised } from "./golden-file.ts";

const WRONG = `version: 1
name: wrong
params: { unused: { type: string, default: x } }
defaults: { target: _any }
tasks:
  page:
    file.deplyo: { path: /srv/page, content: hello }
  restart:
    command.exec: { command: restart-web }
    needs: pgae
    when: tasks.page.change
  mode:
    file.directory: { path: /srv, mode: 0755 }
`;

const RIGHT = `version: 1
name: right
params: { folder: { type: string } }
defaults: { target: _any }
steps:
  - file.directory: { path: "\${params.folder}" }
  - name: note
    file.deploy: { path: "\${params.folder}/note", content: "hello\\n" }
    retry: 2
`;

test("given a wrong plan file, when it is checked, then text, JSON and SARIF all say what, where and why", async (context) => {
  const cli = new CliSandbox(context);
  writeFileSync(join(cli.folder, "wrong.yml"), WRONG);
  const text = await cli.run(["validate", "wrong.yml"]);
  assert.equal(text.exitCode, 3);
  assertGolden("validate-wrong.txt", text.stdout);
  const json = await cli.run(["validate", "wrong.yml", "--output", "json"]);
  assertGolden("validate-wrong.json.txt", json.stdout);
  const sarif = await cli.run(["validate", "wrong.yml", "--sarif"]);
  assertGolden("validate-wrong.sarif.txt", sarif.stdout);
  const log: unknown = JSON.parse(sarif.stdout);
  assert.ok(typeof log === "object" && log !== null && "version" in log && log.version === "2.1.0");
});

test("given a plan file, when it is explained, exported and drawn as data, then each has its form", async (context) => {
  const cli = new CliSandbox(context);
  writeFileSync(join(cli.folder, "right.yml"), RIGHT);
  assertGolden("explain-plan-file.json.txt", (await cli.run(["explain", "right.yml", "--output", "json"])).stdout);
  const exported = await cli.run(["export", "right.yml"]);
  assertGolden("export-plan-file.yml", exported.stdout);
  writeFileSync(join(cli.folder, "again.yml"), exported.stdout);
  assert.equal((await cli.run(["diff", "right.yml", "again.yml", "--detailed-exitcode"])).exitCode, 0);
});

test("given the language, when it is asked for, then its schema is the published one and a part of it has its words", async (context) => {
  const cli = new CliSandbox(context);
  const published = readFileSync(new URL("../../docs/plan.schema.json", import.meta.url), "utf8");
  const printed = await cli.run(["schema"]);
  assert.deepEqual(JSON.parse(printed.stdout), JSON.parse(normalised(published)));
  assertGolden("explain-retry.txt", (await cli.run(["explain", "tasks.retry"])).stdout);
  assertGolden("explain-retry.json.txt", (await cli.run(["explain", "tasks.retry", "--output", "json"])).stdout);
});

test("given a plan that wants locks or messages, when it is checked, then it is right; when it runs, then it is refused with a code", async (context) => {
  const cli = new CliSandbox(context);
  const plan = `version: 1\nname: late\nlocks: [{ resource: web, wait: 5m }]\nnotify: { on_failure: [{ channel: ops, message: bad }] }\ntasks:\n  a: { delay: 1ms }\n  b: { notify: { channel: ops, message: hi }, needs: a }\n`;
  writeFileSync(join(cli.folder, "late.yml"), plan);
  const checked = await cli.run(["validate", "late.yml"]);
  assert.equal(checked.exitCode, 0, checked.stdout);
  assert.match(checked.stdout, /3 remarks/);
  const refused = await cli.run(["run", "late.yml", "--ephemeral"]);
  assert.equal(refused.exitCode, 3);
  assert.match(refused.stderr, /locks[^]*DRV_PLANFILE_NOT_AVAILABLE[^]*3 problems/);
});
