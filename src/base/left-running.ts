/**
 * The reason of an abort that only ends the waiting: the process goes, and whoever has the token of the attempt asks for its
 * result later. Work that survives its process must go on, and what cannot must not be kept as a result.
 */
export class LeftRunning extends Error {
  override readonly name = "LeftRunning";
}

export function isLeftRunning(reason: unknown): reason is LeftRunning {
  return reason instanceof LeftRunning;
}
