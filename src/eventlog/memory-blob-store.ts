import { DroverError } from "../base/coded-error.ts";
import { sha256 } from "../base/json.ts";
import { blobMissing } from "./blob-refusal.ts";
import type { BlobStore } from "./durable-log.ts";

/** Blobs that live as long as their process. */
export class MemoryBlobStore implements BlobStore {
  readonly #contents = new Map<string, Uint8Array>();

  async put(content: Uint8Array): Promise<string> {
    const hash = sha256(content);
    this.#contents.set(hash, content.slice());
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    const content = this.#contents.get(hash);
    if (content === undefined) throw new DroverError([blobMissing(hash)]);
    return content.slice();
  }
}
