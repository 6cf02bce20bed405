import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutputStream } from "../../src/cli/output-stream.ts";
import { openRunDisplay, type RunDisplay } from "../../src/cli/run-display.ts";
import { textStyleOf } from "../../src/cli/text-style-of.ts";
import { fakeCompiledPlan } from "../../src/testing/fake-compiled-plan.ts";
import type { FakeTask } from "../../src/testing/fake-run-view.ts";
import { ScriptedRun } from "../../src/testing/scripted-run.ts";
import { FakeContext } from "./fake-context.ts";
import { assertGolden, normalised } from "./golden-file.ts";
import { TextSink, VirtualTerminal } from "./virtual-terminal.ts";

const ERROR = {
  code: "DRV_COMMAND_EXIT",
  message: 'Cannot run "psql": it exited with code 3',
  hint: "Start the database",
};

interface Scene {
  readonly context: FakeContext;
  readonly display: RunDisplay;
  readonly run: ScriptedRun;
}

function scene(
  stream: OutputStream,
  tasks: readonly Omit<FakeTask, "status">[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly isVerbose?: boolean } = {},
): Scene {
  const env = options.env ?? {};
  const context = new FakeContext({ env });
  const display = openRunDisplay({
    context,
    stream,
    style: { ...textStyleOf(stream, env, { color: "never" }), hasUnicode: true },
    plan: fakeCompiledPlan(
      "web",
      tasks.map(({ name }) => ({ name })),
    ),
    isVerbose: options.isVerbose ?? false,
    isQuiet: false,
    isPlain: false,
  });
  const run = new ScriptedRun({
    planName: "web",
    tasks,
    observer: display.observer,
    nowMs: () => context.clock.nowMs(),
  });
  return { context, display, run };
}

function named(...names: readonly string[]): readonly { readonly name: string }[] {
  return names.map((name) => ({ name }));
}

test("given a terminal, when a run goes on, then running tasks are below and finished ones scroll away", async () => {
  const terminal = new VirtualTerminal();
  const { context, display, run } = scene(terminal, named("fetch", "build", "test", "deploy"));
  run.dispatch("fetch", "build");
  await context.clock.advance(5_000);
  run.complete("fetch", "changed");
  run.dispatch("test");
  await context.clock.advance(1_000);
  context.print("a stray console.log");
  await context.clock.advance(100);
  assertGolden("live-middle.txt", `${terminal.text}\n`);
  run.complete("build", "unchanged");
  run.skip("deploy", "no dependencies changed");
  run.complete("test", "failed", { error: ERROR, attempts: 2 });
  run.finish("failed");
  display[Symbol.dispose]();
  assertGolden("live-end.txt", `${terminal.text}\n`);
  assert.equal(terminal.isCursorVisible, true);
  assert.equal(context.clock.pendingTimerCount, 0);
});

test("given more running tasks than lines, when they are shown, then the longest running come first and the rest is counted", async () => {
  const terminal = new VirtualTerminal({ rows: 8 });
  const names = Array.from({ length: 30 }, (_, at) => `task-${at}`);
  const { context, display, run } = scene(terminal, named(...names));
  for (const name of names) {
    run.dispatch(name);
    await context.clock.advance(1_000);
  }
  const lines = terminal.text.split("\n");
  assert.equal(lines.length, 6);
  assert.match(lines[0] ?? "", /task-0 +\d+s|task-0 .*30s/);
  assert.match(lines[4] ?? "", /and 26 more/);
  assert.match(lines[5] ?? "", /0\/30 · 30 running/);
  display[Symbol.dispose]();
});

test("given a failure that has scrolled away, when the run goes on, then it stands on top of the region", async () => {
  const terminal = new VirtualTerminal({ rows: 12 });
  const others = Array.from({ length: 10 }, (_, at) => `other-${at}`);
  const { context, display, run } = scene(terminal, named("bad", "slow", ...others));
  run.dispatch("bad", "slow", ...others);
  run.complete("bad", "failed", { error: ERROR });
  await context.clock.advance(100);
  for (const name of others) run.complete(name, "unchanged");
  await context.clock.advance(200);
  const region = terminal.text.split("\n").slice(-3);
  assert.match(region[0] ?? "", /✖ bad .*Cannot run "psql"/);
  assert.match(region[1] ?? "", /slow/);
  display[Symbol.dispose]();
});

