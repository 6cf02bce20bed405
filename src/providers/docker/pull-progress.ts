import { LineSplitter } from "../../base/line-splitter.ts";
import type { ProviderContext } from "../../operation/provider.ts";

interface ProgressLine {
  readonly id?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly stream?: unknown;
  readonly progressDetail?: { readonly current?: unknown; readonly total?: unknown } | null;
}

/** Percents between two lines about the same layer. */
const STEP_PERCENT = 25;

/**
 * Reads what an engine tells while it fetches or loads images: one JSON object a line. Passes on what people want to read,
 * and keeps the last error, which comes with the status of a success.
 */
export class PullProgress {
  readonly #splitter: LineSplitter;
  readonly #output: ProviderContext["output"];
  readonly #shown = new Map<string, number>();
  #error: string | undefined;
  #lastStatus: string | undefined;
  #isComplete = true;

  constructor(output: ProviderContext["output"]) {
    this.#output = output;
    this.#splitter = new LineSplitter((line) => this.#read(line));
  }

  /** What went wrong, in the engine's words. */
  get error(): string | undefined {
    return this.#error;
  }

  /** What it said last; absent when it said nothing. */
  get lastStatus(): string | undefined {
    return this.#lastStatus;
  }

  push(bytes: Uint8Array): void {
    this.#splitter.push(bytes);
  }

  /** Whether the last line was whole: another end means that the connection was cut. */
  end(): boolean {
    this.#splitter.end();
    return this.#isComplete;
  }

  #read(line: string): void {
    if (line.trim() === "") return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      this.#isComplete = false;
      return;
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return;
    const { id, status, error, stream, progressDetail }: ProgressLine = parsed;
    if (typeof error === "string") this.#error = error;
    const said = typeof status === "string" ? status : typeof stream === "string" ? stream.trim() : undefined;
    if (said === undefined || said === "") return;
    this.#lastStatus = said;
    const layer = typeof id === "string" ? id : "";
    const percent = percentOf(progressDetail);
    if (percent === undefined) this.#output("stdout", layer === "" ? said : `${layer}: ${said}`);
    else this.#show(layer, said, percent);
  }

  #show(layer: string, said: string, percent: number): void {
    const key = `${layer} ${said}`;
    const step = Math.floor(percent / STEP_PERCENT);
    if (this.#shown.get(key) === step) return;
    this.#shown.set(key, step);
    this.#output("stdout", `${layer}: ${said} ${Math.floor(percent)} %`);
  }
}

function percentOf(detail: ProgressLine["progressDetail"]): number | undefined {
  const { current, total } = detail ?? {};
  if (typeof current !== "number" || typeof total !== "number" || total <= 0) return undefined;
  return Math.min(100, (100 * current) / total);
}
