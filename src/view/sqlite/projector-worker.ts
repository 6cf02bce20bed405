import { parentPort, workerData } from "node:worker_threads";
import { must } from "../../base/assert.ts";
import { DroverError, fromThrown, type CodedError } from "../../base/coded-error.ts";
import { openSqliteLogReader } from "../../eventlog/sqlite/sqlite-log-reader.ts";
import { Projection } from "./projection.ts";
import type { ProjectorAnswer, ProjectorRequest } from "./projector-messages.ts";
import { openViewForWriting, viewFailed, viewPath } from "./view-file.ts";

/** Shortest time in milliseconds between the beginnings of two batches: what changes twice in it is written once. */
const BATCH_EVERY_MS = 100;
/** Wait in milliseconds when somebody else writes to the view, as a rebuild does. */
const BUSY_WAIT_MS = 500;
/** Rows that fill a batch by themselves. */
const BEHIND_ROWS = 2_000;
const SQLITE_BUSY = 5;

/**
 * The thread that keeps the read model up to date. It sleeps until it is told that there are new rows, and works while
 * there are: full batches one after the other when it is behind, one batch each 100 ms when it keeps up.
 */
const port = must(parentPort, "This file runs as a worker");
const folder = String(workerData);
const opened = open();

if (opened !== undefined) {
  const { projection, close } = opened;
  let timer: NodeJS.Timeout | undefined;
  let lastBatchMs = -BATCH_EVERY_MS;

  const later = (delayMs: number): void => {
    timer ??= setTimeout(work, delayMs);
  };
  const untilNextBatch = (): number => Math.max(0, lastBatchMs + BATCH_EVERY_MS - performance.now());
  const work = (): void => {
    timer = undefined;
    lastBatchMs = performance.now();
    try {
      projection.advance();
      answer({ type: "reached", position: projection.position });
      const { lag } = projection;
      // What is many rows behind has nothing to gain from waiting for more.
      if (lag > 0) later(lag >= BEHIND_ROWS ? 0 : untilNextBatch());
    } catch (thrown) {
      if (isBusy(thrown)) later(BUSY_WAIT_MS);
      else answer({ type: "failed", error: codedOf(thrown) });
    }
  };
  port.on("message", (request: ProjectorRequest) => {
    if (request.type === "wake") {
      later(untilNextBatch());
      return;
    }
    clearTimeout(timer);
    close();
    answer({ type: "closed" });
    port.close();
  });
}

function open(): { readonly projection: Projection; readonly close: () => void } | undefined {
  try {
    using stack = new DisposableStack();
    const reader = stack.use(openSqliteLogReader(folder));
    const view = openViewForWriting(folder);
    stack.defer(() => view.close());
    const projection = new Projection(reader, view);
    answer({ type: "opened", position: projection.position });
    const kept = stack.move();
    return { projection, close: () => kept.dispose() };
  } catch (thrown) {
    answer({ type: "failed", error: codedOf(thrown) });
    return undefined;
  }
}

function codedOf(thrown: unknown): CodedError {
  const refusal = thrown instanceof DroverError ? thrown : viewFailed(viewPath(folder), thrown);
  return refusal.errors[0] ?? fromThrown("DRV_VIEW_FAILED", thrown, "Cannot write the read model");
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && "errcode" in thrown && thrown.errcode === SQLITE_BUSY;
}

function answer(content: ProjectorAnswer): void {
  port.postMessage(content);
}