test("given ten thousand tasks that end at once, when they are shown, then failures are and the rest is counted", async () => {
  const terminal = new VirtualTerminal();
  const names = Array.from({ length: 300 }, (_, at) => `task-${at}`);
  const { context, display, run } = scene(terminal, named(...names));
  run.dispatch(...names);
  for (const name of names)
    run.complete(name, name === "task-150" ? "failed" : "changed", name === "task-150" ? { error: ERROR } : {});
  await context.clock.advance(100);
  assert.match(terminal.text, /✖ task-150/);
  assert.match(terminal.text, /… 299 more tasks: 299 changed/);
  assert.ok(terminal.text.split("\n").length < 12);
  display[Symbol.dispose]();
});

test("given a frame in which nothing but the spinner changes, when it is drawn, then little is written", async () => {
  const terminal = new VirtualTerminal();
  const { context, display, run } = scene(terminal, named("a", "b", "c"));
  run.dispatch("a", "b", "c");
  await context.clock.advance(200);
  const before = terminal.written;
  await context.clock.advance(80);
  assert.ok(terminal.written - before < 300, `${terminal.written - before} characters`);
  display[Symbol.dispose]();
});

test("given no terminal, when a run goes on, then each thing is a line with its time and no control code", async () => {
  const sink = new TextSink();
  const { context, display, run } = scene(sink, named("fetch", "build", "test", "deploy", "announce"));
  run.dispatch("fetch");
  await context.clock.advance(2_000);
  run.complete("fetch", "changed");
  run.dispatch("build", "test");
  run.say({
    type: "retry.scheduled",
    v: 1,
    at: context.clock.nowMs(),
    task: run.indexOf("test"),
    unit: 0,
    attempt: 1,
    dueMs: context.clock.nowMs() + 500,
    error: ERROR,
  });
  await context.clock.advance(45_000);
  run.complete("build", "unchanged");
  run.complete("test", "failed", { error: ERROR, attempts: 2 });
  run.say({ type: "run.stopping", v: 1, at: context.clock.nowMs(), mode: "failure", reason: 'task "test" failed' });
  run.notRun(["deploy", "announce"], 'not run: task "test" failed');
  run.finish("failed");
  display[Symbol.dispose]();
  assertGolden("lines.txt", normalised(sink.text));
  assert.equal(context.clock.pendingTimerCount, 0);
});

const DIFF = { property: "content", diff: "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n" };

for (const [server, env] of [
  ["github", { CI: "true", GITHUB_ACTIONS: "true" }],
  ["gitlab", { CI: "true", GITLAB_CI: "true" }],
  ["azure", { TF_BUILD: "True", CI: "1" }],
] as const) {
  test(`given a build on ${server}, when a task changes content, then its diff is folded`, async () => {
    const sink = new TextSink();
    const { context, display, run } = scene(sink, named("configure", "nothing"), { env });
    run.dispatch("configure", "nothing");
    run.complete("configure", "changed", { changes: [DIFF] });
    run.complete("nothing", "unchanged");
    await context.clock.advance(100);
    display[Symbol.dispose]();
    assertGolden(`folds-${server}.txt`, normalised(sink.text));
  });
}

test("given --verbose, when a task writes, then its lines are shown with where they come from", async () => {
  const sink = new TextSink();
  const { context, display, run } = scene(sink, named("build"), { isVerbose: true });
  run.dispatch("build");
  display.observer.onOutput?.({ task: 0, host: "web1", stream: "stdout", text: "\u001b[31mred\u001b[0m alert" });
  run.complete("build", "unchanged");
  await context.clock.advance(100);
  display[Symbol.dispose]();
  assert.match(sink.text, /build web1 \| red alert\n/);
});

test("given running tasks that report progress, when they are shown, then with percent, message and the host that is last", async () => {
  const terminal = new VirtualTerminal();
  const { context, display, run } = scene(terminal, named("fetch", "build"));
  run.dispatch("fetch", "build");
  display.observer.onProgress?.({ task: 0, host: "web1", percent: 80, message: "almost" });
  display.observer.onProgress?.({ task: 0, host: "web2", percent: 40.7, message: "unpacking\u001b[2J" });
  await context.clock.advance(100);
  assert.match(terminal.text, /fetch +0s +40 % unpacking/);
  assert.doesNotMatch(terminal.text, /build +0s +\d+ %/);
  run.complete("fetch", "changed");
  display.observer.onProgress?.({ task: 0, host: "web1", percent: 90 });
  await context.clock.advance(100);
  assert.doesNotMatch(terminal.text, / %/);
  run.complete("build", "changed");
  run.finish("succeeded");
  display[Symbol.dispose]();
});
