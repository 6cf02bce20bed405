import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fakeRunView } from "../testing/fake-run-view.ts";
import { lastRun, rememberRun } from "./last-run.ts";

const RUN = fakeRunView({
  planName: "web",
  tasks: [
    { name: "fetch", status: "failed", error: { code: "DRV_X", message: "Cannot fetch" } },
    { name: "deploy", status: "skipped", skipCause: "dependencyFailed", after: ["fetch"] },
  ],
});

function stateContext(context: TestContext): {
  readonly env: { readonly XDG_STATE_HOME: string };
  readonly folder: string;
} {
  const state = mkdtempSync(join(tmpdir(), "drover-last-run-"));
  context.after(() => rmSync(state, { recursive: true, force: true }));
  return { env: { XDG_STATE_HOME: state }, folder: "/project" };
}

function onlyFile(state: string): string {
  const [file] = readdirSync(state, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  assert.ok(file !== undefined);
  return join(state, file);
}

test("given a run that was remembered, when the last run is asked for, then its view comes back", async (context) => {
  const state = stateContext(context);
  assert.ok((await rememberRun(RUN, "/project/plan.ts", state)).ok);
  const found = await lastRun(undefined, state);
  assert.ok(found.ok);
  assert.equal(found.value.view.planName, "web");
  assert.equal(found.value.view.task(0).error?.message, "Cannot fetch");
  assert.equal(found.value.planPath, "/project/plan.ts");
});

test("given a remembered run, when its file is looked at, then only its owner can read it", async (context) => {
  const state = stateContext(context);
  await rememberRun(RUN, "/project/plan.ts", state);
  assert.equal(statSync(onlyFile(state.env.XDG_STATE_HOME)).mode & 0o777, 0o600);
});

test("given runs of two plans, when one is asked for by its file, then it is that one", async (context) => {
  const state = stateContext(context);
  await rememberRun(RUN, "/project/one.ts", state);
  await rememberRun(fakeRunView({ planName: "two", tasks: [] }), "/project/two.ts", state);
  const found = await lastRun("/project/one.ts", state);
  assert.ok(found.ok);
  assert.equal(found.value.view.planName, "web");
});

test("given a run of another folder, when the last run is asked for, then there is none", async (context) => {
  const state = stateContext(context);
  await rememberRun(RUN, "/project/plan.ts", state);
  const found = await lastRun(undefined, { ...state, folder: "/elsewhere" });
  assert.ok(!found.ok);
  assert.equal(found.error.code, "DRV_CLI_NO_LAST_RUN");
});

test("given a file that holds something else, when it is read, then that is an error and not a crash", async (context) => {
  const state = stateContext(context);
  await rememberRun(RUN, "/project/plan.ts", state);
  for (const text of ["", "{}", "[1", '{"version":1,"run":{"tasks":"x"}}']) {
    writeFileSync(onlyFile(state.env.XDG_STATE_HOME), text);
    const found = await lastRun(undefined, state);
    assert.ok(!found.ok);
    assert.equal(found.error.code, "DRV_CLI_FILE_FAILED");
  }
});

test("given a state folder that cannot be made, when a run is remembered, then the problem is returned", async () => {
  // A file where a folder should be. Not /proc: making folders there never ends in Node.
  const remembered = await rememberRun(RUN, "/project/plan.ts", {
    env: { XDG_STATE_HOME: "/etc/hostname" },
    folder: "/project",
  });
  assert.ok(!remembered.ok);
  assert.equal(remembered.error.code, "DRV_CLI_FILE_FAILED");
});
