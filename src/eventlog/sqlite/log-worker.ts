import { parentPort, workerData } from "node:worker_threads";
import { must, unreachable } from "../../base/assert.ts";
import { fromThrown, type CodedError, type DroverError } from "../../base/coded-error.ts";
import { openingFailed, readingFailed, writingFailed } from "./log-refusal.ts";
import { SegmentStore } from "./segment-store.ts";
import type { NumberedAnswer, NumberedRequest, WorkerAnswer, WorkerRequest } from "./worker-messages.ts";

/**
 * The thread that writes the log: SQLite blocks while the disk works. It answers requests in their order. After a
 * failed write it writes nothing more: what is in memory must not get ahead of the disk, and a failed sync must not be
 * tried again.
 */
const port = must(parentPort, "This file runs as a worker");
const folder = String(workerData);

const store = openStore();
let fatal: CodedError | undefined;

if (store !== undefined) {
  port.on("message", ({ id, request }: NumberedRequest) => {
    answer(id, handle(store, request));
    if (request.type === "close") port.close();
  });
}

function openStore(): SegmentStore | undefined {
  try {
    const opened = SegmentStore.open(folder);
    answer(0, { type: "opened", tail: opened.tail, first: opened.first });
    return opened;
  } catch (thrown) {
    answer(0, { type: "failed", error: codedOf(openingFailed(folder, thrown)), isFatal: true });
    return undefined;
  }
}

function handle(opened: SegmentStore, request: WorkerRequest): WorkerAnswer {
  switch (request.type) {
    case "append":
      return write(() => opened.append(request.expectedPosition, request.batchId, request.rows));
    case "seal":
      return write(() => opened.seal(request.expectedPosition, request.snapshot));
    case "close":
      opened[Symbol.dispose]();
      return { type: "closed" };
    case "read":
    case "links":
    case "rowsAt":
    case "drop":
    case "verify":
      return look(opened, request);
    default:
      return unreachable(request);
  }
}

type Look = Exclude<WorkerRequest, { readonly type: "append" | "seal" | "close" }>;

function look(opened: SegmentStore, request: Look): WorkerAnswer {
  try {
    switch (request.type) {
      case "read":
        return { type: "rows", rows: opened.read(request.from) };
      case "links":
        return { type: "links", positions: opened.links(request.newest, request.after) };
      case "rowsAt":
        return { type: "rows", rows: opened.rowsAt(request.positions) };
      case "drop":
        return { type: "dropped", count: opened.drop(request.position), first: opened.first };
      case "verify":
        return { type: "verified", count: opened.verify() };
      default:
        return unreachable(request);
    }
  } catch (thrown) {
    return { type: "failed", error: codedOf(readingFailed(folder, thrown)), isFatal: false };
  }
}

function write(append: () => ReturnType<SegmentStore["append"]>): WorkerAnswer {
  if (fatal !== undefined) return { type: "failed", error: fatal, isFatal: true };
  try {
    return { type: "appended", outcome: append() };
  } catch (thrown) {
    fatal = codedOf(writingFailed(folder, thrown));
    return { type: "failed", error: fatal, isFatal: true };
  }
}

function codedOf(refusal: DroverError): CodedError {
  return refusal.errors[0] ?? fromThrown("DRV_INTERNAL", refusal, "Cannot use the log");
}

function answer(id: number, content: WorkerAnswer): void {
  const message: NumberedAnswer = { id, answer: content };
  port.postMessage(message);
}
