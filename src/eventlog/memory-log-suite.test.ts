import { eventLogSuite } from "../testing/event-log-suite.ts";
import { MemoryLog } from "./memory-log.ts";

eventLogSuite("MemoryLog", async () => {
  const log = new MemoryLog({ keepsEvents: true });
  return { log, [Symbol.asyncDispose]: async () => log[Symbol.asyncDispose]() };
});
