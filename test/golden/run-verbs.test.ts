import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { must } from "../../src/base/assert.ts";
import type { RunId } from "../../src/base/ids.ts";
import { libraryPort } from "../../src/cli/library-port.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { RunView } from "../../src/engine/run-view.ts";
import { DurableRuns, localFleet } from "../../src/index.ts";
import { openSqliteLog } from "../../src/sqlite.ts";
import { FakeContext } from "./fake-context.ts";
import { assertGolden, normalised } from "./golden-file.ts";
import { TextSink } from "./virtual-terminal.ts";

// The verbs about durable runs, in this process, on a real data folder.

const LIBRARY = new URL("../../src/index.ts", import.meta.url).href;
/** `lines → go → ship`, and a gate beside them; `lines` fails when it is told to. */
const PLAN = `
  import { ops, Plan } from ${JSON.stringify(LIBRARY)};
  export default function release({ folder, fails = "no", mark = "one" }) {
    const plan = new Plan("release", { target: "_any", rollback: "manual" });
    const script = 'echo "$2" >> "$1/lines"; [ "$3" = no ]';
    const lines = plan.task("lines", ops.command.shell({ script, args: [folder, mark, fails] }));
    const go = plan.approval("go").dependsOn(lines);
    const ship = ops.command.shell({ script: 'echo "shipped $2" >> "$1/lines"', args: [folder, mark] });
    plan.task("ship", ship).dependsOn(go, plan.signal("window"));
    return plan;
  }
`;

const TIMESTAMP = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+Z)?/g;

interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** All of it as a golden file has it. */
  readonly transcript: string;
}

class Given {
  readonly folder: string;
  readonly data: string;
  readonly plan: string;

  constructor(context: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), "drover-verbs-"));
    context.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.data = join(this.folder, "data");
    this.plan = join(this.folder, "plan.ts");
    writeFileSync(this.plan, PLAN);
  }

  /** Starts a run and lets it go once `isReady`, as if its process had ended. */
  async run(isReady: (view: RunView) => boolean, params: Readonly<Record<string, string>> = {}): Promise<RunId> {
    const { runs, start } = await this.#open();
    const { promise, resolve } = Promise.withResolvers<void>();
    const runId = await start(params, (view) => isReady(view) && resolve());
    await promise;
    await runs.shutdown();
    return runId;
  }

  /** `drover …`, as a person types it. */
  async drover(...words: readonly string[]): Promise<Said> {
    const [stdout, stderr] = [new TextSink(), new TextSink()];
    const env = { DROVER_DATA: this.data, DROVER_ACTOR: "ada", XDG_STATE_HOME: this.folder };
    const context = new FakeContext({ env, folder: this.folder, stdout, stderr, port: libraryPort(env) });
    const exitCode = await runProgram(words, context);
    const clean = (text: string) =>
      normalised(text.replaceAll(this.folder, "FOLDER").replaceAll(TIMESTAMP, "TIMESTAMP"));
    const errors = stderr.text === "" ? "" : `--- stderr\n${clean(stderr.text)}`;
    const transcript = `$ drover ${clean(words.join(" "))}\n${clean(stdout.text)}${errors}--- exit ${exitCode}\n`;
    return { exitCode, stdout: stdout.text, stderr: stderr.text, transcript };
  }

  lines(): readonly string[] {
    return readFileSync(join(this.folder, "lines"), "utf8").trimEnd().split("\n");
  }

  async #open() {
    const fleet = localFleet({ journalFolder: join(this.data, "journal", "local") });
    const runs = await DurableRuns.open({ log: await openSqliteLog(this.data), fleet });
    const { loadPlan } = await import("../../src/cli/plan-module.ts");
    const { runSourceOf } = await import("../../src/cli/run-source.ts");
    const { isPlan } = await import("../../src/cli/library-port.ts");
    const start = async (params: Readonly<Record<string, string>>, look: (view: RunView) => void): Promise<RunId> => {
      const context = { openRunPort: async () => libraryPort({}), folder: this.folder };
      const loaded = await loadPlan(this.plan, { folder: this.folder, ...params }, context);
      assert.ok(loaded.ok && isPlan(loaded.value.plan.source));
      const started = await runs.start(loaded.value.plan.source, {
        params: loaded.value.params,
        readsText: true,
        actor: "ada",
        source: { ...(await runSourceOf(loaded.value, { folder: this.folder })) },
        observer: { onEvents: (_, view) => look(view) },
      });
      assert.ok(started.ok);
      return started.value.runId;
    };
    return { runs, start };
  }
}

const statusOf = (view: RunView, name: string) => view.statusOf(must(view.indexOf(name), "a task"));
const waits = (view: RunView): boolean => statusOf(view, "go") === "waiting" && statusOf(view, "window") === "waiting";
const hasEnded = (view: RunView): boolean => view.phase === "finished";

