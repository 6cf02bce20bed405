import type { WriteStream } from "node:tty";

/** A place the program writes text to: the terminal, a file or a pipe. */
export interface OutputStream {
  readonly isTerminal: boolean;
  /** Width and height of the terminal; 80 × 24 for anything else. Read anew each time: windows are resized. */
  readonly columns: number;
  readonly rows: number;
  /** Never throws, also when nobody reads any more. */
  write(text: string): void;
  /** Calls `listener` when the terminal changed its size, until disposed. */
  onResize(listener: () => void): Disposable;
}

type NodeStream = Pick<NodeJS.WriteStream, "write" | "on" | "off"> &
  Partial<Pick<WriteStream, "isTTY" | "columns" | "rows">>;

/**
 * Wraps standard output or standard error. A reader that goes away (`drover ops | head`) is not an error: what is written
 * after that is dropped.
 */
export function outputStream(stream: NodeStream): OutputStream {
  const write = stream.write.bind(stream);
  let isBroken = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    isBroken = true;
    if (error.code !== "EPIPE" && error.code !== "EIO" && error.code !== "ECONNRESET") throw error;
  });
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    write(text) {
      if (!isBroken && text !== "") write(text);
    },
    onResize(listener) {
      stream.on("resize", listener);
      return { [Symbol.dispose]: () => void stream.off("resize", listener) };
    },
  };
}
