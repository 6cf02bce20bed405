import { assert } from "../base/assert.ts";

const CAPACITY_START = 16;
/** An emptied buffer larger than this is let go, so that one burst does not cost memory for ever. */
const CAPACITY_KEPT = 1_024;

/** First in, first out, with a limit. Putting and taking make no garbage. */
export class Mailbox<Message> {
  /** Messages that may wait at most. */
  readonly limit: number;
  #slots: (Message | undefined)[] = emptySlots(CAPACITY_START);
  #head = 0;
  #size = 0;

  /** @param limit at least 1; `Infinity` for none */
  constructor(limit: number) {
    assert(limit >= 1, "A mailbox holds at least one message");
    this.limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns whether there was room */
  put(message: Message): boolean {
    if (this.#size >= this.limit) return false;
    if (this.#size === this.#slots.length) this.#resize(this.#slots.length * 2);
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = message;
    this.#size++;
    return true;
  }

  /** The message that waited longest; `undefined` when none waits. */
  take(): Message | undefined {
    if (this.#size === 0) return undefined;
    const message = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#size--;
    if (this.#size === 0 && this.#slots.length > CAPACITY_KEPT) this.#resize(CAPACITY_START);
    return message;
  }

  #resize(capacity: number): void {
    const slots = emptySlots<Message>(capacity);
    for (let place = 0; place < this.#size; place++) {
      slots[place] = this.#slots[(this.#head + place) & (this.#slots.length - 1)];
    }
    this.#slots = slots;
    this.#head = 0;
  }
}

function emptySlots<Message>(capacity: number): (Message | undefined)[] {
  return Array.from({ length: capacity });
}
