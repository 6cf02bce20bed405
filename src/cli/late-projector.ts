import type { AppendListener } from "../view/noticing-log.ts";
import type { Projector } from "../view/sqlite/projector.ts";

/**
 * Keeps the read model of a data folder up to date, without holding up the first task of a run: its thread starts when the
 * runs are open. A read model that cannot be written is no reason to stop: it is made anew with `drover log rebuild`.
 */
export class LateProjector implements AppendListener, AsyncDisposable {
  readonly #folder: string;
  #starting: Promise<Projector | undefined> | undefined;
  #projector: Projector | undefined;
  #position = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  notice(position: number): void {
    this.#position = position;
    this.#projector?.notice(position);
  }

  /** @param position newest row of the log */
  start(position: number): void {
    this.#position = Math.max(this.#position, position);
    this.#starting ??= this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const projector = await this.#starting;
    await projector?.[Symbol.asyncDispose]();
  }

  async #start(): Promise<Projector | undefined> {
    try {
      const { startProjector } = await import("../view/sqlite/projector.ts");
      const projector = await startProjector(this.#folder);
      this.#projector = projector;
      projector.notice(this.#position);
      return projector;
    } catch {
      return undefined;
    }
  }
}
