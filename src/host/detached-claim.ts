import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { currentBoot, startOfProcess, startOf } from "./process-identity.ts";
import { errnoOf } from "./host-error.ts";

/** The process that leads a detached command, as it described itself. */
export interface ClaimProcess {
  readonly processId: number;
  readonly start: string;
  readonly boot: string;
  readonly startedAtMs: number;
}

/** The folder in which a detached command leaves what becomes of it. */
export class DetachedClaim {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async exists(): Promise<boolean> {
    return (await statOrAbsent(this.folder)) !== undefined;
  }

  /** `undefined` until the wrapper has written it completely. */
  async process(): Promise<ClaimProcess | undefined> {
    const path = join(this.folder, "process");
    const [text, stats] = await Promise.all([textOrAbsent(path), statOrAbsent(path)]);
    const [processId = "", start = "", boot = "", end] = text?.split("\n") ?? [];
    if (end === undefined || stats === undefined) return undefined;
    return { processId: Number(processId), start: startOf(start), boot, startedAtMs: stats.mtimeMs };
  }

  /** The exit code and when it was written; `undefined` until the wrapper has written it completely. */
  async exit(): Promise<{ readonly code: number; readonly atMs: number } | undefined> {
    const path = join(this.folder, "exit");
    const [text, stats] = await Promise.all([textOrAbsent(path), statOrAbsent(path)]);
    if (text === undefined || stats === undefined || !/^\d{1,3}\n$/.test(text)) return undefined;
    return { code: Number(text), atMs: stats.mtimeMs };
  }

  output(stream: "stdout" | "stderr"): string {
    return join(this.folder, stream === "stdout" ? "out" : "err");
  }
}

/** Whether the process with this id is still the one that wrote the claim. */
export function isStillRunning(process: ClaimProcess): boolean {
  return process.boot === currentBoot() && startOfProcess(process.processId) === process.start;
}

async function textOrAbsent(path: string): Promise<string | undefined> {
  return await readFile(path, "latin1").catch(passAbsent);
}

async function statOrAbsent(path: string) {
  return await stat(path).catch(passAbsent);
}

function passAbsent(thrown: unknown): undefined {
  if (errnoOf(thrown) === "ENOENT") return undefined;
  throw thrown;
}
