import type { CodedError } from "../base/coded-error.ts";
import type { AttemptToken, RunId } from "../base/ids.ts";
import { ok, type Result } from "../base/result.ts";
import { canonicalJson } from "../base/json.ts";
import type { PreImage } from "../operation/provider.ts";

/** What an executor needs to undo an attempt later. */
export interface StoredPreImage {
  readonly runId: RunId;
  readonly operation: string;
  readonly preImage: PreImage;
  /** Values that must not show up in what undoing says. A durable store keeps them encrypted, like the content. */
  readonly secrets: readonly string[];
}

/** Keeps pre-images by the token of the attempt that captured them. */
export interface PreImageStore {
  /**
   * Keeps a pre-image, durably when the store is. `noRoom` when it would exceed the store's limit: the attempt then
   * cannot be undone. Saving under the same token again replaces it.
   */
  save(token: AttemptToken, stored: StoredPreImage): Promise<Result<"saved" | "noRoom", CodedError>>;
  load(token: AttemptToken): Promise<Result<StoredPreImage | undefined, CodedError>>;
}

/** Bytes all pre-images of a host may take: the limit of the design, also for those in memory. */
export const PRE_IMAGES_BYTES_TOTAL_MAX = 1024 * 1024 * 1024;

/**
 * Pre-images that live as long as their process. When they reach `bytesMax` (default 1 GiB), those of the oldest other
 * runs make room; a run never loses its own.
 */
export function createMemoryPreImageStore(options: { readonly bytesMax?: number } = {}): PreImageStore {
  return new MemoryPreImageStore(options.bytesMax ?? PRE_IMAGES_BYTES_TOTAL_MAX);
}

/** Bytes a pre-image takes: its content and its facts as JSON. */
export function preImageBytes(preImage: PreImage): number {
  const contentBytes = preImage.blobs.reduce((total, blob) => total + blob.length, 0);
  return contentBytes + canonicalJson(preImage.facts).length;
}

class MemoryPreImageStore implements PreImageStore {
  readonly #bytesMax: number;
  readonly #stored = new Map<AttemptToken, StoredPreImage>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  async save(token: AttemptToken, stored: StoredPreImage): Promise<Result<"saved" | "noRoom", CodedError>> {
    this.#remove(token);
    const wanted = preImageBytes(stored.preImage);
    for (const [oldest, { runId }] of this.#stored) {
      if (this.#bytes + wanted <= this.#bytesMax) break;
      if (runId !== stored.runId) this.#remove(oldest);
    }
    if (this.#bytes + wanted > this.#bytesMax) return ok("noRoom");
    this.#stored.set(token, stored);
    this.#bytes += wanted;
    return ok("saved");
  }

  async load(token: AttemptToken): Promise<Result<StoredPreImage | undefined, CodedError>> {
    return ok(this.#stored.get(token));
  }

  #remove(token: AttemptToken): void {
    const stored = this.#stored.get(token);
    if (stored === undefined) return;
    this.#bytes -= preImageBytes(stored.preImage);
    this.#stored.delete(token);
  }
}
