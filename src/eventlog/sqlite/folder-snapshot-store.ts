import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { codedError, DroverError, fromThrown, type CodedError } from "../../base/coded-error.ts";
import { sha256 } from "../../base/json.ts";
import { err, ok, type Result } from "../../base/result.ts";
import {
  SNAPSHOTS_KEPT,
  type LatestSnapshot,
  type Snapshot,
  type SnapshotReference,
  type SnapshotStore,
} from "../durable-log.ts";
import { makeFolderDurably, writeDurably } from "./durable-file.ts";
import { isMissingFile } from "./missing-file.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Decimal digits of a position in a file name, so that names sort as positions do. */
const POSITION_DIGITS = 16;
const FILE_NAME = /^([0-9]{16})\.snapshot$/;
/** Bytes of one piece of decompressed content. */
const CHUNK_BYTES_MIN = 16 * 1024;
const CHUNK_BYTES_MAX = 4 * 1024 * 1024;
/** Hexadecimal digits of the digest in front of the compressed content. */
const DIGEST_LENGTH = 64;

/**
 * Snapshots as files, one folder a name: a digest over name, position and content, then the content compressed with
 * zstd. The oldest are removed once a newer one is durable.
 */
export class FolderSnapshotStore implements SnapshotStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(name: string, position: number, content: Uint8Array): Promise<SnapshotReference> {
    const reference = { name, position, hash: sha256(content) };
    const folder = this.#folderOf(name);
    try {
      const file = Buffer.concat([Buffer.from(digestOf(reference)), await compress(content)]);
      await makeFolderDurably(this.#folder);
      await makeFolderDurably(folder);
      await writeDurably(pathOf(folder, position), file);
      for (const older of (await positionsIn(folder)).slice(SNAPSHOTS_KEPT)) await rm(pathOf(folder, older));
    } catch (thrown) {
      throw new DroverError([
        fromThrown("DRV_LOG_WRITE_FAILED", thrown, `Cannot write the snapshot of "${name}" at ${position}`),
      ]);
    }
    return reference;
  }

  async latest(name: string): Promise<LatestSnapshot> {
    const damaged: CodedError[] = [];
    for (const position of await positionsIn(this.#folderOf(name))) {
      const read = await this.#read(name, position);
      if (read.ok) return { snapshot: read.value, damaged };
      damaged.push(read.error);
    }
    return { damaged };
  }

  async #read(name: string, position: number): Promise<Result<Snapshot, CodedError>> {
    const action = `Cannot read the snapshot of "${name}" at ${position}`;
    try {
      const file = await readFile(pathOf(this.#folderOf(name), position));
      const content = await decompress(file.subarray(DIGEST_LENGTH), { chunkSize: chunkBytesOf(file.length) });
      const snapshot = { name, position, hash: sha256(content), content };
      if (file.subarray(0, DIGEST_LENGTH).toString("latin1") === digestOf(snapshot)) return ok(snapshot);
      return err(codedError("DRV_LOG_SNAPSHOT_DAMAGED", `${action}: its content has another hash`));
    } catch (thrown) {
      return err(fromThrown("DRV_LOG_SNAPSHOT_DAMAGED", thrown, action));
    }
  }

  /** Names come from anywhere; their hash is always a good file name. */
  #folderOf(name: string): string {
    return join(this.#folder, sha256(name));
  }
}

/** Columns shrink to a small part; pieces of the usual 16 KB would have to be put together for longer than they are read. */
function chunkBytesOf(fileBytes: number): number {
  return Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, fileBytes * 16));
}

function digestOf({ name, position, hash }: SnapshotReference): string {
  return sha256(JSON.stringify([name, position, hash]));
}

function pathOf(folder: string, position: number): string {
  return join(folder, `${String(position).padStart(POSITION_DIGITS, "0")}.snapshot`);
}

/** Positions of the snapshots in a folder, newest first. */
async function positionsIn(folder: string): Promise<readonly number[]> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (thrown) {
    if (isMissingFile(thrown)) return [];
    throw thrown;
  }
  return names
    .flatMap((name) => FILE_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}
