import { spawn } from "node:child_process";
import { join } from "node:path";

export interface CommandResult {
  /** Exit code; 1 when a signal ended it. */
  readonly exitCode: number;
  /** Standard output and standard error in the order they came. */
  readonly output: string;
  readonly stdout: string;
  readonly durationMs: number;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string | undefined };
  /** Copies output to this process while it runs. Default false. */
  readonly isShown?: boolean;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

/** Runs a program without a shell and collects what it prints. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = "", ...args] = argv;
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
    });
    let output = "";
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      stdout += text;
      if (options.isShown === true) process.stdout.write(text);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (options.isShown === true) process.stderr.write(text);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ exitCode: code ?? 1, output, stdout, durationMs: performance.now() - startedAt });
    });
    child.stdin?.end(options.stdin);
  });
}

/** The argument vector of a tool from `node_modules`, run by the Node that runs this. */
export function toolCommand(root: string, tool: "tsc" | "oxlint" | "oxfmt"): readonly string[] {
  const script = { tsc: "typescript/bin/tsc", oxlint: "oxlint/bin/oxlint", oxfmt: "oxfmt/bin/oxfmt" }[tool];
  return [process.execPath, join(root, "node_modules", script)];
}
