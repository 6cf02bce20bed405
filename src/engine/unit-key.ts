/** Units one task may have: a unit in one number is `task · UNIT_SPAN + unit`. */
export const UNIT_SPAN = 1_048_576;

/** From here on units stand for what earlier generations of a task did: they are only undone. */
export const EARLIER_UNIT = 524_288;

/** The key of a unit. */
export function unitKey(task: number, unit: number): number {
  return task * UNIT_SPAN + unit;
}

/** The task of a key. */
export function taskOfKey(key: number): number {
  return Math.floor(key / UNIT_SPAN);
}

/** The unit of a key. */
export function unitOfKey(key: number): number {
  return key % UNIT_SPAN;
}
