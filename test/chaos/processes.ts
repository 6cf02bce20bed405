import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { untilGone } from "../bad-input/processes.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

const CACHE = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");

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
      // What it compiled is kept by programs that end well: those that are killed keep nothing, and would compile each time.
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, XDG_CACHE_HOME: CACHE, TZ: "UTC", LANG: "C.UTF-8" },
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

/** What a strike has hit. */
export interface Strike {
  /** Lines that the commands were about, as they stand in their arguments. */
  readonly struck: ReadonlySet<string>;
  readonly exitCode: number | null;
}

/** Kills a program together with the commands that it has running in a folder. */
export async function strike(folder: string, program: Program): Promise<Strike> {
  const commands = commandsIn(folder, program);
  // Both before anybody has heard of the end of the other.
  for (const processId of [program.child.pid, ...commands.keys()]) killHard(processId);
  const exitCode = await program.exited;
  // What it was just starting when it was looked at.
  const late = commandsIn(folder, program);
  for (const processId of late.keys()) killHard(processId);
  const all = new Map([...commands, ...late]);
  for (const processId of all.keys()) await untilGone(processId);
  return { struck: new Set([...all.values()].flat()), exitCode };
}

/** Processes in a folder, and the lines they are about. */
function commandsIn(folder: string, { child }: Program): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, readonly string[]>();
  const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const processId of names.map(Number)) {
    if (processId === process.pid || processId === child.pid) continue;
    const text = argumentsOf(processId);
    if (text.includes(folder)) found.set(processId, text.match(/line:[\w-]+/g) ?? []);
  }
  return found;
}

function killHard(processId: number | undefined): void {
  try {
    if (processId !== undefined) process.kill(processId, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function argumentsOf(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
