import assert from "node:assert/strict";
import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DroverError, localFleet, ops, Plan, type Fleet, type OperationCall } from "drover";
import { z } from "zod";
import { CliSandbox } from "../golden/cli-process.ts";
import { assertCoded, refusal } from "./coded.ts";
import { ORDERS } from "./plans/hostile.ts";

const OUTPUT = z.object({ stdout: z.string() });
const TEN_MEGABYTES = "10 MB; ".repeat(1_500_000);

/** Values that a shell, a template, a terminal or an object would take for something else than text. */
function hostileValues(canary: string): readonly string[] {
  return [
    `; rm -rf ${canary}`,
    `$(rm -rf ${canary})`,
    `\`rm -rf ${canary}\``,
    `' "; rm -rf ${canary} #`,
    `a\nrm -rf ${canary}\n`,
    "$(id) ${HOME} $HOME ~ * ? \\ !! %s %n",
    "{{ 7 | times: 7 }} {% raw %} {{ facts.hostname }}",
    "__proto__",
    "constructor",
    "\u001b[2J\u001b]0;owned\u0007\r\b",
    "\u202Eevil \uFEFF\u{1F600} e\u0301",
    "-rf",
    "--",
    "",
    " ",
  ];
}

/** A rooted host and a canary that any obeyed value would remove. */
function givenHost() {
  const folder = mkdtempDisposableSync("/tmp/drover-hostile-");
  const canary = join(folder.path, "canary");
  writeFileSync(canary, "alive");
  const fleet = localFleet({ hosts: [{ name: "host", root: join(folder.path, "root") }] });
  return {
    canary,
    fleet,
    root: join(folder.path, "root"),
    async [Symbol.asyncDispose]() {
      await fleet[Symbol.asyncDispose]();
      assert.equal(readFileSync(canary, "utf8"), "alive");
      folder.remove();
    },
  };
}

async function resultOf(fleet: Fleet, call: OperationCall) {
  const plan = new Plan("hostile", { target: "_any" });
  plan.task("task", call);
  return (await plan.run({ fleet })).result("task");
}

test("given hostile arguments, variables and input, when a plan runs commands, then they arrive as data", async () => {
  await using host = givenHost();
  const values = hostileValues(host.canary);
  const echoed = await resultOf(host.fleet, ops.command.exec({ command: "printf", args: ["%s\\0", ...values] }));
  assert.equal(OUTPUT.parse(echoed?.hostResults[0]?.data).stdout, values.map((value) => `${value}\0`).join(""));
  const env = Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
  const script = values.map((_, index) => `printf '%s\\0' "$V${index}"`).join("\n");
  const varied = await resultOf(host.fleet, ops.command.shell({ script, env }));
  assert.equal(OUTPUT.parse(varied?.hostResults[0]?.data).stdout, values.map((value) => `${value}\0`).join(""));
  const positional = await resultOf(
    host.fleet,
    ops.command.shell({ script: `printf '%s\\0' "$@"`, args: [...values] }),
  );
  assert.equal(OUTPUT.parse(positional?.hostResults[0]?.data).stdout, values.map((value) => `${value}\0`).join(""));
  const stdin = values.join("\n");
  const read = await resultOf(host.fleet, ops.command.exec({ command: "cat", stdin }));
  assert.equal(OUTPUT.parse(read?.hostResults[0]?.data).stdout, stdin);
});

test("given hostile contents and template values, when files are deployed, then they hold exactly that", async () => {
  await using host = givenHost();
  for (const [index, value] of [...hostileValues(host.canary), "NUL \0 inside", TEN_MEGABYTES].entries()) {
    const path = `/file-${index}`;
    const raw = await resultOf(host.fleet, ops.file.deploy({ path, content: value }));
    assert.equal(raw?.status, "changed");
    assert.equal(readFileSync(join(host.root, path), "utf8"), value);
    const vars = { value };
    const content = "[{{ vars.value }}]";
    const rendered = await resultOf(host.fleet, ops.file.deploy({ path, content, vars }));
    assert.equal(rendered?.error, undefined);
    assert.equal(readFileSync(join(host.root, path), "utf8"), `[${value}]`);
  }
});

