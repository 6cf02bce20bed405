import { constants } from "node:fs";
import { lstat, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf } from "./host-error.ts";

/** Bytes written between two looks at the signal. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Names tried for a temporary file: leftovers of killed processes may occupy some. */
const NAMES_MAX = 1_000;

let nextNumber = 0;

export interface AtomicWriteOptions {
  readonly mode: number;
  /** `-1` leaves the owner that a new file gets. */
  readonly uid: number;
  readonly gid: number;
  readonly signal?: AbortSignal;
}

/**
 * Replaces the file at `path` in one step and durably: temporary file in the same folder, content, owner, mode, fsync,
 * rename, fsync of the folder. When any step fails the temporary file is removed and the old file is as it was.
 * Throws system errors and the reason of the signal.
 */
export async function writeAtomically(path: string, content: Uint8Array, options: AtomicWriteOptions): Promise<void> {
  await replaceBy(path, async (temporary) => {
    const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      await writeAll(file, content, options.signal);
      // Owner before mode: changing the owner takes set-id bits away.
      if (options.uid !== -1 || options.gid !== -1) await file.chown(options.uid, options.gid);
      await file.chmod(options.mode);
      await file.sync();
    } finally {
      await file.close();
    }
    options.signal?.throwIfAborted();
  });
}

/** Makes something under a temporary name beside `path` and renames it there; removes it when anything fails. */
export async function replaceBy(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  const temporary = await makeUnderFreeName(folder, make);
  try {
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await syncFolder(folder);
}

async function makeUnderFreeName(folder: string, make: (temporary: string) => Promise<void>): Promise<string> {
  for (let tries = 1; ; tries++) {
    const temporary = join(folder, `.drover-${process.pid}-${nextNumber++}.tmp`);
    if (await exists(temporary)) {
      if (tries < NAMES_MAX) continue;
      throw new Error(`No free temporary name in ${JSON.stringify(folder)} after ${NAMES_MAX} tries`);
    }
    try {
      await make(temporary);
      return temporary;
    } catch (thrown) {
      // Somebody else took the name between the look and the creation: theirs stays, another name is tried.
      if (errnoOf(thrown) === "EEXIST" && tries < NAMES_MAX) continue;
      await rm(temporary, { force: true });
      throw thrown;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (thrown) {
    if (errnoOf(thrown) === "ENOENT") return false;
    throw thrown;
  }
}

async function writeAll(file: FileHandle, content: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  for (let offset = 0; offset < content.length;) {
    signal?.throwIfAborted();
    const { bytesWritten } = await file.write(content, offset, Math.min(CHUNK_BYTES, content.length - offset));
    offset += bytesWritten;
  }
}

/** Makes a rename durable. Some file systems cannot sync folders; they order renames themselves. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
  }
}
