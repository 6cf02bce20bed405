import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { systemClock } from "../runner/system.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { codeOf, valueOf } from "../testing/host-suite-subject.ts";
import { baseEnvironment } from "./command-line.ts";
import { killAllProcesses } from "./process-group.ts";
import { runProcess } from "./process.ts";

const env = baseEnvironment();

test("given running commands, when all are killed at once, then every group is gone", async () => {
  const clock = systemClock;
  let lineCount = 0;
  const { promise: bothReady, resolve } = Promise.withResolvers<void>();
  const onLine = (): void => void (++lineCount === 2 && resolve());
  const argv = ["sh", "-c", "trap '' TERM; echo ready; sleep 67; sleep 67"];
  const running = [1, 2].map(() => runProcess({ argv, env, clock, onLine }));
  await bothReady;
  assert.equal(killAllProcesses(), 2);
  for (const result of await Promise.all(running)) {
    const ended = valueOf(result);
    assert.deepEqual([ended.exitCode, ended.signal], [137, "SIGKILL"]);
  }
  assert.equal(killAllProcesses(), 0);
});

test("given a clock that is moved, when the timeout and the grace pass on it, then TERM and KILL follow", async () => {
  const clock = new FakeClock();
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const argv = ["sh", "-c", "trap 'echo asked' TERM; echo ready; while :; do sleep 0.01; done"];
  const lines: string[] = [];
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
  const onLine = (_: string, line: string): void => {
    lines.push(line);
    if (line === "ready") resolve();
    if (line === "asked") onAsked();
  };
  const running = runProcess({ argv, env, clock, onLine, timeoutMs: 3_600_000, killGraceMs: 10_000 });
  await ready;
  await clock.advance(3_599_999);
  assert.deepEqual(lines, ["ready"]);
  await clock.advance(1);
  await asked;
  await clock.advance(10_000);
  let isOver = false;
  void running.finally(() => (isOver = true));
  while (!isOver) await clock.advance(20); // The group is looked at in intervals.
  assert.equal(codeOf(await running), "DRV_HOST_TIMEOUT");
  assert.equal(clock.pendingTimerCount, 0);
});

test("given a program that ends, when it leaves nothing behind, then no time has to pass and no timer stays", async () => {
  const clock = new FakeClock();
  const result = valueOf(await runProcess({ argv: ["echo", "x"], env, clock, timeoutMs: 1_000 }));
  assert.equal(result.stdout.text(), "x\n");
  assert.equal(clock.pendingTimerCount, 0);
});

test("given a finished command and a signal, when the signal aborts later, then nothing happens and nobody listens", async () => {
  const stop = new AbortController();
  valueOf(await runProcess({ argv: ["true"], env, clock: systemClock, signal: stop.signal }));
  stop.abort();
  assert.equal(killAllProcesses(), 0);
});

test("given a program that waits for a timer of ours, when nothing else is left, then it stays alive until then", async () => {
  const script = `import { systemClock } from ${JSON.stringify(new URL("../runner/system.ts", import.meta.url).href)};
    await systemClock.sleep(50); console.log("slept");`;
  const child = spawn(process.execPath, ["--conditions=source", "--input-type=module", "-e", script]);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  assert.deepEqual([child.exitCode, output], [0, "slept\n"]);
});
