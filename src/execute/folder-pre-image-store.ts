import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Random } from "../base/clock.ts";
import { codedError, fromThrown, type CodedError } from "../base/coded-error.ts";
import { parseAttemptToken, parseRunId, type AttemptToken, type RunId } from "../base/ids.ts";
import { err, ok, type Result } from "../base/result.ts";
import { writeAtomically } from "../host/atomic-write.ts";
import { errnoOf } from "../host/host-error.ts";
import { makeFolders } from "../host/make-folders.ts";
import { KEY_BYTES, openPreImage, sealPreImage } from "./pre-image-cipher.ts";
import {
  preImageBytes,
  PRE_IMAGES_BYTES_TOTAL_MAX,
  type PreImageStore,
  type StoredPreImage,
} from "./pre-image-store.ts";

const AGE_MS_MAX = 7 * 24 * 3_600_000;

export interface FolderPreImageStoreOptions {
  readonly folder: string;
  readonly clock: Pick<Clock, "nowMs">;
  readonly random: Random;
  /** Default 1 GiB. */
  readonly bytesMax?: number;
}

/**
 * Pre-images in a folder, made when missing: one encrypted file each, synced before `save` answers, readable for this user
 * only. The key is made on first use in the file `key`; whoever has the folder without that file reads nothing.
 *
 * A pre-image is kept for 7 days. When all together reach `bytesMax`, those of the oldest other runs make room; a run
 * never loses its own. One process at a time may use the folder.
 *
 * Errors: `DRV_PRE_IMAGE_STORE_FAILED`, `DRV_PRE_IMAGE_UNREADABLE`.
 */
export function createFolderPreImageStore(options: FolderPreImageStoreOptions): PreImageStore {
  return new FolderPreImageStore(options);
}

interface Entry {
  readonly runId: RunId;
  readonly bytes: number;
  readonly atMs: number;
}

class FolderPreImageStore implements PreImageStore {
  readonly #options: FolderPreImageStoreOptions;
  /** Oldest first. */
  readonly #entries = new Map<AttemptToken, Entry>();
  #bytes = 0;
  #opening: Promise<Uint8Array> | undefined;

  constructor(options: FolderPreImageStoreOptions) {
    this.#options = options;
  }

  save(token: AttemptToken, stored: StoredPreImage): Promise<Result<"saved" | "noRoom", CodedError>> {
    return guard("keep", async () => {
      const key = await this.#opened();
      const { clock, random, bytesMax = PRE_IMAGES_BYTES_TOTAL_MAX } = this.#options;
      const nowMs = clock.nowMs();
      await this.#remove(token);
      for (const [oldest, { atMs }] of this.#entries) if (nowMs - atMs > AGE_MS_MAX) await this.#remove(oldest);
      // The facts, the head and the seal: what the content does not count.
      const bytes = preImageBytes(stored.preImage) + stored.secrets.reduce((sum, { length }) => sum + length, 256);
      for (const [oldest, { runId }] of this.#entries) {
        if (this.#bytes + bytes <= bytesMax) break;
        if (runId !== stored.runId) await this.#remove(oldest);
      }
      if (this.#bytes + bytes > bytesMax) return ok("noRoom");
      // Counted before it is written, so that others who save meanwhile see it.
      this.#note(token, { runId: stored.runId, bytes, atMs: nowMs });
      const name = nameOf(token, stored.runId);
      const sealed = sealPreImage(stored, { key, name, random });
      try {
        await writeAtomically(join(this.#options.folder, name), sealed, { mode: 0o600, uid: -1, gid: -1 });
      } catch (thrown) {
        this.#forget(token);
        throw thrown;
      }
      return ok("saved");
    });
  }

  load(token: AttemptToken): Promise<Result<StoredPreImage | undefined, CodedError>> {
    return guard<StoredPreImage | undefined>("read", async () => {
      const key = await this.#opened();
      const entry = this.#entries.get(token);
      if (entry === undefined) return ok(undefined);
      const name = nameOf(token, entry.runId);
      const opened = openPreImage(await readFile(join(this.#options.folder, name)), { key, name });
      return opened === undefined ? err(unreadable(name)) : ok({ ...opened, runId: entry.runId });
    });
  }

  /** Makes the folder and the key, or reads what is there, once. A failure is tried again at the next call. */
  async #opened(): Promise<Uint8Array> {
    this.#opening ??= this.#open();
    try {
      return await this.#opening;
    } catch (thrown) {
      this.#opening = undefined;
      throw thrown;
    }
  }

  async #open(): Promise<Uint8Array> {
    const { folder, random } = this.#options;
    await makeFolders(folder, 0o700);
    const key = await readKey(join(folder, "key"), random);
    const found = await Promise.all((await readdir(folder)).map(async (name) => await this.#found(name)));
    this.#entries.clear();
    this.#bytes = 0;
    const entries = found.filter((each) => each !== undefined);
    for (const [token, entry] of entries.toSorted((one, other) => one[1].atMs - other[1].atMs))
      this.#note(token, entry);
    return key;
  }

  async #found(name: string): Promise<readonly [AttemptToken, Entry] | undefined> {
    const [first = "", second = ""] = name.split(".");
    const [token, runId] = [parseAttemptToken(first), parseRunId(second)];
    if (token === undefined || runId === undefined) return undefined;
    const { size, mtimeMs } = await stat(join(this.#options.folder, name));
    return [token, { runId, bytes: size, atMs: mtimeMs }];
  }

  #note(token: AttemptToken, entry: Entry): void {
    this.#entries.set(token, entry);
    this.#bytes += entry.bytes;
  }

  #forget(token: AttemptToken): Entry | undefined {
    const entry = this.#entries.get(token);
    this.#entries.delete(token);
    this.#bytes -= entry?.bytes ?? 0;
    return entry;
  }

  async #remove(token: AttemptToken): Promise<void> {
    const entry = this.#forget(token);
    if (entry !== undefined) await rm(join(this.#options.folder, nameOf(token, entry.runId)), { force: true });
  }
}

function nameOf(token: AttemptToken, runId: RunId): string {
  return `${token}.${runId}`;
}

async function readKey(path: string, random: Random): Promise<Uint8Array> {
  const kept = await readFile(path).catch((thrown: unknown) => {
    if (errnoOf(thrown) === "ENOENT") return undefined;
    throw thrown;
  });
  if (kept === undefined) {
    const key = random.bytes(KEY_BYTES);
    await writeAtomically(path, key, { mode: 0o600, uid: -1, gid: -1 });
    return key;
  }
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) throw new Error(`others can read the key "${path}"; its mode must be 600`);
  if (kept.length !== KEY_BYTES) throw new Error(`"${path}" is not a key of ${KEY_BYTES} bytes`);
  return kept;
}

function unreadable(name: string): CodedError {
  return codedError(
    "DRV_PRE_IMAGE_UNREADABLE",
    `Cannot use pre-image "${name}": it was sealed with another key, or was changed since`,
  );
}

async function guard<T>(verb: string, work: () => Promise<Result<T, CodedError>>): Promise<Result<T, CodedError>> {
  try {
    return await work();
  } catch (thrown) {
    return err(fromThrown("DRV_PRE_IMAGE_STORE_FAILED", thrown, `Cannot ${verb} a pre-image`));
  }
}
