/**
 * Collects the output of a command in bounded memory: the first and the last half of `bytesMax` are kept, what lies
 * between is counted and dropped.
 */
export class CappedOutput {
  readonly #bytesMax: number;
  readonly #headMax: number;
  /** Grows up to `#bytesMax`; from `#headMax` on it becomes a ring once it is full. */
  #storage = new Uint8Array(0);
  #totalBytes = 0;

  /** @param bytesMax bytes to keep, at least 2 */
  constructor(bytesMax: number) {
    this.#bytesMax = Math.max(2, Math.floor(bytesMax));
    this.#headMax = Math.ceil(this.#bytesMax / 2);
  }

  get droppedBytes(): number {
    return Math.max(0, this.#totalBytes - this.#bytesMax);
  }

  push(chunk: Uint8Array): void {
    const linear = Math.min(chunk.length, Math.max(0, this.#bytesMax - this.#totalBytes));
    if (linear > 0) {
      this.#reserve(this.#totalBytes + linear);
      this.#storage.set(chunk.subarray(0, linear), this.#totalBytes);
      this.#totalBytes += linear;
    }
    if (linear < chunk.length) this.#pushRing(chunk.subarray(linear));
  }

  /** Every byte kept, head and tail joined without a mark. */
  bytes(): Uint8Array {
    if (this.droppedBytes === 0) return this.#storage.slice(0, this.#totalBytes);
    const [head, tail] = this.#halves();
    const joined = new Uint8Array(head.length + tail.length);
    joined.set(head);
    joined.set(tail, head.length);
    return joined;
  }

  /** The output as text, invalid UTF-8 replaced; a line says how many bytes are missing in the middle. */
  text(): string {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    if (this.droppedBytes === 0) return decoder.decode(this.#storage.subarray(0, this.#totalBytes));
    const [head, tail] = this.#halves();
    const mark = `\n[${this.droppedBytes} bytes dropped]\n`;
    return decoder.decode(withoutCutEnd(head)) + mark + decoder.decode(withoutCutStart(tail));
  }

  #pushRing(chunk: Uint8Array): void {
    const ringMax = this.#bytesMax - this.#headMax;
    const skipped = Math.max(0, chunk.length - ringMax);
    let rest = chunk.subarray(skipped);
    this.#totalBytes += skipped;
    while (rest.length > 0) {
      const at = (this.#totalBytes - this.#headMax) % ringMax;
      const fitting = rest.subarray(0, ringMax - at);
      this.#storage.set(fitting, this.#headMax + at);
      this.#totalBytes += fitting.length;
      rest = rest.subarray(fitting.length);
    }
  }

  #halves(): [Uint8Array, Uint8Array] {
    const ring = this.#storage.subarray(this.#headMax);
    const start = (this.#totalBytes - this.#headMax) % ring.length;
    const tail = new Uint8Array(ring.length);
    tail.set(ring.subarray(start));
    tail.set(ring.subarray(0, start), ring.length - start);
    return [this.#storage.subarray(0, this.#headMax), tail];
  }

  #reserve(wanted: number): void {
    if (wanted <= this.#storage.length) return;
    const grown = new Uint8Array(Math.min(this.#bytesMax, Math.max(wanted, this.#storage.length * 2, 4_096)));
    grown.set(this.#storage.subarray(0, this.#totalBytes));
    this.#storage = grown;
  }
}

/** Drops a character that the cut left without its last bytes; genuinely invalid bytes stay and are replaced. */
function withoutCutEnd(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return byte >= 0xc0 && sequenceLength(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

/** Drops at most three continuation bytes whose start was cut off. */
function withoutCutStart(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}

function sequenceLength(firstByte: number): number {
  if (firstByte >= 0xf0) return 4;
  return firstByte >= 0xe0 ? 3 : 2;
}
