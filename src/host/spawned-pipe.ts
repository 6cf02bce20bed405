import { spawn, type ChildProcess } from "node:child_process";
import type { Clock } from "../base/clock.ts";
import { signalGroup, trackGroup, untrackGroup } from "./process-group.ts";
import type { OpenShellPipe, ShellPipe, ShellPipeEvents } from "./shell-pipe.ts";

/** Time for the last words of an ended shell, when something it left behind holds its pipes. */
const LAST_WORDS_MS_MAX = 200;

/** Connections that are processes of this machine: a shell, or a program such as `ssh` that leads to one. */
export function spawnedPipes(command: readonly string[], clock: Clock): OpenShellPipe {
  return (events) => new SpawnedPipe(command, clock, events);
}

class SpawnedPipe implements ShellPipe {
  readonly closed: Promise<void>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #events: ShellPipeEvents;
  readonly #end = Promise.withResolvers<void>();

  constructor(command: readonly string[], clock: Clock, events: ShellPipeEvents) {
    this.#clock = clock;
    this.#events = events;
    this.closed = this.#end.promise;
    const [program = "", ...args] = command;
    this.#child = spawn(program, args, { detached: true, stdio: ["pipe", "pipe", "pipe"] });
    if (this.#child.pid !== undefined) trackGroup(this.#child.pid);
    this.#child.on("error", (thrown) => events.onEnded(thrown.message));
    this.#child.on("exit", (code, signal) =>
      this.#onExit(`the connection ended with ${signal ?? `exit code ${code}`}`),
    );
    this.#child.stdin?.on("error", () => undefined); // The end of the child says more.
    for (const name of ["stdout", "stderr"] as const) {
      this.#child[name]?.on("error", () => undefined);
      this.#child[name]?.on("data", (chunk: Uint8Array) => events.onOutput(name, chunk));
    }
  }

  write(bytes: string | Uint8Array): void {
    this.#child.stdin?.write(bytes);
  }

  end({ isIdle }: { readonly isIdle: boolean }): void {
    const { pid, stdin } = this.#child;
    stdin?.destroy();
    if (pid === undefined) this.#end.resolve();
    else {
      untrackGroup(pid);
      if (!isIdle) signalGroup(pid, "SIGTERM");
    }
  }

  kill(): void {
    const { pid } = this.#child;
    if (pid !== undefined) signalGroup(pid, "SIGKILL");
    this.#end.resolve();
  }

  drop(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  setBusy(isBusy: boolean): void {
    for (const part of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      if (isBusy) refOf(part)?.ref();
      else refOf(part)?.unref();
    }
  }

  /** What the child said last may still be in its pipes: it is the best reason there is. */
  #onExit(reason: string): void {
    const timer = this.#clock.setTimer(LAST_WORDS_MS_MAX, () => this.#events.onEnded(reason));
    this.#child.once("close", () => {
      timer[Symbol.dispose]();
      this.#events.onEnded(reason);
      this.#end.resolve();
    });
  }
}

interface Referenced {
  ref(): unknown;
  unref(): unknown;
}

/** Pipes to a child are sockets, which count as a reason to stay alive; the declared types do not say so. */
function refOf(part: object | null): Referenced | undefined {
  return part !== null && "ref" in part && "unref" in part && isReferenced(part) ? part : undefined;
}

function isReferenced(part: { ref: unknown; unref: unknown }): part is Referenced {
  return typeof part.ref === "function" && typeof part.unref === "function";
}
