import type { CliContext } from "../../src/cli/cli-context.ts";
import type { OutputStream } from "../../src/cli/output-stream.ts";
import type { RunPort } from "../../src/cli/run-port.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { TextSink } from "./virtual-terminal.ts";

/** What a test may choose; the rest is a process with nothing in its environment. */
export interface FakeContextOptions {
  readonly env?: CliContext["env"];
  readonly folder?: string;
  readonly stdout?: OutputStream;
  readonly stderr?: OutputStream;
  readonly port?: RunPort;
}

/** A process that a test looks into. */
export class FakeContext implements CliContext {
  readonly env: CliContext["env"];
  readonly folder: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock = new FakeClock(Date.UTC(2026, 0, 1, 12, 0, 0));
  exitCode: number | undefined;
  readonly #port: RunPort | undefined;
  readonly #interrupts = new Set<() => void>();
  #capture: ((line: string, stream: "stdout" | "stderr") => void) | undefined;

  constructor(options: FakeContextOptions = {}) {
    this.env = options.env ?? {};
    this.folder = options.folder ?? "/nowhere";
    this.stdout = options.stdout ?? new TextSink();
    this.stderr = options.stderr ?? new TextSink();
    this.#port = options.port;
  }

  readonly openRunPort = async (): Promise<RunPort> => {
    if (this.#port === undefined) throw new Error("This test has no library");
    return this.#port;
  };

  onInterrupt(listener: () => void): Disposable {
    this.#interrupts.add(listener);
    return { [Symbol.dispose]: () => void this.#interrupts.delete(listener) };
  }

  captureOutput(listener: (line: string, stream: "stdout" | "stderr") => void): Disposable {
    this.#capture = listener;
    return { [Symbol.dispose]: () => void (this.#capture = undefined) };
  }

  onExit(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  exitNow(code: number): void {
    this.exitCode = code;
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    for (const listener of this.#interrupts) listener();
  }

  /** Writes like a `console.log` in a task function. */
  print(line: string): void {
    this.#capture?.(line, "stdout");
  }
}
