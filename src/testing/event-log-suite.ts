import { suite, test } from "node:test";
import { testLogAppends } from "./event-log-suite-appends.ts";
import { testLogSharing } from "./event-log-suite-sharing.ts";
import { testLogStores } from "./event-log-suite-stores.ts";
import type { LogRule, OpenLogSubject } from "./event-log-suite-subject.ts";

/**
 * The contract of `DurableLog` as tests: every adapter calls this once, at the top of a test file.
 *
 * @param name Name of the adapter, for the output
 * @param open Opens an empty log; it is disposed after each test
 *
 * @example
 * import { MemoryLog } from "drover";
 * import { eventLogSuite } from "drover/testing";
 *
 * // MemoryLog stands for yours.
 * eventLogSuite("my log", async () => ({ log: new MemoryLog(), [Symbol.asyncDispose]: async () => {} }));
 */
export function eventLogSuite(name: string, open: OpenLogSubject): void {
  void suite(name, () => {
    const given = (rule: string, run: LogRule): void => {
      test(`given ${rule}`, async () => {
        await using subject = await open();
        await run(subject);
      });
    };
    testLogAppends(given);
    testLogSharing(given);
    testLogStores(given);
  });
}
