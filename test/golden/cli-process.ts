import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { normalised } from "./golden-file.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export const SITE = fileURLToPath(new URL("plans/site.ts", import.meta.url));
export const ENDLESS = fileURLToPath(new URL("plans/endless.ts", import.meta.url));

/** What a finished program left behind; paths of the test and times are replaced. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder to run the program in, with a state folder of its own; gone after the test. */
export class CliSandbox {
  readonly folder: string;

  constructor(context: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), "drover-cli-"));
    context.after(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Starts the real program; `through` is a command that starts it in turn. */
  start(
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
    through: readonly string[] = [],
  ): ChildProcess {
    const [program = "", ...rest] = [...through, process.execPath, "--conditions=source", MAIN, ...words];
    return spawn(program, rest, {
      cwd: this.folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: this.folder, TZ: "UTC", LANG: "C.UTF-8", ...env },
    });
  }

  /** Runs the real program to its end. */
  async run(
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
    through: readonly string[] = [],
  ): Promise<CliResult> {
    return this.finished(this.start(words, env, through));
  }

  async finished(child: ChildProcess): Promise<CliResult> {
    const [stdout, stderr, exitCode] = await Promise.all([textOf(child.stdout), textOf(child.stderr), exitOf(child)]);
    return { exitCode, stdout: this.#clean(stdout), stderr: this.#clean(stderr) };
  }

  #clean(text: string): string {
    return normalised(
      text.replaceAll(this.folder, "FOLDER").replaceAll(SITE, "site.ts").replaceAll(ENDLESS, "endless.ts"),
    );
  }
}

/** Resolves when `text` has come out of the program. */
export async function untilPrinted(child: ChildProcess, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let seen = "";
  const onData = (chunk: Buffer): void => {
    seen += String(chunk);
    if (seen.includes(text)) resolve();
  };
  child.stdout?.on("data", onData);
  child.once("exit", () => reject(new Error(`The program ended before it printed ${text}: ${seen}`)));
  await promise;
}

async function textOf(stream: ChildProcess["stdout"]): Promise<string> {
  const chunks: Buffer[] = [];
  stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const { promise, resolve } = Promise.withResolvers<void>();
  stream?.once("close", resolve);
  await promise;
  return Buffer.concat(chunks).toString("utf8");
}

function exitOf(child: ChildProcess): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("exit", resolve);
  return promise;
}
