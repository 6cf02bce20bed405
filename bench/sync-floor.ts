import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DurableTimes } from "./durable-shape.ts";

const BLOCK = Buffer.alloc(4_096);
const MS_MAX = 1_000;

/** How often the disk can be written and synced, one after the other: no durable chain is faster on it. */
export function measureSyncFloor(): DurableTimes {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-sync-"));
  const file = openSync(join(folder, "file"), "w");
  try {
    let taskCount = 0;
    const startMs = performance.now();
    while (performance.now() - startMs < MS_MAX) {
      writeSync(file, BLOCK);
      fdatasyncSync(file);
      taskCount += 1;
    }
    return { taskCount, elapsedMs: performance.now() - startMs };
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
