import { temporaryFolder } from "../host/test-kit/temporary-folder.ts";
import { systemClock } from "../runner/system.ts";
import { journalSuite } from "../testing/journal-suite.ts";
import { openDiskJournal } from "./disk-journal.ts";
import { createMemoryJournal } from "./journal.ts";

journalSuite("journal in memory", async () => ({
  journal: createMemoryJournal(),
  [Symbol.asyncDispose]: async () => undefined,
}));

journalSuite("journal on disk", async () => {
  const folder = await temporaryFolder();
  let journal = openDiskJournal({ folder: folder.path, clock: systemClock });
  return {
    journal,
    reopen: async () => {
      await journal[Symbol.asyncDispose]();
      journal = openDiskJournal({ folder: folder.path, clock: systemClock });
      return journal;
    },
    [Symbol.asyncDispose]: async () => {
      await journal[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
});
