import { constants, type Stats } from "node:fs";
import {
  chmod,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  unlink,
  type FileHandle,
} from "node:fs/promises";
import { dirname } from "node:path";
import type { CodedError } from "../base/coded-error.ts";
import { assert } from "../base/assert.ts";
import type { Result } from "../base/result.ts";
import type {
  FileStat,
  MkdirOptions,
  Ownership,
  ReadFileOptions,
  RemoveOptions,
  Waiting,
  WriteFileOptions,
} from "../operation/host.ts";
import { makeFolders } from "./make-folders.ts";
import type { LocalAccounts } from "./accounts.ts";
import { replaceBy, writeAtomically } from "./atomic-write.ts";
import { checkSymlinkTarget, notAFile, notASymlink, READ_BYTES_MAX, rootRemoval, tooLarge } from "./file-refusal.ts";
import { errnoError, errnoOf, hostCall, HostFault, type HostAction } from "./host-error.ts";
import { hostPath } from "./host-path.ts";
import { resolveUnderRoot } from "./rooted-path.ts";

/** Bytes read at a time when the size of a file says nothing, as under `/proc`. */
const READ_CHUNK_BYTES = 256 * 1024;
/** Permission bits with set-id and sticky. */
const MODE_BITS = 0o7777;

/** The file methods of a host on this machine, optionally with a folder as its root. */
export class LocalFiles {
  readonly #root: string | undefined;
  readonly #accounts: LocalAccounts;

  constructor(root: string | undefined, accounts: LocalAccounts) {
    this.#root = root;
    this.#accounts = accounts;
  }

  /** The real path of `path`. A symlink at its end is followed only with `followsLast`. */
  async locate(path: string, action: HostAction, followsLast: boolean): Promise<string> {
    const checked = hostPath(path, action);
    if (this.#root === undefined) return checked;
    return await resolveUnderRoot(checked, action, { root: this.#root, followsLast });
  }

  readFile(path: string, options: ReadFileOptions = {}): Promise<Result<Uint8Array, CodedError>> {
    const action: HostAction = { verb: "read file", subject: path };
    return hostCall(action, options.signal, async () => {
      const real = await this.locate(path, action, true);
      // Without O_NONBLOCK, opening a named pipe would wait for a writer and occupy a thread for ever.
      const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        return await readRange(file, action, options);
      } finally {
        await file.close();
      }
    });
  }

  writeFile(path: string, content: Uint8Array, options: WriteFileOptions = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "write file", subject: path, missing: "folder" };
    return hostCall(action, options.signal, async () => {
      const real = await this.locate(path, action, false);
      const existing = await lookAt(real);
      if (existing !== undefined && !existing.isFile() && !existing.isSymbolicLink()) throw notAFile(action);
      const kept = existing?.isFile() === true ? existing : undefined;
      const owner = await this.#accounts.resolve(options.owner ?? {}, action);
      await writeAtomically(real, content, {
        mode: options.mode ?? (kept === undefined ? 0o644 : kept.mode & MODE_BITS),
        uid: keptId(owner.uid, kept?.uid, process.geteuid?.()),
        gid: keptId(owner.gid, kept?.gid, process.getegid?.()),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    });
  }

  stat(path: string, options: Waiting = {}): Promise<Result<FileStat | undefined, CodedError>> {
    const action: HostAction = { verb: "stat", subject: path };
    return hostCall(action, options.signal, async () => {
      const real = await this.#locateOrNothing(path, action);
      const found = real === undefined ? undefined : await lookAt(real);
      return found === undefined ? undefined : await this.#describe(found);
    });
  }

  list(path: string, options: Waiting = {}): Promise<Result<readonly string[], CodedError>> {
    const action: HostAction = { verb: "list folder", subject: path, missing: "folder" };
    return hostCall(action, options.signal, async () => {
      const names = await readdir(await this.locate(path, action, true));
      return names.sort();
    });
  }

  mkdir(path: string, options: MkdirOptions = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "make folder", subject: path, missing: "folder" };
    return hostCall(action, options.signal, async () => {
      const real = await this.locate(path, action, true);
      if (await isFolder(real)) return;
      if (options.recursive === true) await makeFolders(dirname(real), 0o755);
      if (!(await madeFolder(real))) return;
      await chmod(real, options.mode ?? 0o755); // The umask does not decide about it.
    });
  }

  chmod(path: string, mode: number, options: Waiting = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "set mode of", subject: path };
    return hostCall(action, options.signal, async () => chmod(await this.locate(path, action, true), mode & MODE_BITS));
  }

  chown(path: string, owner: Ownership, options: Waiting = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "set owner of", subject: path };
    return hostCall(action, options.signal, async () => {
      const { uid, gid } = await this.#accounts.resolve(owner, action);
      await lchown(await this.locate(path, action, false), uid, gid);
    });
  }

