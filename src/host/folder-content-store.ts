import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { codedError, fromThrown, type CodedError } from "../base/coded-error.ts";
import { sha256 } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { makeFolders } from "./make-folders.ts";
import type { ContentEntry, ContentStore, ContentType } from "../operation/provider.ts";

/**
 * Content of `file.upload` in a folder: `blobs/<sha256>` holds each content once, `names/<sha256 of the name>.json` the
 * versions under a name. Blobs are synced before the name that points at them; both are private to the user (0600).
 * Several processes may read; uploads of one name from several processes at once keep the last.
 */
export function createFolderContentStore(folder: string): ContentStore {
  return new FolderContentStore(folder);
}

interface NameRecord {
  readonly name: string;
  readonly versions: readonly {
    readonly sha256: string;
    readonly sizeBytes: number;
    readonly contentType: ContentType;
  }[];
}

class FolderContentStore implements ContentStore {
  readonly #blobs: string;
  readonly #names: string;
  /** Uploads of this process, one after the other: two of one name must not lose a version. */
  #lastPut: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#blobs = join(folder, "blobs");
    this.#names = join(folder, "names");
  }

  put(name: string, content: Uint8Array, contentType: ContentType) {
    const put = this.#lastPut.then(() => guard("store", () => this.#put(name, content, contentType)));
    this.#lastPut = put;
    return put;
  }

  async #put(name: string, content: Uint8Array, contentType: ContentType) {
    const digest = sha256(content);
    const known = await this.#record(name);
    const newest = known?.versions.at(-1);
    if (known !== undefined && newest?.sha256 === digest && newest.contentType === contentType) {
      return { ...entryOf(known), changed: false };
    }
    await makeFolders(this.#blobs, 0o700);
    await makeFolders(this.#names, 0o700);
    await writeDurably(join(this.#blobs, digest), content);
    const version = { sha256: digest, sizeBytes: content.byteLength, contentType };
    const record: NameRecord = { name, versions: [...(known?.versions ?? []), version] };
    await writeDurably(this.#nameFile(name), new TextEncoder().encode(`${JSON.stringify(record)}\n`));
    return { ...entryOf(record), changed: true };
  }

  find(name: string): Promise<Result<ContentEntry | undefined, CodedError>> {
    return guard("look up", async () => {
      const record = await this.#record(name);
      return record === undefined ? undefined : entryOf(record);
    });
  }

  async read(digest: string): Promise<Result<Uint8Array, CodedError>> {
    if (!/^[0-9a-f]{64}$/.test(digest)) {
      return err(
        codedError(
          "DRV_CONTENT_NOT_FOUND",
          `Cannot read content: ${JSON.stringify(digest.slice(0, 80))} is not a SHA-256 digest`,
        ),
      );
    }
    const content = await guard("read", () => readFile(join(this.#blobs, digest)).catch(absent));
    if (!content.ok) return content;
    if (content.value === undefined) {
      return err(codedError("DRV_CONTENT_NOT_FOUND", `Cannot read content ${digest}: it is not in the store`));
    }
    if (sha256(content.value) !== digest) {
      return err(
        codedError("DRV_CONTENT_CORRUPT", `Cannot use content ${digest}: the stored bytes have another digest`, {
          hint: "Upload it again",
        }),
      );
    }
    return ok(new Uint8Array(content.value));
  }

  list(): Promise<Result<readonly ContentEntry[], CodedError>> {
    return guard("list", async () => {
      const files = (await readdir(this.#names).catch(absent)) ?? [];
      const records = await Promise.all(
        files.filter((file) => file.endsWith(".json")).map((file) => readRecord(join(this.#names, file))),
      );
      return records
        .filter((record) => record !== undefined)
        .map(entryOf)
        .sort((one, other) => (one.name < other.name ? -1 : 1));
    });
  }

  #record(name: string): Promise<NameRecord | undefined> {
    return readRecord(this.#nameFile(name));
  }

  #nameFile(name: string): string {
    return join(this.#names, `${sha256(name)}.json`);
  }
}

function entryOf(record: NameRecord): ContentEntry {
  const newest = record.versions.at(-1);
  if (newest === undefined) throw new Error("a content record has no version");
  return { name: record.name, ...newest, version: record.versions.length };
}

async function readRecord(file: string): Promise<NameRecord | undefined> {
  const text = await readFile(file, "utf8").catch(absent);
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (!isNameRecord(value)) throw new Error(`"${file}" is not a content record`);
  return value;
}

function isNameRecord(value: unknown): value is NameRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "versions" in value &&
    Array.isArray(value.versions) &&
    value.versions.length > 0
  );
}

async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  try {
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

function absent(thrown: unknown): undefined {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && thrown.code === "ENOENT") return undefined;
  throw thrown;
}

async function guard<T>(verb: string, work: () => Promise<T>): Promise<Result<T, CodedError>> {
  try {
    return ok(await work());
  } catch (thrown) {
    return err(fromThrown("DRV_CONTENT_STORE_FAILED", thrown, `Cannot ${verb} content`));
  }
}
