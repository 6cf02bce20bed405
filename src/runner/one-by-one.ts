/** Lets work on one thing wait for the work on it before; other things do not wait. */
export class OneByOne<Key> {
  readonly #last = new Map<Key, Promise<unknown>>();

  /** Calls `work` once everything before it under this key has ended, however it did. */
  run<Value>(key: Key, work: () => Promise<Value>): Promise<Value> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const done = before.then(work);
    const settled = done.catch(() => {});
    this.#last.set(key, settled);
    return done.finally(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    });
  }
}
