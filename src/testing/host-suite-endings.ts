import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../operation/host.ts";
import { inFolder } from "./host-suite-files.ts";
import { codeOf, textOf, valueOf, type SubjectOf } from "./host-suite-subject.ts";

/** Far more than anything here takes, far less than the sleeps of the commands that must not be waited for. */
const PROMPT_MS = 5_000;

export function testHostEndings(subjectOf: SubjectOf): void {
  testTimeouts(subjectOf);
  testCancel(subjectOf);
  testLeftovers(subjectOf);
}

function testTimeouts(subjectOf: SubjectOf): void {
  void test("given a command with children, when it runs out of time, then the whole group is gone", () =>
    inFolder(subjectOf, async (host, folder) => {
      const script = "sleep 61 & echo $! >child; echo $$ >leader; echo started; wait";
      const ended = await promptly(host.exec(["sh", "-c", script], { cwd: folder, timeoutMs: 300 }));
      assert.equal(codeOf(ended), "DRV_HOST_TIMEOUT");
      assert.ok(!ended.ok && ended.error.details?.["stdout"] === "started\n");
      assert.deepEqual(await liveOf(host, folder, ["child", "leader"]), []);
    }));

  void test("given a command that ignores SIGTERM, when it runs out of time, then SIGKILL ends it after the grace", () =>
    inFolder(subjectOf, async (host, folder) => {
      const script = "trap '' TERM; echo $$ >leader; sleep 62 & echo $! >child; while :; do sleep 1; done";
      const ended = await promptly(host.exec(["sh", "-c", script], { cwd: folder, timeoutMs: 300, killGraceMs: 300 }));
      assert.equal(codeOf(ended), "DRV_HOST_TIMEOUT");
      assert.deepEqual(await liveOf(host, folder, ["child", "leader"]), []);
    }));

  void test("given a leader that ends at SIGTERM and a child that does not, when stopped, then the child is killed", () =>
    inFolder(subjectOf, async (host, folder) => {
      const script = "(trap '' TERM; sleep 63; sleep 63) & echo $! >child; echo $$ >leader; sleep 64";
      const ended = await promptly(host.exec(["sh", "-c", script], { cwd: folder, timeoutMs: 300, killGraceMs: 200 }));
      assert.equal(codeOf(ended), "DRV_HOST_TIMEOUT");
      assert.deepEqual(await liveOf(host, folder, ["child", "leader"]), []);
    }));

  void test("given time to spare, when a command ends by itself, then its timeout means nothing", async () => {
    const { host } = subjectOf();
    assert.equal(valueOf(await host.exec(["echo", "x"], { timeoutMs: 60_000 })).stdout, "x\n");
  });
}

function testCancel(subjectOf: SubjectOf): void {
  void test("given a running command, when it is cancelled, then its group is gone and the reason is thrown", () =>
    inFolder(subjectOf, async (host, folder) => {
      const stop = new AbortController();
      const reason = new Error("enough");
      const running = host.exec(["sh", "-c", "echo $$ >leader; sleep 65 & echo $! >child; echo ready; wait"], {
        cwd: folder,
        signal: stop.signal,
        onLine: () => stop.abort(reason),
      });
      await assert.rejects(promptly(running), reason);
      assert.deepEqual(await liveOf(host, folder, ["child", "leader"]), []);
      assert.equal(valueOf(await host.exec(["echo", "next"])).stdout, "next\n");
    }));

  void test("given a command that cleans up at SIGTERM, when it is cancelled, then it gets the time to", () =>
    inFolder(subjectOf, async (host, folder) => {
      const stop = new AbortController();
      const script = "trap 'sleep 0.1; echo cleaned >result; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
      const running = host.exec(["sh", "-c", script], {
        cwd: folder,
        signal: stop.signal,
        killGraceMs: 4_000,
        onLine: () => stop.abort(new Error("stop")),
      });
      await assert.rejects(promptly(running), /stop/);
      assert.equal(await textOf(host, `${folder}/result`), "cleaned\n");
    }));
}

function testLeftovers(subjectOf: SubjectOf): void {
  void test("given a child that holds the pipes, when its parent ends, then the command ends with its output", () =>
    inFolder(subjectOf, async (host, folder) => {
      const result = valueOf(
        await promptly(host.exec(["sh", "-c", "sleep 66 & echo $! >child; echo out; exit 3"], { cwd: folder })),
      );
      assert.deepEqual([result.exitCode, result.stdout], [3, "out\n"]);
      assert.deepEqual(
        await liveOf(host, folder, ["child"]),
        ["child"],
        "what a command leaves behind is its business",
      );
      await killOf(host, folder, "child");
    }));

  void test("given a child in another session that goes on talking, when its parent ends, then nobody hears it", () =>
    inFolder(subjectOf, async (host, folder) => {
      const child = "echo $$ >child; while echo noise; do sleep 0.01; done";
      const script = `setsid sh -c '${child}' & while ! [ -s child ]; do sleep 0.01; done; echo out`;
      const result = valueOf(await promptly(host.exec(["sh", "-c", script], { cwd: folder })));
      assert.equal(result.exitCode, 0);
      assert.match(result.stdout, /^(noise\n)*out\n(noise\n)*$/);
      for (let count = 0; count < 3; count++) {
        assert.equal(valueOf(await host.exec(["echo", "clean"])).stdout, "clean\n");
        assert.match(await textOf(host, `${folder}/child`), /^\d+\n$/);
      }
      await killOf(host, folder, "child");
    }));
}

async function promptly<T>(work: Promise<T>): Promise<T> {
  // oxlint-disable-next-line no-restricted-globals -- real commands take real time
  const now = (): number => performance.now();
  const startedAtMs = now();
  try {
    return await work;
  } finally {
    assert.ok(now() - startedAtMs < PROMPT_MS, "the call returned too late");
  }
}

/** Which of the processes, whose ids stand in files, are running and not just waiting to be buried. */
async function liveOf(host: Host, folder: string, names: readonly string[]): Promise<readonly string[]> {
  const live: string[] = [];
  for (const name of names) {
    const id = (await textOf(host, `${folder}/${name}`)).trim();
    const script = 'kill -0 "$1" 2>/dev/null && ! grep -q "^State:.*[ZX] " "/proc/$1/status" 2>/dev/null';
    if (valueOf(await host.exec(["sh", "-c", script, "sh", id])).exitCode === 0) live.push(name);
  }
  return live;
}

async function killOf(host: Host, folder: string, name: string): Promise<void> {
  const id = (await textOf(host, `${folder}/${name}`)).trim();
  valueOf(await host.exec(["kill", "-KILL", id]));
}
