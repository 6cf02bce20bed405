/** Length of a bench; each takes from it what it knows, and has defaults of its own. */
export interface BenchLength {
  readonly seconds?: number;
  readonly rounds?: number;
  readonly scale?: number;
}