  rename(from: string, to: string, options: Waiting = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "rename", subject: from };
    return hostCall(action, options.signal, async () => {
      const source = await this.locate(from, action, false);
      const target = await this.locate(to, { ...action, subject: to }, false);
      if ((await lookAt(source)) === undefined) throw new HostFault(errnoError("ENOENT", action));
      try {
        await rename(source, target);
      } catch (thrown) {
        // The source is there, so what is missing is the folder of the target.
        if (errnoOf(thrown) !== "ENOENT") throw thrown;
        throw new HostFault(errnoError("ENOENT", { verb: "rename to", subject: to, missing: "folder" }));
      }
    });
  }

  readlink(path: string, options: Waiting = {}): Promise<Result<string, CodedError>> {
    const action: HostAction = { verb: "read symlink", subject: path };
    return hostCall(action, options.signal, async () => {
      const real = await this.locate(path, action, false);
      const found = await lstat(real);
      if (!found.isSymbolicLink()) throw new HostFault(notASymlink(action));
      return await readlink(real);
    });
  }

  symlink(target: string, path: string, options: Waiting = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "make symlink", subject: path, missing: "folder" };
    return hostCall(action, options.signal, async () => {
      checkSymlinkTarget(target, action);
      const real = await this.locate(path, action, false);
      if ((await lookAt(real))?.isDirectory() === true) throw notAFile(action);
      await replaceBy(real, (temporary) => symlink(target, temporary));
    });
  }

  remove(path: string, options: RemoveOptions = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "remove", subject: path };
    return hostCall(action, options.signal, async () => {
      const real = await this.#locateOrNothing(path, action);
      if (real === undefined) return;
      if (real === "/" || real === this.#root) throw new HostFault(rootRemoval(action));
      const found = await lookAt(real);
      if (found === undefined) return;
      if (!found.isDirectory()) return await ignoringAbsence(unlink(real));
      if (options.recursive === true) return await rm(real, { recursive: true, force: true });
      await ignoringAbsence(rmdir(real));
    });
  }

  /** Like `locate`, `undefined` for a path that leads through something that is not there. */
  async #locateOrNothing(path: string, action: HostAction): Promise<string | undefined> {
    try {
      return await this.locate(path, action, false);
    } catch (thrown) {
      if (thrown instanceof HostFault && thrown.coded.details?.["errno"] === "ENOENT") return undefined;
      throw thrown;
    }
  }

  async #describe(found: Stats): Promise<FileStat> {
    return {
      type: typeOf(found),
      sizeBytes: found.size,
      mode: found.mode & MODE_BITS,
      uid: found.uid,
      gid: found.gid,
      user: await this.#accounts.userName(found.uid),
      group: await this.#accounts.groupName(found.gid),
      modifiedAtMs: Math.floor(found.mtimeMs),
    };
  }
}

/** What is at a path, `undefined` when nothing is or a part of it is no folder. */
async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (thrown) {
    const errorNumber = errnoOf(thrown);
    if (errorNumber === "ENOENT" || errorNumber === "ENOTDIR") return undefined;
    throw thrown;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function typeOf(found: Stats): FileStat["type"] {
  if (found.isFile()) return "file";
  if (found.isDirectory()) return "directory";
  return found.isSymbolicLink() ? "symlink" : "other";
}

/** The owner to set on a new file: what was asked for, else that of the file it replaces, else nothing. */
function keptId(wanted: number, existing: number | undefined, own: number | undefined): number {
  if (wanted !== -1) return wanted;
  return existing === undefined || existing === own ? -1 : existing;
}

async function readRange(file: FileHandle, action: HostAction, options: ReadFileOptions): Promise<Uint8Array> {
  const { offset = 0, length, bytesMax = READ_BYTES_MAX } = options;
  assert(offset >= 0 && (length ?? 0) >= 0, "a range starts at or after 0 and is not negative");
  const found = await file.stat();
  if (!found.isFile()) throw notAFile(action);
  const wanted = Math.min(length ?? Infinity, Math.max(found.size - offset, 0));
  if (wanted > bytesMax) throw new HostFault(tooLarge(action, bytesMax));
  if (length === 0) return new Uint8Array(0);
  // One byte more than expected shows whether the file has grown, or lies about its size.
  const limit = Math.min(length ?? Infinity, bytesMax + 1);
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total < limit) {
    options.signal?.throwIfAborted();
    const room = Math.min(limit - total, Math.max(wanted + 1 - total, READ_CHUNK_BYTES));
    const { bytesRead, buffer } = await file.read(new Uint8Array(room), 0, room, offset + total);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  if (total > bytesMax) throw new HostFault(tooLarge(action, bytesMax));
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : new Uint8Array(Buffer.concat(chunks, total));
}

async function ignoringAbsence(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (thrown) {
    if (errnoOf(thrown) !== "ENOENT") throw thrown;
  }
}

/** Makes a folder; false when somebody else has just made it. */
async function madeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (thrown) {
    if (errnoOf(thrown) === "EEXIST" && (await isFolder(path))) return false;
    throw thrown;
  }
}
