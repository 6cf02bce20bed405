/** A line the shell program wrote about its own doing: `kind id rest`. */
export interface FrameMark {
  readonly kind: string;
  readonly id: string;
  readonly rest: string;
}

export interface FrameReaderOptions {
  /** Starts every mark. Nobody else knows it, so that no content looks like a mark. */
  readonly nonce: string;
  readonly onContent: (bytes: Uint8Array) => void;
  readonly onMark: (mark: FrameMark) => void;
}

/** Longest mark after its start; more means that the stream is not what it should be. */
const MARK_LENGTH_MAX = 200;

/** Tells the marks of the shell program from the content around them. Content goes out in pieces as it comes. */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #start: Buffer;
  #pending = Buffer.alloc(0);

  constructor(options: FrameReaderOptions) {
    this.#options = options;
    this.#start = Buffer.from(`\u001e${options.nonce} `, "latin1");
  }

  push(chunk: Uint8Array): void {
    let rest = this.#pending.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const at = rest.indexOf(this.#start);
      if (at < 0) {
        const safe = rest.length - this.#openLength(rest);
        this.#emit(rest.subarray(0, safe));
        this.#pending = Buffer.from(rest.subarray(safe));
        return;
      }
      this.#emit(rest.subarray(0, at));
      const textAt = at + this.#start.length;
      const end = rest.indexOf(0x0a, textAt);
      if (end < 0 && rest.length - textAt <= MARK_LENGTH_MAX) {
        this.#pending = Buffer.from(rest.subarray(at));
        return;
      }
      const [kind = "", id = "", ...words] = rest.toString("latin1", textAt, end < 0 ? textAt : end).split(" ");
      this.#options.onMark({ kind, id, rest: words.join(" ") });
      rest = rest.subarray(end < 0 ? textAt : end + 1);
    }
  }

  #emit(bytes: Buffer): void {
    if (bytes.length > 0) this.#options.onContent(bytes);
  }

  /** Bytes at the end that may be the beginning of a mark. */
  #openLength(bytes: Buffer): number {
    for (let length = Math.min(bytes.length, this.#start.length - 1); length > 0; length--) {
      if (bytes.subarray(bytes.length - length).equals(this.#start.subarray(0, length))) return length;
    }
    return 0;
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
