import { join } from "node:path";

/** Counts how tests ended and keeps what went wrong. */
export class TestTally {
  readonly failures: string[] = [];
  readonly skips: string[] = [];
  #passed = 0;

  get total(): number {
    return this.#passed + this.failures.length + this.skips.length;
  }

  pass(): void {
    this.#passed++;
  }

  skip(name: string, reason: string): void {
    this.skips.push(`${name}: ${reason}`);
  }

  fail(name: string, explanation: string): void {
    this.failures.push(`${name}\n${explanation.replace(/^/gm, "    ")}`);
  }

  /** The last line of a test run, read by scripts. Problems of the run as a whole count as failures. */
  summary(otherFailures: number): string {
    return `${this.#passed} passed, ${this.failures.length + otherFailures} failed, ${this.skips.length} skipped`;
  }
}

/** Node reports a file that declares no test as one test named after the file. */
export function isEmptyFile(event: { readonly name: string }, files: readonly string[], root: string): boolean {
  return files.some((file) => event.name === file || event.name === join(root, file));
}
