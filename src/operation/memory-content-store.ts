import { codedError } from "../base/coded-error.ts";
import { sha256 } from "../base/json.ts";
import { err, ok } from "../base/result.ts";
import type { ContentEntry, ContentStore } from "./provider.ts";

/** A content store in memory: what a fleet uses that needs to remember nothing after the process. */
export function memoryContentStore(): ContentStore {
  const entries = new Map<string, ContentEntry>();
  const blobs = new Map<string, Uint8Array>();
  return {
    async put(name, content, contentType) {
      const hash = sha256(content);
      const known = entries.get(name);
      if (known?.sha256 === hash && known.contentType === contentType) return ok({ ...known, changed: false });
      const version = (known?.version ?? 0) + 1;
      const entry: ContentEntry = { name, sha256: hash, sizeBytes: content.byteLength, contentType, version };
      blobs.set(hash, content.slice());
      entries.set(name, entry);
      return ok({ ...entry, changed: true });
    },
    async find(name) {
      return ok(entries.get(name));
    },
    async read(hash) {
      const content = blobs.get(hash);
      if (content !== undefined) return ok(content.slice());
      return err(codedError("DRV_CONTENT_NOT_FOUND", `Cannot read content ${JSON.stringify(hash)}: it is not stored`));
    },
    async list() {
      return ok([...entries.values()].sort((left, right) => (left.name < right.name ? -1 : 1)));
    },
  };
}
