const CAPACITY_START = 16;

/** First in, first out, for task indices; grows by doubling and never boxes a number. */
export class IntQueue {
  #items = new Int32Array(CAPACITY_START);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: number): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#size) & (this.#items.length - 1)] = item;
    this.#size++;
  }

  /** Puts `item` before all others. */
  unshift(item: number): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#items.length - 1);
    this.#items[this.#head] = item;
    this.#size++;
  }

  /** The item that waited longest, or -1. */
  shift(): number {
    if (this.#size === 0) return -1;
    const item = this.#items[this.#head] ?? -1;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#size--;
    return item;
  }

  clear(): void {
    this.#items = new Int32Array(CAPACITY_START);
    this.#head = 0;
    this.#size = 0;
  }

  #grow(): void {
    const grown = new Int32Array(this.#items.length * 2);
    for (let position = 0; position < this.#size; position++) {
      grown[position] = this.#items[(this.#head + position) & (this.#items.length - 1)] ?? 0;
    }
    this.#items = grown;
    this.#head = 0;
  }
}
