/** Header of a frame: stream, three zeros, length of the payload as a 32-bit big-endian number. */
const HEADER_BYTES = 8;

/**
 * Takes apart what a container engine sends when standard output and standard error share one connection: frames of a
 * header with stream and length, and that many bytes. Frames may be split anywhere; a frame of another stream than these
 * two, which no engine sends, ends the decoding.
 */
export class MultiplexedStream {
  readonly #onBytes: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerLength = 0;
  #stream: "stdout" | "stderr" = "stdout";
  #payloadLeft = 0;
  #isBroken = false;

  constructor(onBytes: (stream: "stdout" | "stderr", bytes: Uint8Array) => void) {
    this.#onBytes = onBytes;
  }

  /** Whether what came is no such stream. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether the stream may end here: at the end of a frame. */
  get isComplete(): boolean {
    return !this.#isBroken && this.#headerLength === 0 && this.#payloadLeft === 0;
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0 && !this.#isBroken) {
      rest = this.#payloadLeft > 0 ? this.#takePayload(rest) : this.#takeHeader(rest);
    }
  }

  #takePayload(bytes: Uint8Array): Uint8Array {
    const payload = bytes.subarray(0, this.#payloadLeft);
    this.#payloadLeft -= payload.length;
    this.#onBytes(this.#stream, payload);
    return bytes.subarray(payload.length);
  }

  #takeHeader(bytes: Uint8Array): Uint8Array {
    const part = bytes.subarray(0, HEADER_BYTES - this.#headerLength);
    this.#header.set(part, this.#headerLength);
    this.#headerLength += part.length;
    if (this.#headerLength === HEADER_BYTES) this.#readHeader();
    return bytes.subarray(part.length);
  }

  #readHeader(): void {
    const [stream, ...zeros] = this.#header.subarray(0, 4);
    this.#headerLength = 0;
    // 0 is standard input, which engines only use for what they echo.
    if ((stream !== 0 && stream !== 1 && stream !== 2) || zeros.some((byte) => byte !== 0)) {
      this.#isBroken = true;
      return;
    }
    this.#stream = stream === 2 ? "stderr" : "stdout";
    this.#payloadLeft = new DataView(this.#header.buffer).getUint32(4);
  }
}