test("given hostile file names, when files are deployed, then they are made below the root of the host", async () => {
  await using host = givenHost();
  for (const value of hostileValues(host.canary)) {
    const name = value.replaceAll("/", "_");
    if (name.trim() === "") continue;
    const result = await resultOf(host.fleet, ops.file.deploy({ path: `/names/${name}/x`, content: "y" }));
    assert.equal(result?.status, "changed", JSON.stringify(result?.error));
    assert.equal(readFileSync(join(host.root, "names", name, "x"), "utf8"), "y");
  }
  const plan = new Plan("outside", { target: "_any" });
  plan.task("task", ops.file.deploy({ path: "/../../../tmp/drover-escaped", content: "y" }));
  const [error] = await refusal(() => plan.run({ fleet: host.fleet }));
  assertCoded(error, { code: "DRV_PLAN_PARAMS_INVALID", says: /must not contain "\.\."/ });
});

test("given hostile parameters, keys and results, when a plan runs, then functions get them unchanged", async () => {
  await using host = givenHost();
  const values = [...hostileValues(host.canary), "NUL \0 inside", TEN_MEGABYTES];
  const plan = new Plan("hostile", { params: { values: { type: "array" } } });
  const pass = plan.taskFunc("pass", ({ params }) => ({ changed: true, data: params.values }));
  plan.taskFunc("compare", ({ results }) => ({ changed: false, data: results.get(pass) ?? null })).dependsOn(pass);
  const unusual = [...values.filter((value) => value.length < 1_000), { ["__proto__"]: { polluted: 1 } }];
  plan.foreach("each", unusual, (item, part) => {
    part.taskFunc("child", () => ({ changed: false, data: item }));
  });
  const report = await plan.run({ params: { values } });
  assert.equal(report.verdict, "succeeded");
  assert.deepEqual(report.result("compare")?.data, values);
  const children = report.tasks.filter(({ name }) => name.endsWith(".child"));
  assert.deepEqual(JSON.stringify(children.map(({ data }) => data)), JSON.stringify(unusual));
  for (const { name } of children) assert.doesNotMatch(name, /\p{Cc}/u);
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
});

test("given hostile labels, when targets are resolved, then only equal labels match and the rest is refused", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-hostile-");
  assert.throws(
    () => localFleet({ hosts: [{ name: "host", root: folder.path, labels: { evil: "$(id)" } }] }),
    (thrown) => thrown instanceof DroverError && thrown.code === "DRV_FLEET_HOST_INVALID",
  );
  const labels = { ["__proto__"]: "x", role: "web" };
  await using fleet = localFleet({ hosts: [{ name: "host", root: folder.path, labels }] });
  const targets = new Map([
    ["role:web", true],
    ["__proto__:x", true],
    ["evil:$(id)", false],
    ["constructor:x", false],
    ["role:*", false],
    ["role:", false],
  ]);
  for (const [target, isMatch] of targets) {
    const plan = new Plan("labels");
    plan.task("look", ops.node.osGet(), target);
    const started = plan.tryStart({ fleet });
    if (started.ok) assert.equal((await started.value.report).verdict, "succeeded");
    else assert.match(started.error[0]?.code ?? "", /^DRV_(FLEET_NO_HOST|PLAN_TARGET_INVALID)$/);
    assert.equal(started.ok, isMatch, target);
  }
});

test("given NUL where no system can take it, when a plan is checked or its values come late, then that is refused", async () => {
  await using host = givenHost();
  const calls: readonly OperationCall[] = [
    ops.command.exec({ command: "a\0b" }),
    ops.command.exec({ command: "true", args: ["a\0b"] }),
    ops.command.exec({ command: "true", env: { A: "a\0b" } }),
    ops.command.shell({ script: "true\0" }),
    ops.file.deploy({ path: "/a\0b", content: "" }),
    ops.file.symlink({ path: "/a", target: "b\0" }),
    ops.file.line({ path: "/a", line: "b\0" }),
  ];
  for (const { operation, params } of calls) {
    const early = new Plan("early", { target: "_any" });
    early.task("task", { operation, params });
    const [error] = await refusal(() => early.run({ fleet: host.fleet }));
    assertCoded(error, { code: "DRV_PLAN_PARAMS_INVALID", says: /NUL/ });
    const late = new Plan("late", { target: "_any" });
    late.task("task", { operation, params: () => params });
    const report = await late.run({ fleet: host.fleet });
    assertCoded(report.error, { code: "DRV_OPERATION_PARAMS_INVALID", says: /NUL/ });
  }
});

