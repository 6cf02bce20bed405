import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DurableLog } from "../durable-log.ts";
import { eventLogSuite } from "../../testing/event-log-suite.ts";
import { openSqliteLog } from "./sqlite-log.ts";

for (const [name, openings] of [
  ["SqliteLog", 1],
  ["SqliteLog opened again", 2],
] as const) {
  eventLogSuite(name, async () => {
    const folder = await mkdtemp(join(tmpdir(), "drover-log-"));
    let log = await openSqliteLog(folder);
    const reopen = async (): Promise<DurableLog> => {
      await log[Symbol.asyncDispose]();
      log = await openSqliteLog(folder);
      return log;
    };
    for (let count = 1; count < openings; count++) await reopen();
    return {
      log,
      reopen,
      [Symbol.asyncDispose]: async () => {
        await log[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  });
}