test("given runs in every state, when they are listed and shown, then each says what it is, who said what, and how it goes on", async (context) => {
  const given = new Given(context);
  const none = await given.drover("runs");
  const failed = await given.run(hasEnded, { fails: "yes" });
  const paused = await given.run(waits);
  const marked = await given.run(waits);
  const said = [
    none,
    await given.drover("pause", paused, "--reason", "the disk is full"),
    await given.drover("mark", marked, "ship", "--reason", "shipped by hand"),
    await given.drover("approve", marked, "go"),
    await given.drover("runs"),
    await given.drover("show", failed),
    await given.drover("show", paused),
    await given.drover("show", marked),
    await given.drover("why", marked, "ship"),
  ];
  assertGolden("cli-runs-show.txt", said.map(({ transcript }) => transcript).join("\n"));
  const listed: unknown = JSON.parse((await given.drover("runs", "--output", "json")).stdout);
  assert.ok(Array.isArray(listed));
  assert.deepEqual(
    listed.map((run: { readonly state: string }) => run.state),
    ["unfinished", "unfinished", "failed"],
  );
});

/** Verbs on a run that waits for `go` and `window`, with what they need. */
const VERBS: readonly (readonly [string, ...string[]])[] = [
  ["cancel"],
  ["pause"],
  ["retry", "lines"],
  ["rewind", "lines"],
  ["skip", "ship"],
  ["mark", "ship"],
  ["rollback"],
  ["approve", "go"],
  ["reject", "go"],
  ["signal", "window"],
];

test("given a run that waits, when every verb is tried dry, then each says what it would do, and nothing is written", async (context) => {
  const given = new Given(context);
  const run = await given.run(waits);
  const before = (await given.drover("log", "export", "--run", run)).stdout;
  const said: string[] = [];
  for (const [verb, ...words] of VERBS) {
    said.push((await given.drover(verb, run, ...words, "--dry-run")).transcript);
  }
  assertGolden("cli-verbs-dry.txt", said.join("\n"));
  assert.equal((await given.drover("log", "export", "--run", run)).stdout, before);
});

test("given verbs that make no sense, when they are given, then each is refused with a code, and nothing is written", async (context) => {
  const given = new Given(context);
  const run = await given.run(waits);
  const before = (await given.drover("log", "export", "--run", run)).stdout;
  const said: string[] = [];
  for (const words of [
    ["cancel", "run_gone"],
    ["retry", run],
    ["retry", run, "shp"],
    ["skip", run, "lines"],
    ["mark", run, "lines"],
    ["mark", run, "ship", "--json", "{"],
    ["settle", run, "lines", "rerun"],
    ["settle", run, "lines", "maybe"],
    ["settle", run, "lines", "rerun", "--host", "mars"],
    ["approve", run, "lines"],
    ["approve", run, "window"],
    ["reject", run, "; rm -rf /"],
    ["resume", "gone"],
    ["pause", run, "--expect-version", "9"],
    ["pause", run, "--expect-version", "0"],
    ["show", "gone"],
    ["why", "run_gone", "lines"],
  ]) {
    const { transcript, exitCode } = await given.drover(...words);
    assert.notEqual(exitCode, 0, transcript);
    said.push(transcript);
  }
  assertGolden("cli-verbs-refused.txt", said.join("\n"));
  assert.equal((await given.drover("log", "export", "--run", run)).stdout, before);
});

test("given two people who looked at one run, when both expect its version, then the second is told", async (context) => {
  const given = new Given(context);
  const run = await given.run(waits);
  const [, version = ""] = /--expect-version (\d+)/.exec((await given.drover("pause", run, "--dry-run")).stdout) ?? [];
  assert.equal((await given.drover("pause", run, "--expect-version", version)).exitCode, 0);
  const second = await given.drover("cancel", run, "--expect-version", version);
  assert.equal(second.exitCode, 7);
  assert.match(second.stderr, /\[DRV_RUN_VERSION_CONFLICT\]/);
});

test("given a signal, when it is given again, then it counts again with its new payload, unless both calls say that they are one", async (context) => {
  const given = new Given(context);
  const run = await given.run(waits);
  const signals = async () =>
    (await given.drover("log", "export", "--run", run)).stdout.match(/"signal.received"/g)?.length;
  const signal = (...more: readonly string[]) => given.drover("signal", run, "window", ...more);
  assert.match((await signal("--json", "1")).stdout, /has the signal/);
  assert.match((await signal("--json", "2")).stdout, /has the signal/);
  assert.equal(await signals(), 2);
  assert.match((await signal("--id", "call-7")).stdout, /has the signal/);
  const repeated = await signal("--id", "call-7");
  assert.match(repeated.stdout, /had this before: nothing was written/);
  assert.equal(repeated.exitCode, 0);
  assert.equal(await signals(), 3);
});

test("given a run, when it is forked, then a dry run says what would be taken over, and the fork runs only what differs", async (context) => {
  const given = new Given(context);
  const run = await given.run(waits);
  const dry = await given.drover("fork", run, "--dry-run");
  assert.equal(dry.exitCode, 0, dry.stderr);
  assert.match(dry.stdout, /take over 1: lines\n {2}run 3: go, ship, window\n/);
  const edited = await given.drover("fork", run, "mark=two", "--dry-run");
  assert.match(edited.stdout, /take over nothing\n {2}run 4: /);
  const unknown = await given.drover("fork", run, "--from", "shp", "--dry-run");
  assert.match(unknown.stderr, /\[DRV_RUN_TASK_UNKNOWN\]/);
  assert.deepEqual(given.lines(), ["one"]);
});