test("given 10 MB where only little fits, when a plan runs, then it is refused in short", async () => {
  await using host = givenHost();
  const refused = await resultOf(host.fleet, ops.command.exec({ command: "true", args: [TEN_MEGABYTES] }));
  assertCoded(refused?.error, { code: "DRV_HOST_ARGUMENTS_TOO_LONG", says: /true/ });
  const path = `/${"x".repeat(10_000_000)}`;
  const plan = new Plan("long", { target: "_any" });
  plan.task("path", ops.file.deploy({ path, content: "" }));
  plan.task("target", ops.node.osGet(), TEN_MEGABYTES);
  plan.taskFunc(TEN_MEGABYTES, () => ({ changed: false })).dependsOn(`${TEN_MEGABYTES}2`);
  const errors = await refusal(() => plan.run({ fleet: host.fleet }));
  assert.ok(errors.length >= 3);
  for (const error of errors) {
    assertCoded(error, { code: error.code, says: /./ });
    assert.ok(JSON.stringify(error).length < 10_000, error.code);
  }
});

const PLAN = fileURLToPath(new URL("plans/hostile.ts", import.meta.url));
/** Anything but line ends that moves a cursor, sets a colour or turns text around. */
// oxlint-disable-next-line no-control-regex -- that is what is looked for
const ORDER = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

for (const words of [
  ["run", PLAN, "--verbose"],
  ["plan", PLAN],
  ["explain", PLAN],
  ["levels", PLAN],
  ["graph", PLAN],
  ["graph", PLAN, "--format", "mermaid"],
  ["graph", PLAN, "--format", "dot"],
  ["graph", PLAN, "--format", "svg"],
  ["run", PLAN, "--output", "json"],
  ["run", PLAN, "--output", "ndjson"],
  ["run", PLAN, "--output", "yaml"],
  ["graph", PLAN, "--format", "json"],
  ["levels", `${PLAN}#broken`],
  ["run", `nope-\u001b[2J\u202E.ts`],
  ["explain", "\u001b[2J\u009b31m"],
] as const) {
  const shown = words.map((word) => (word.startsWith(PLAN) ? "the plan" : JSON.stringify(word))).join(" ");
  test(`given names, titles, output and errors that hold orders, when people ask for ${shown}, then none reaches the terminal`, async (context) => {
    const cli = new CliSandbox(context);
    const { stdout, stderr } = await cli.run([...words], { GITHUB_ACTIONS: "true", CI: "true" });
    assert.ok(stdout.length + stderr.length > 0);
    assert.doesNotMatch(stdout, ORDER);
    assert.doesNotMatch(stderr, ORDER);
    assert.doesNotMatch(`${stdout}\n${stderr}`, /^\s*(?:::set-output|##vso)/mu);
  });
}

test("given a failed run that held orders, when another process asks why, then none reaches the terminal", async (context) => {
  const cli = new CliSandbox(context);
  await cli.run(["run", PLAN]);
  for (const words of [["why"], ["why", "throws"], ["why", "behind"], ["graph", PLAN, "--last"]]) {
    const { stdout, stderr } = await cli.run([...words]);
    assert.doesNotMatch(stdout + stderr, ORDER);
  }
});

test("given results that hold orders, when a run is data, then every format reads back as what they are", async (context) => {
  const cli = new CliSandbox(context);
  const DOCUMENT = z.object({ tasks: z.array(z.object({ name: z.string(), data: z.unknown().optional() })) });
  const { parse } = await import("yaml");
  for (const [format, read] of [
    ["json", (text: string): unknown => JSON.parse(text)],
    ["yaml", (text: string): unknown => parse(text)],
  ] as const) {
    const { stdout } = await cli.run(["run", PLAN, "--output", format]);
    const { tasks } = DOCUMENT.parse(read(stdout));
    const data = tasks.find(({ name }) => name === "data")?.data;
    assert.deepEqual(data, { [ORDERS.join(" ")]: ORDERS.join(" ") });
  }
});
