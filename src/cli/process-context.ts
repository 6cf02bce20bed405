import { systemClock } from "../runner/system.ts";
import type { CliContext } from "./cli-context.ts";
import { captureWrites } from "./output-capture.ts";
import { outputStream } from "./output-stream.ts";
import type { RunPort } from "./run-port.ts";

/** Requests to end that a person or a supervisor sends. */
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The context of the real process. */
export function processContext(openRunPort: () => Promise<RunPort>): CliContext {
  return {
    env: process.env,
    folder: process.cwd(),
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    clock: systemClock,
    openRunPort,
    onInterrupt,
    captureOutput(listener) {
      const captures = new DisposableStack();
      captures.use(captureWrites(process.stdout, (line) => listener(line, "stdout")));
      captures.use(captureWrites(process.stderr, (line) => listener(line, "stderr")));
      return captures;
    },
    onExit(restore) {
      process.on("exit", restore);
      return { [Symbol.dispose]: () => void process.off("exit", restore) };
    },
    exitNow: (code) => process.exit(code),
  };
}

function onInterrupt(listener: () => void): Disposable {
  for (const signal of INTERRUPTS) process.on(signal, listener);
  return {
    [Symbol.dispose]: () => {
      for (const signal of INTERRUPTS) process.off(signal, listener);
    },
  };
}
