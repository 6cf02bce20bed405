import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pid } from "node:process";
import { DatabaseSync } from "node:sqlite";
import { codedError, DroverError } from "../../base/coded-error.ts";

const SQLITE_BUSY = 5;

/**
 * The lock of the single writer: a lock of the operating system on `writer.lock`, taken through SQLite, so that it ends
 * with its process however that ends, and no left-over file has to be judged. Who holds it stands in `writer.pid`.
 *
 * `writer.lock` must not be opened in any other way: closing it would end the lock.
 */
export class WriterLock implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Takes the lock of the folder, or throws `DRV_LOG_LOCKED` naming the process that has it. */
  static take(folder: string): WriterLock {
    const path = join(folder, "writer.lock");
    createOnce(path);
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      database.exec("BEGIN EXCLUSIVE");
    } catch (thrown) {
      database.close();
      if (isBusy(thrown)) throw locked(folder);
      throw thrown;
    }
    writeFileSync(join(folder, "writer.pid"), `${pid}\n`, { mode: 0o600 });
    return new WriterLock(database);
  }

  [Symbol.dispose](): void {
    this.#database.close();
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

function locked(folder: string): DroverError {
  const holder = holderOf(folder);
  return new DroverError([
    codedError("DRV_LOG_LOCKED", `Cannot open the log in "${folder}": process ${holder ?? "unknown"} writes to it`, {
      details: { folder, ...(holder === undefined ? {} : { pid: holder }) },
    }),
  ]);
}

function holderOf(folder: string): number | undefined {
  try {
    const holder = Number.parseInt(readFileSync(join(folder, "writer.pid"), "utf8"), 10);
    return Number.isSafeInteger(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}
