import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DroverError, fromThrown } from "../../base/coded-error.ts";
import { sha256 } from "../../base/json.ts";
import { blobDamaged, blobMissing } from "../blob-refusal.ts";
import type { BlobStore } from "../durable-log.ts";
import { makeFolderDurably, writeDurably } from "./durable-file.ts";
import { isMissingFile } from "./missing-file.ts";

const HASH = /^[0-9a-f]{64}$/;

/** Blobs as files named by their hash, `ab/abcdef…`, each verified when it is read. */
export class FolderBlobStore implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(content: Uint8Array): Promise<string> {
    const hash = sha256(content);
    // A damaged file of that name must not be taken for the content that is known here.
    if (await this.#has(hash)) return hash;
    try {
      await makeFolderDurably(this.#folder);
      await makeFolderDurably(join(this.#folder, hash.slice(0, 2)));
      await writeDurably(this.#path(hash), content);
    } catch (thrown) {
      throw new DroverError([fromThrown("DRV_LOG_WRITE_FAILED", thrown, `Cannot write blob "${hash}"`)]);
    }
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    if (!HASH.test(hash)) throw new DroverError([blobMissing(hash)]);
    let content: Uint8Array;
    try {
      content = await readFile(this.#path(hash));
    } catch (thrown) {
      throw new DroverError([isMissingFile(thrown) ? blobMissing(hash) : blobDamaged(hash)]);
    }
    if (sha256(content) !== hash) throw new DroverError([blobDamaged(hash)]);
    return content;
  }

  async #has(hash: string): Promise<boolean> {
    try {
      await this.get(hash);
      return true;
    } catch {
      return false;
    }
  }

  #path(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash);
  }
}
