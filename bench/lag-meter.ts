/** How old the oldest row is that the log has and the read model has not. */
export class LagMeter {
  maxMs = 0;
  #commits: { readonly position: number; readonly atMs: number }[] = [];

  committed(position: number): void {
    this.#commits.push({ position, atMs: performance.now() });
  }

  /** @param position newest row in the read model */
  look(position: number): void {
    this.#commits = this.#commits.filter((commit) => commit.position > position);
    const [oldest] = this.#commits;
    if (oldest !== undefined) this.maxMs = Math.max(this.maxMs, performance.now() - oldest.atMs);
  }
}
