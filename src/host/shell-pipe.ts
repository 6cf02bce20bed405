/** What the other end of a pipe tells. */
export interface ShellPipeEvents {
  /** Something the shell wrote. The bytes may be reused by the pipe: keep a copy. */
  readonly onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
  /** The connection is over, after the last output there was. */
  readonly onEnded: (reason: string) => void;
}

/** The connection to one shell, however it is made. It may still be coming about: what is written then is kept. */
export interface ShellPipe {
  /** Resolves when nothing of the connection is left. */
  readonly closed: Promise<void>;
  write(bytes: string | Uint8Array): void;
  /**
   * Ends the input: an idle shell ends with it. One in the middle of something may not read it for long, and is asked
   * to end as well.
   */
  end(shell: { readonly isIdle: boolean; readonly processId: number | undefined }): void;
  /** Ends it by force. */
  kill(): void;
  /** Lets go of what it may still say. */
  drop(): void;
  /** An idle connection keeps no process alive. */
  setBusy(isBusy: boolean): void;
}

/** Starts to open a connection; whatever goes wrong is told as its end. */
export type OpenShellPipe = (events: ShellPipeEvents) => ShellPipe;
