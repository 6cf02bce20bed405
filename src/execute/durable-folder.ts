import { join } from "node:path";
import type { Clock, Random } from "../base/clock.ts";
import { CallFolders } from "./call-folders.ts";
import { openDiskJournal, type DiskJournal } from "./disk-journal.ts";
import { createFolderPreImageStore } from "./folder-pre-image-store.ts";
import type { PreImageStore } from "./pre-image-store.ts";

/** What an executor needs to survive its process, in one folder that it has for itself. */
export interface DurableFolder extends AsyncDisposable {
  readonly journal: DiskJournal;
  readonly calls: CallFolders;
  readonly preImages: PreImageStore;
}

export interface DurableFolderOptions {
  readonly folder: string;
  readonly clock: Pick<Clock, "nowMs">;
  readonly random: Random;
}

/**
 * Opens the folder: the journal of attempts with the lock of all of it, `calls` and `pre-images`. What commands of
 * attempts left whose result is known is removed in the background.
 * @throws DroverError as `openDiskJournal` does
 */
export function openDurableFolder(options: DurableFolderOptions): DurableFolder {
  const { folder, clock, random } = options;
  const journal = openDiskJournal({ folder, clock });
  const calls = new CallFolders(join(folder, "calls"));
  const tidying = tidy(journal, calls);
  return {
    journal,
    calls,
    preImages: createFolderPreImageStore({ folder: join(folder, "pre-images"), clock, random }),
    async [Symbol.asyncDispose]() {
      await tidying;
      await journal[Symbol.asyncDispose]();
    },
  };
}

/** Removes what nobody will ask for. Anything that fails here is tried again the next time. */
async function tidy(journal: DiskJournal, calls: CallFolders): Promise<void> {
  for (const token of await calls.tidy()) {
    const known = await journal.find(token).catch(() => ({ state: "unread" }));
    if (known === undefined || known.state === "finished") await calls.forget(token).catch(() => undefined);
  }
}
