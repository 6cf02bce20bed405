import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { untilGone } from "../bad-input/processes.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** The real program, with the lines it prints counted while it runs. */
export class Program {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  stderr = "";
  #lineCount = 0;
  readonly #waiting = new Set<() => void>();

  constructor(words: readonly string[], folder: string) {
    this.child = spawn(process.execPath, ["--conditions=source", MAIN, ...words], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, TZ: "UTC", LANG: "C.UTF-8" },
    });
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.exited = promise;
    this.child.once("close", (code) => resolve(code));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.stderr += String(chunk)));
    if (this.child.stdout !== null) {
      createInterface(this.child.stdout).on("line", () => {
        this.#lineCount += 1;
        for (const look of this.#waiting) look();
      });
    }
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when it has printed so many lines, has ended, or the time is over. */
  async printed(lineCount: number, atMostMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (this.#lineCount >= lineCount) resolve();
    };
    this.#waiting.add(look);
    look();
    const late = new AbortController();
    const timeout = wait(atMostMs, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([promise, this.exited, timeout]);
    late.abort();
    this.#waiting.delete(look);
  }

  /** Ends it as nothing can be prepared for. */
  async kill(): Promise<number | null> {
    this.child.kill("SIGKILL");
    return await this.exited;
  }
}

/**
 * Kills the commands that a dead program left running in a folder.
 * @returns the lines that they were about, as they stand in their arguments
 */
export async function strike(folder: string): Promise<ReadonlySet<string>> {
  const struck = new Set<string>();
  const processIds: number[] = [];
  for (const processId of readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const text = argumentsOf(processId);
    if (processId === process.pid || !text.includes(folder)) continue;
    for (const [line] of text.matchAll(/line:[\w-]+/g)) struck.add(line);
    processIds.push(processId);
  }
  for (const processId of processIds) {
    try {
      process.kill(processId, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  for (const processId of processIds) await untilGone(processId);
  return struck;
}

function argumentsOf(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
