import { resolve } from "node:path";
import { openSqliteLogReader } from "../../eventlog/sqlite/sqlite-log-reader.ts";
import { ReplayProgress, type ReplayReport } from "../replay-progress.ts";
import { Projection } from "./projection.ts";
import { openViewForWriting, viewFailed, viewPath } from "./view-file.ts";

export interface RebuildOptions {
  /** Milliseconds on any clock that does not go back; durations only. */
  readonly monotonicMs: () => number;
  /** Called after each hundred events, and at the end. */
  readonly onProgress?: (report: ReplayReport) => void;
}

/**
 * Drops the read model of a data folder and makes it anew from the log. Whoever reads it meanwhile sees the old one until
 * the new one is whole; a caller that stops asking for more keeps the old one. Blocks between two turns of the generator.
 *
 * @returns the number of events that were replayed
 * Throws `DroverError`: `DRV_LOG_ABSENT`, `DRV_LOG_DAMAGED`, `DRV_VIEW_FAILED`
 */
export function* rebuildView(folder: string, options: RebuildOptions): Generator<void, number, undefined> {
  const path = resolve(folder);
  using stack = new DisposableStack();
  const reader = stack.use(openSqliteLogReader(path));
  const view = openViewForWriting(path);
  stack.defer(() => view.close());
  const { monotonicMs, onProgress = () => undefined } = options;
  const progress = new ReplayProgress({ first: reader.first, last: reader.tail, startedMs: monotonicMs() });
  try {
    yield* new Projection(reader, view).rebuild((position, doneOfRow) => {
      const report = progress.event(position, doneOfRow, monotonicMs);
      if (report !== undefined) onProgress(report);
    });
  } catch (thrown) {
    throw viewFailed(viewPath(path), thrown);
  }
  const report = progress.end(monotonicMs());
  if (report !== undefined) onProgress(report);
  return progress.events;
}
