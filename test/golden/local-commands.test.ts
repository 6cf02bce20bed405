import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CliSandbox } from "./cli-process.ts";
import { FLEET, newProject } from "./new-project.ts";

test("given a new project, when it is checked, planned and run twice, then all goes well and the second run changes nothing", async (context) => {
  const cli = await newProject(context);
  const results = [
    await cli.run(["validate", "plan.yml"]),
    await cli.run(["plan", "plan.yml", ...FLEET]),
    await cli.run(["run", "plan.yml", ...FLEET, "greeting=Moin", "--output", "json"]),
    await cli.run(["run", "plan.yml", ...FLEET, "greeting=Moin", "--output", "json"]),
  ];
  assert.deepEqual(
    results.map(({ exitCode }) => exitCode),
    [0, 0, 0, 0],
  );
  assert.match(results[2]?.stdout ?? "", /"changed": 2/);
  assert.match(results[3]?.stdout ?? "", /"unchanged": 3/);
  const page = readFileSync(join(cli.folder, "hosts/web1/srv/welcome/index.txt"), "utf8");
  assert.equal(page, "Moin, this is web1.\n");
});

test("given a folder with files of a project, when another one is made there, then each is named and none changed", async (context) => {
  const cli = new CliSandbox(context);
  writeFileSync(join(cli.folder, "plan.yml"), "mine");
  writeFileSync(join(cli.folder, "README.md"), "mine");
  const { exitCode, stderr } = await cli.run(["init"]);
  assert.notEqual(exitCode, 0);
  assert.match(stderr, /"plan\.yml" is there already[^]*"README\.md" is there already[^]*2 problems/);
  assert.equal(readFileSync(join(cli.folder, "plan.yml"), "utf8"), "mine");
});

const TYPED_PLAN = `version: 1
name: typed
params:
  text: { type: string }
  count: { type: integer, default: 1 }
  isOn: { type: boolean, default: false }
  list: { type: array, default: [] }
  password: { type: string, secret: true, default: nothing }
tasks:
  show:
    command.exec: { command: echo, args: ["\${params.text} \${params.count + 1} \${params.isOn} \${params.list.length}"] }
    target: _any
  keep:
    file.deploy: { path: /tmp/never, content: "\${params.password}", isSecret: true }
    target: _any
    when: params.count == 0
`;

test("given parameters from files, options and words, when a plan runs, then they have their types and words win", async (context) => {
  const cli = new CliSandbox(context);
  writeFileSync(join(cli.folder, "typed.yml"), TYPED_PLAN);
  writeFileSync(join(cli.folder, "a.yml"), "text: a\ncount: 5\nlist: [1, 2]\n");
  writeFileSync(join(cli.folder, "b.json"), '{ "text": "b" }');
  const words = ["--params", "a.yml", "--params", "b.json", "--set", "isOn=true", "count=41"];
  const { stdout, stderr } = await cli.run(["run", "typed.yml", ...words, "--ephemeral", "--output", "json"]);
  assert.match(stdout, /"stdout": "b 42 true 2\\n"/, stderr);
  const explained = await cli.run(["explain", "var", "count", "typed.yml", ...words]);
  assert.equal(
    explained.stdout,
    "params.count = 41 from the command line\n instead of 5 from a.yml:2\n instead of 1 from its default in typed.yml\n".replaceAll(
      / (from|instead)/g,
      "  $1",
    ),
  );
  const secret = await cli.run(["explain", "var", "password", "typed.yml", "text=x", "password=hush"]);
  assert.match(secret.stdout, /\(secret\)/);
  assert.doesNotMatch(secret.stdout, /hush|nothing/);
});

test("given wrong parameters everywhere, when a plan is checked with them, then all are told together with their codes", async (context) => {
  const cli = new CliSandbox(context);
  writeFileSync(join(cli.folder, "typed.yml"), TYPED_PLAN);
  writeFileSync(join(cli.folder, "list.yml"), "- a\n");
  const typed = await cli.run(["validate", "typed.yml", "count=many", "isOn=yes", "nothing=1"]);
  assert.equal(typed.exitCode, 3);
  for (const name of ["text", "count", "isOn", "nothing"])
    assert.match(typed.stdout, new RegExp(`"${name}".*DRV_PARAM_`));
  const files = await cli.run([
    "run",
    "typed.yml",
    "--params",
    "list.yml",
    "--params",
    "none.yml",
    "--set",
    "1=2",
    "x",
  ]);
  assert.match(files.stderr, /"list\.yml": it is no map[^]*at list\.yml:1:1/);
  assert.match(files.stderr, /none\.yml[^]*DRV_CLI_PARAMETER_INVALID[^]*4 problems/);
});

test("given one operation or command, when executed on hosts, then each is shown once for all that answered alike", async (context) => {
  const cli = await newProject(context);
  const hostile = "$(touch x); rm -rf . \n'\"";
  const { stdout, exitCode } = await cli.run(["exec", "--target", "role:web", ...FLEET, "--", "printf", "%s", hostile]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^web1, web2\n {2}\$\(touch x\); rm -rf \.\n? *\n? *'"/m);
  const deployed = await cli.run([
    "exec",
    "file.deploy",
    "path=/etc/motd",
    "content=007",
    "--target",
    "web1",
    ...FLEET,
  ]);
  assert.equal(deployed.exitCode, 0, deployed.stderr);
  assert.equal(readFileSync(join(cli.folder, "hosts/web1/etc/motd"), "utf8"), "007");
  const wrong = await cli.run(["exec", "file.deplyo", "pat"]);
  assert.match(wrong.stderr, /DRV_OPERATION_UNKNOWN[^]*DRV_CLI_PARAMETER_INVALID/);
  assert.equal((await cli.run(["exec"])).exitCode, 1);
});

test("given two runs or plans, when compared, then what differs is shown and the exit code tells", async (context) => {
  const cli = await newProject(context);
  await cli.run(["run", "plan.yml", ...FLEET]);
  await cli.run(["run", "plan.yml", ...FLEET]);
  const runs = await cli.run(["runs", "--output", "json"]);
  const ids: unknown = JSON.parse(runs.stdout.replaceAll("run_ID", "run_x"));
  assert.ok(Array.isArray(ids) && ids.length === 2);
  const same = await cli.run(["diff", "last", "last", "--detailed-exitcode"]);
  assert.equal(same.exitCode, 0);
  assert.match(same.stdout, /Nothing differs/);
  writeFileSync(
    join(cli.folder, "other.yml"),
    readFileSync(join(cli.folder, "plan.yml"), "utf8").replace("needs: page", "needs: folder"),
  );
  const plans = await cli.run(["diff", "plan.yml", "other.yml", "--detailed-exitcode"]);
  assert.equal(plans.exitCode, 2);
  assert.match(plans.stdout, /task check: dependsOn\n {2}- \["page"\]\n {2}\+ \["folder"\]/);
});
