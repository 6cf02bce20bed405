import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { z } from "zod";
import { createLocalHost } from "../host/local-host.ts";
import { temporaryFolder } from "../host/test-kit/temporary-folder.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { Job, JobWork } from "../protocol/job.ts";
import { systemClock } from "../runner/system.ts";
import { HOSTILE_TEXTS } from "../testing/host-suite-subject.ts";
import { parseProgressLine } from "./progress-line.ts";
import type { ExecuteOptions } from "./executor.ts";
import { jobOf, newTrial, trialProvider } from "../testing/trial-executor.ts";

type ScriptWork = Extract<JobWork, { readonly kind: "script" }>;

function scriptWork(script: string, changes: Partial<ScriptWork> = {}): ScriptWork {
  return { kind: "script", interpreter: ["sh"], script, args: [], env: {}, ...changes };
}

interface ScriptTrial extends AsyncDisposable {
  readonly stateFolder: string;
  run(work: ScriptWork, options?: Partial<ExecuteOptions> & { readonly job?: Partial<Job> }): Promise<Outcome>;
}

async function newScriptTrial(options: { readonly isRooted?: boolean } = {}): Promise<ScriptTrial> {
  const folder = await temporaryFolder();
  const host = createLocalHost({
    clock: systemClock,
    ...(options.isRooted === true
      ? { root: folder.path, stateFolder: "/state" }
      : { stateFolder: `${folder.path}/state` }),
  });
  const trial = newTrial(trialProvider([]), { hostFor: () => host, clock: systemClock });
  return {
    stateFolder: `${folder.path}/state`,
    run: async (work, { job, ...given } = {}) => {
      const signal = new AbortController().signal;
      return (await trial.executor.execute(jobOf(work, { killGraceMs: 500, ...job }), { signal, ...given })).outcome;
    },
    [Symbol.asyncDispose]: async () => {
      await trial[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const dataSchema = z.object({ exitCode: z.number(), stdout: z.string(), stderr: z.string() });

function dataOf(outcome: Outcome): z.infer<typeof dataSchema> {
  assert.ok(outcome.status === "changed" || outcome.status === "failed", JSON.stringify(outcome));
  return dataSchema.parse(outcome.data);
}

for (const isRooted of [false, true]) {
  const where = isRooted ? "a root folder" : "this machine";
  test(`given hostile arguments, variables and input, when a script runs on ${where}, then it gets them as they are`, async () => {
    await using trial = await newScriptTrial({ isRooted });
    const work = scriptWork('printf "%s|" "$@" "$VALUE"; cat', {
      args: ["", ...HOSTILE_TEXTS],
      env: { VALUE: "; $(id) '\n" },
      input: { list: [1, "ü", { "a'b": null }] },
    });
    const outcome = await trial.run(work);
    assert.equal(outcome.status, "changed");
    const input = JSON.stringify(work.input);
    assert.equal(dataOf(outcome).stdout, `${[...work.args, work.env["VALUE"]].join("|")}|${input}`);
    assert.deepEqual(await readdir(`${trial.stateFolder}/scripts`), [], "the script file is gone");
  });

  test(`given interpreters with options, when scripts run on ${where}, then each is run by its own`, async () => {
    await using trial = await newScriptTrial({ isRooted });
    const node = await trial.run(
      scriptWork("console.log(JSON.stringify([process.argv.slice(2), require('node:fs').readFileSync(0, 'utf8')]))", {
        interpreter: [process.execPath, "--no-warnings", "--stack-size=900"],
        args: ["one two", "--three"],
        input: 7,
      }),
    );
    assert.equal(dataOf(node).stdout, '[["one two","--three"],"7"]\n');
    const shell = await trial.run(scriptWork('echo "$-:$#"', { interpreter: ["sh", "-e", "-u"] }));
    assert.match(dataOf(shell).stdout, /^(?=.*e)(?=.*u).*:0\n$/);
  });
}

test("given a script, when it runs, then it knows its run, task and token, and its folder and nothing of ours", async () => {
  await using trial = await newScriptTrial();
  const work = scriptWork("env; pwd", { cwd: "/", env: { MINE: "1", DROVER_ROOT: "/elsewhere" } });
  const { stdout } = dataOf(await trial.run(work));
  for (const line of ["MINE=1", "DROVER_TASK=trial", "DROVER_HOST=fake", "DROVER_ATTEMPT=1", "/"]) {
    assert.ok(stdout.split("\n").includes(line), line);
  }
  assert.match(stdout, /^DROVER_TOKEN=att_[0-9a-f]{32}$/m);
  // Node itself hands this one on while coverage is measured.
  assert.doesNotMatch(stdout, /^(NODE_(?!V8_COVERAGE=)|npm_|DROVER_ROOT)/m);
});

test("given a script that fails, when it ends, then its code, output and that it may have changed something are told", async () => {
  await using trial = await newScriptTrial();
  const outcome = await trial.run(scriptWork("echo out; echo reason >&2; exit 17"));
  assert.ok(outcome.status === "failed" && outcome.errorClass === "retryable" && outcome.changed === true);
  assert.equal(outcome.error.code, "DRV_EXECUTE_SCRIPT_FAILED");
  assert.match(outcome.error.message, /exit code 17: reason$/);
  assert.deepEqual(dataOf(outcome), { exitCode: 17, stdout: "out\n", stderr: "reason\n" });
  const notFound = await trial.run(scriptWork("exit 127"));
  assert.ok(notFound.status === "failed" && notFound.error.code === "DRV_EXECUTE_SCRIPT_FAILED");
});

test("given an interpreter that does not exist, when a script is to run, then that is said", async () => {
  await using trial = await newScriptTrial();
  const outcome = await trial.run(scriptWork("x", { interpreter: ["drover-no-such-interpreter"] }));
  assert.ok(outcome.status === "failed" && outcome.error.code === "DRV_HOST_COMMAND_NOT_FOUND");
  assert.equal(outcome.changed, undefined);
});

test("given progress lines, when a script prints them, then good ones count, go up only, and are no output", async () => {
  await using trial = await newScriptTrial();
  const seen: unknown[] = [];
  const lines: string[] = [];
  const script = [
    "echo 'PROGRESS: 30 unpacking'",
    "echo 'PROGRESS: 101 too much'",
    "echo 'PROGRESS: -1'",
    "echo 'PROGRESS: x'",
    "echo 'PROGRESS: 20'",
    "echo 'PROGRESS: 60'",
    "echo plain",
    "echo 'PROGRESS: 70' >&2",
  ].join("\n");
  await trial.run(scriptWork(script), {
    onProgress: (percent, message) => void seen.push([percent, message]),
    onOutput: (stream, line) => void lines.push(`${stream}:${line}`),
  });
  assert.deepEqual(seen, [
    [30, "unpacking"],
    [60, undefined],
  ]);
  assert.deepEqual(
    lines.filter((line) => !line.includes("PROGRESS")),
    ["stdout:plain"],
  );
  assert.equal(lines.length, 5);
});

test("given observers that throw, when a script talks to them, then it does not suffer", async () => {
  await using trial = await newScriptTrial();
  const thrower = (): never => {
    throw new Error("observer");
  };
  const outcome = await trial.run(scriptWork("echo x; echo 'PROGRESS: 5'"), { onOutput: thrower, onProgress: thrower });
  assert.equal(outcome.status, "changed");
});

test("given a running script, when it is cancelled or out of time, then its processes and its file are gone", async () => {
  await using trial = await newScriptTrial();
  const stop = new AbortController();
  const script = "sleep 71 & echo $!; wait";
  let child = 0;
  const cancelled = await trial.run(scriptWork(script), {
    signal: stop.signal,
    onOutput: (_, line) => {
      child = Number(line);
      stop.abort(new Error("enough"));
    },
  });
  assert.equal(cancelled.status, "cancelled");
  assert.equal(await isRunning(child), false);
  const late = await trial.run(scriptWork("sleep 72"), { job: { timeoutMs: 200 } });
  assert.ok(late.status === "failed" && late.error.code === "DRV_EXECUTE_ATTEMPT_TIMEOUT" && late.changed === true);
  assert.deepEqual(await readdir(`${trial.stateFolder}/scripts`), []);
});

/** Whether a process is there and not just waiting to be buried. */
async function isRunning(processId: number): Promise<boolean> {
  const text = await readFile(`/proc/${processId}/stat`, "latin1").catch(() => ") Z");
  return !/\) [ZX]/.test(text);
}

test("given a script, when it is a dry run or a probe, then nothing is started", async () => {
  await using trial = await newScriptTrial();
  const inspected = await trial.run(scriptWork("x", { interpreter: ["python3", "-u"] }), { job: { mode: "inspect" } });
  assert.deepEqual(inspected, {
    status: "changed",
    changes: [{ property: "script", after: "python3 -u" }],
    isConditional: true,
  });
  assert.equal((await trial.run(scriptWork("x"), { job: { mode: "probe" } })).status, "unknown");
  await assert.rejects(readdir(trial.stateFolder), /ENOENT/);
});

test("given lines, when read as progress, then only the exact form counts", () => {
  assert.deepEqual(parseProgressLine("PROGRESS: 0"), { percent: 0 });
  assert.deepEqual(parseProgressLine("PROGRESS: 100 all done"), { percent: 100, message: "all done" });
  for (const line of [
    "PROGRESS:5",
    "progress: 5",
    " PROGRESS: 5",
    "PROGRESS: 5.5",
    "PROGRESS: 1000",
    "PROGRESS: ",
    "",
  ]) {
    assert.equal(parseProgressLine(line), undefined, line);
  }
});
