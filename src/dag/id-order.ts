/** Below this many ids comparing whole ids is faster than looking at them character by character. */
const SMALL_SEGMENT_LENGTH = 32;
/** Every UTF-16 code unit moved up by one, so that 0 can mean "the id ends here", and one more for the last bound. */
const BUCKET_COUNT = 0x10000 + 2;

/**
 * Indices of `ids` in ascending order of the ids by UTF-16 code units, the order of `<` on strings. Equal ids end up
 * side by side.
 *
 * A radix sort from the first character on: it reads every character once, where a comparator walks the common
 * prefixes again and again. A million ids take 0.2 s instead of 1 s, and none at all when they are ascending already.
 */
export function sortedIdOrder(ids: readonly string[]): Uint32Array {
  const order = identityOrder(ids.length);
  if (!isAscending(ids)) new RadixSort(ids, order).run();
  return order;
}

/** For each index its position in `order`. */
export function inverseOrder(order: Uint32Array): Uint32Array {
  const rank = new Uint32Array(order.length);
  for (let position = 0; position < order.length; position++) rank[order[position] ?? 0] = position;
  return rank;
}

/** 0, 1, 2, … */
export function identityOrder(length: number): Uint32Array {
  const order = new Uint32Array(length);
  for (let index = 0; index < length; index++) order[index] = index;
  return order;
}

function isAscending(ids: readonly string[]): boolean {
  for (let index = 1; index < ids.length; index++) {
    if ((ids[index - 1] ?? "") > (ids[index] ?? "")) return false;
  }
  return true;
}

/** Sorts segments of `order` which agree in their first `depth` characters, one character at a time. */
class RadixSort {
  readonly #ids: readonly string[];
  readonly #order: Uint32Array;
  readonly #scratch: Uint32Array;
  readonly #units: Uint32Array;
  /** Made when a segment is partitioned: few ids, as most plans have, never need it. */
  #bounds: Uint32Array | undefined;
  /** Open segments, three numbers each: start, end, depth. A stack, so that long ids need no recursion. */
  readonly #open: number[] = [];

  constructor(ids: readonly string[], order: Uint32Array) {
    this.#ids = ids;
    this.#order = order;
    this.#scratch = new Uint32Array(order.length);
    this.#units = new Uint32Array(order.length);
  }

  run(): void {
    this.#open.push(0, this.#order.length, 0);
    while (this.#open.length > 0) {
      const depth = this.#open.pop() ?? 0;
      const end = this.#open.pop() ?? 0;
      const start = this.#open.pop() ?? 0;
      if (end - start <= SMALL_SEGMENT_LENGTH) this.#insertionSort(start, end);
      else this.#partition(start, end, depth);
    }
  }

  /** Groups one segment by the character at `depth` and leaves each group of several ids for later. */
  #partition(start: number, end: number, depth: number): void {
    const order = this.#order;
    const units = this.#units;
    const bounds = (this.#bounds ??= new Uint32Array(BUCKET_COUNT));
    let lowest = BUCKET_COUNT;
    let highest = 0;
    for (let position = start; position < end; position++) {
      const id = this.#ids[order[position] ?? 0] ?? "";
      const unit = depth < id.length ? id.charCodeAt(depth) + 1 : 0;
      units[position] = unit;
      if (unit < lowest) lowest = unit;
      if (unit > highest) highest = unit;
    }
    if (lowest === highest) {
      if (highest > 0) this.#open.push(start, end, this.#commonLength(start, end));
      return;
    }
    bounds.fill(0, lowest, highest + 2);
    for (let position = start; position < end; position++) {
      const after = (units[position] ?? 0) + 1;
      bounds[after] = (bounds[after] ?? 0) + 1;
    }
    bounds[lowest] = start;
    for (let unit = lowest; unit <= highest; unit++) {
      const from = bounds[unit] ?? 0;
      const to = from + (bounds[unit + 1] ?? 0);
      bounds[unit + 1] = to;
      if (unit > 0 && to - from > 1) this.#open.push(from, to, depth + 1);
    }
    for (let position = start; position < end; position++) {
      const unit = units[position] ?? 0;
      const place = bounds[unit] ?? 0;
      this.#scratch[place] = order[position] ?? 0;
      bounds[unit] = place + 1;
    }
    order.set(this.#scratch.subarray(start, end), start);
  }

  /** How many leading characters all ids of a segment share: a long common prefix is skipped in one pass. */
  #commonLength(start: number, end: number): number {
    const first = this.#ids[this.#order[start] ?? 0] ?? "";
    let length = first.length;
    for (let position = start + 1; position < end; position++) {
      const id = this.#ids[this.#order[position] ?? 0] ?? "";
      let same = 0;
      while (same < length && same < id.length && id.charCodeAt(same) === first.charCodeAt(same)) same++;
      length = same;
    }
    return length;
  }

  #insertionSort(start: number, end: number): void {
    const order = this.#order;
    for (let position = start + 1; position < end; position++) {
      const index = order[position] ?? 0;
      const id = this.#ids[index] ?? "";
      let place = position;
      while (place > start && (this.#ids[order[place - 1] ?? 0] ?? "") > id) {
        order[place] = order[place - 1] ?? 0;
        place--;
      }
      order[place] = index;
    }
  }
}
