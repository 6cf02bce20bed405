import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getBuiltinModule, pid } from "node:process";
import type { DatabaseSync } from "node:sqlite";

const SQLITE_BUSY = 5;

/** Takes a folder for one process. Disposing gives it back; so does the end of the process, however it ends. */
export class FolderLock implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Takes the lock, a lock of the operating system on the file `lock`, held through SQLite: no left-over file has to be
   * judged. Who holds it stands in `lock.pid`. Nothing else may open `lock`: closing it would end the lock.
   * @returns the lock, or the holder when there is one (`undefined` for its id when that cannot be read)
   * @throws the system's error when the folder cannot be used
   */
  static take(folder: string): FolderLock | { readonly holder: number | undefined } {
    const path = join(folder, "lock");
    createOnce(path);
    // Loaded here: most programs never lock a folder.
    const { DatabaseSync: Database } = getBuiltinModule("node:sqlite");
    const database = new Database(path, { timeout: 0 });
    try {
      database.exec("BEGIN EXCLUSIVE");
      writeFileSync(join(folder, "lock.pid"), `${pid}\n`, { mode: 0o600 });
      return new FolderLock(database);
    } catch (thrown) {
      database.close();
      if (isBusy(thrown)) return { holder: holderOf(folder) };
      throw thrown;
    }
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Opens the file only when it makes it: closing one that is there would end a lock this process has on it. */
function createOnce(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && "errcode" in thrown && thrown.errcode === SQLITE_BUSY;
}

function holderOf(folder: string): number | undefined {
  try {
    const holder = Number.parseInt(readFileSync(join(folder, "lock.pid"), "utf8"), 10);
    return Number.isSafeInteger(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}
