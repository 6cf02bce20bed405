/** A copy of `array` with room for `length` elements, new ones being 0. */
export function widened<Column extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  array: Column,
  length: number,
): Column;
export function widened(
  array: Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
  length: number,
): Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  const wide = array instanceof Uint8Array ? new Uint8Array(length) : new Uint32Array(length);
  wide.set(array);
  return wide;
}
