import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FLEET, newProject } from "./new-project.ts";

test("given a saved plan, when nothing has changed, then it is applied; when a host has drifted, then that one is named and nothing is done", async (context) => {
  const cli = await newProject(context);
  const saved = await cli.run(["plan", "plan.yml", ...FLEET, "-o", "it.saved.json"]);
  assert.match(saved.stdout, /drover apply it\.saved\.json/);
  assert.equal(statSync(join(cli.folder, "it.saved.json")).mode & 0o777, 0o600);
  const drifted = join(cli.folder, "hosts/web2/srv/welcome/index.txt");
  mkdirSync(join(drifted, ".."), { recursive: true });
  writeFileSync(drifted, "somebody else\n");
  const refused = await cli.run(["apply", "it.saved.json"]);
  assert.equal(refused.exitCode, 7);
  assert.match(refused.stderr, /task "page" on host "web2" has drifted.*DRV_CLI_SAVED_PLAN_DRIFTED/);
  assert.doesNotMatch(refused.stderr, /"web1"/);
  assert.equal(readFileSync(drifted, "utf8"), "somebody else\n");
  await cli.run(["plan", "plan.yml", ...FLEET, "-o", "it.saved.json"]);
  const applied = await cli.run(["apply", "it.saved.json"]);
  assert.equal(applied.exitCode, 0, applied.stderr);
  assert.equal(readFileSync(drifted, "utf8"), "Hello, this is web2.\n");
});

test("given a saved plan, when the plan is another now, or the file is no saved plan, then it is refused", async (context) => {
  const cli = await newProject(context);
  await cli.run(["plan", "plan.yml", ...FLEET, "-o", "it.saved.json"]);
  const plan = join(cli.folder, "plan.yml");
  writeFileSync(plan, readFileSync(plan, "utf8").replace("/srv/welcome/index.txt", "/srv/welcome/other.txt"));
  const stale = await cli.run(["apply", "it.saved.json"]);
  assert.equal(stale.exitCode, 7);
  assert.match(stale.stderr, /DRV_CLI_SAVED_PLAN_STALE/);
  const broken = await cli.run(["apply", "plan.yml"]);
  assert.equal(broken.exitCode, 1);
  assert.match(broken.stderr, /DRV_CLI_SAVED_PLAN_INVALID/);
});

const SECRET_PLAN = `version: 1
name: secret
params: { token: { type: string, secret: true }, count: { type: integer, default: 1 } }
tasks:
  put:
    file.deploy: { path: /token, content: "\${params.token}", isSecret: true }
    target: _all
`;

test("given a saved plan with a secret, when it is read, then the secret is not in it and must be given again", async (context) => {
  const cli = await newProject(context);
  writeFileSync(join(cli.folder, "secret.yml"), SECRET_PLAN);
  const given = ["token=hush-hush-1", "count=2"];
  const saved = await cli.run(["plan", "secret.yml", ...FLEET, ...given, "-o", "s.json"]);
  assert.match(saved.stdout, /drover apply s\.json token=…/);
  assert.doesNotMatch(readFileSync(join(cli.folder, "s.json"), "utf8"), /hush-hush/);
  assert.match((await cli.run(["apply", "s.json"])).stderr, /"token": it is missing/);
  assert.match((await cli.run(["apply", "s.json", "count=3"])).stderr, /parameter "count" is kept in it/);
  assert.equal((await cli.run(["apply", "s.json", "token=hush-hush-1"])).exitCode, 0);
  assert.equal(readFileSync(join(cli.folder, "hosts/web1/token"), "utf8"), "hush-hush-1");
});

test("given a place where no file can be, when a plan is saved there, then a coded error says so and what is there stays", async (context) => {
  const cli = await newProject(context);
  const fleet = readFileSync(join(cli.folder, "hosts.yml"), "utf8");
  mkdirSync(join(cli.folder, "taken"));
  for (const path of ["none/it.json", "hosts.yml/it.json", "taken"]) {
    const { stderr, exitCode } = await cli.run(["plan", "plan.yml", ...FLEET, "-o", path]);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /DRV_CLI_FILE_FAILED/, path);
  }
  assert.equal(readFileSync(join(cli.folder, "hosts.yml"), "utf8"), fleet);
});
