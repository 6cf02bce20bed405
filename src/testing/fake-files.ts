import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";
import { errnoError, hostCall, HostFault, type HostAction } from "../host/host-error.ts";
import { hostPath } from "../host/host-path.ts";
import {
  checkSymlinkTarget,
  notAFile,
  notASymlink,
  READ_BYTES_MAX,
  rootRemoval,
  tooLarge,
} from "../host/file-refusal.ts";
import type {
  FileStat,
  Host,
  MkdirOptions,
  Ownership,
  ReadFileOptions,
  RemoveOptions,
  Waiting,
  WriteFileOptions,
} from "../operation/host.ts";
import { FakeAccounts } from "./fake-accounts.ts";
import { FakeFileTree, type FakeFile, type FakeNode } from "./fake-file-tree.ts";

const MODE_BITS = 0o7777;

/** A method of a host, for records and failures. */
export type FakeCallName = Exclude<keyof Host, "name" | "stateFolder" | "batch">;

/** Mode and owner of a file put there by a test; root's and 0644 by default. */
export interface FakeOwner {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface FakeFilesOptions {
  readonly nowMs: () => number;
  /** Sees every call before it does anything, and may make it fail. */
  readonly intercept: (call: FakeCallName, subject: string) => CodedError | undefined;
}

/** The file methods of a host over a tree in memory. */
export class FakeFiles {
  readonly tree = new FakeFileTree();
  readonly #accounts = new FakeAccounts();
  readonly #nowMs: () => number;
  readonly #intercept: FakeFilesOptions["intercept"];

  constructor(options: FakeFilesOptions) {
    this.#nowMs = options.nowMs;
    this.#intercept = options.intercept;
  }

  /** Puts a file there without any record, making its folders. */
  putFile(path: string, content: string | Uint8Array, owner: FakeOwner = {}): void {
    const { mode = 0o644, uid = 0, gid = 0 } = owner;
    this.makeFolders(path.slice(0, path.lastIndexOf("/")));
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
    const place = this.tree.locate(path, { verb: "put file", subject: path }, false);
    place.folder.children.set(place.name, {
      type: "file",
      content: bytes,
      mode,
      uid,
      gid,
      modifiedAtMs: this.#nowMs(),
    });
  }

  /** The text of a file, `undefined` when there is none. */
  text(path: string): string | undefined {
    const node = this.tree.find(path, true);
    return node?.type === "file" ? new TextDecoder().decode(node.content) : undefined;
  }

  /** All paths with type, mode, owner and content as text, for comparing states before and after. */
  snapshot(): ReadonlyMap<string, string> {
    return new Map(Array.from(this.tree.entries(), ([path, node]) => [path, describeNode(node)]));
  }

  readFile(path: string, options: ReadFileOptions = {}): Promise<Result<Uint8Array, CodedError>> {
    return this.#call("readFile", { verb: "read file", subject: path }, options, (action) => {
      const { offset = 0, length = Infinity, bytesMax = READ_BYTES_MAX } = options;
      const node = existing(this.tree.locate(path, action, true).node, action);
      if (node.type !== "file") throw notAFile(action);
      const content = node.content.slice(offset, offset + length);
      if (content.length > bytesMax) throw new HostFault(tooLarge(action, bytesMax));
      return content;
    });
  }

  writeFile(path: string, content: Uint8Array, options: WriteFileOptions = {}): Promise<Result<void, CodedError>> {
    return this.#call("writeFile", { verb: "write file", subject: path, missing: "folder" }, options, (action) => {
      const { folder, name, node } = this.tree.locate(path, action, false);
      if (node?.type === "directory") throw notAFile(action);
      const kept: FakeFile | undefined = node?.type === "file" ? node : undefined;
      const { uid, gid } = this.#accounts.resolve(options.owner ?? {}, action);
      folder.children.set(name, {
        type: "file",
        content: content.slice(),
        mode: (options.mode ?? kept?.mode ?? 0o644) & MODE_BITS,
        uid: uid ?? kept?.uid ?? 0,
        gid: gid ?? kept?.gid ?? 0,
        modifiedAtMs: this.#nowMs(),
      });
    });
  }

  stat(path: string, options: Waiting = {}): Promise<Result<FileStat | undefined, CodedError>> {
    return this.#call("stat", { verb: "stat", subject: path }, options, () => {
      const node = this.tree.find(path, false);
      if (node === undefined) return undefined;
      const { type, mode, uid, gid, modifiedAtMs } = node;
      const names = { user: this.#accounts.userName(uid), group: this.#accounts.groupName(gid) };
      return { type, sizeBytes: sizeOf(node), mode, uid, gid, ...names, modifiedAtMs };
    });
  }

  list(path: string, options: Waiting = {}): Promise<Result<readonly string[], CodedError>> {
    return this.#call("list", { verb: "list folder", subject: path, missing: "folder" }, options, (action) => {
      const node = existing(this.tree.locate(path, action, true).node, action);
      if (node.type !== "directory") throw new HostFault(errnoError("ENOTDIR", action));
      return [...node.children.keys()].sort();
    });
  }

  mkdir(path: string, options: MkdirOptions = {}): Promise<Result<void, CodedError>> {
    return this.#call("mkdir", { verb: "make folder", subject: path, missing: "folder" }, options, (action) => {
      if (options.recursive === true) this.makeFolders(path.replace(/\/[^/]*$/, ""), action);
      const { folder, name, node } = this.tree.locate(path, action, true);
      if (node?.type === "directory") return;
      if (node !== undefined) throw new HostFault(errnoError("EEXIST", action));
      folder.children.set(name, this.#newFolder((options.mode ?? 0o755) & MODE_BITS));
    });
  }

  chmod(path: string, mode: number, options: Waiting = {}): Promise<Result<void, CodedError>> {
    return this.#call("chmod", { verb: "set mode of", subject: path }, options, (action) => {
      existing(this.tree.locate(path, action, true).node, action).mode = mode & MODE_BITS;
    });
  }

  chown(path: string, owner: Ownership, options: Waiting = {}): Promise<Result<void, CodedError>> {
    return this.#call("chown", { verb: "set owner of", subject: path }, options, (action) => {
      const { uid, gid } = this.#accounts.resolve(owner, action);
      const node = existing(this.tree.locate(path, action, false).node, action);
      node.uid = uid ?? node.uid;
      node.gid = gid ?? node.gid;
    });
  }

  rename(from: string, to: string, options: Waiting = {}): Promise<Result<void, CodedError>> {
    return this.#call("rename", { verb: "rename", subject: from }, options, (action) => {
      const source = this.tree.locate(from, action, false);
      const node = existing(source.node, action);
      const intoAction: HostAction = { verb: "rename to", subject: hostPath(to, action), missing: "folder" };
      const target = this.tree.locate(to, intoAction, false);
      if (target.node === node) return;
      if (target.node?.type === "directory") {
        if (node.type !== "directory") throw new HostFault(errnoError("EISDIR", action));
        if (target.node.children.size > 0) throw new HostFault(errnoError("ENOTEMPTY", action));
      } else if (target.node !== undefined && node.type === "directory") {
        throw new HostFault(errnoError("ENOTDIR", action));
      }
      source.folder.children.delete(source.name);
      target.folder.children.set(target.name, node);
    });
  }

  readlink(path: string, options: Waiting = {}): Promise<Result<string, CodedError>> {
    return this.#call("readlink", { verb: "read symlink", subject: path }, options, (action) => {
      const node = existing(this.tree.locate(path, action, false).node, action);
      if (node.type !== "symlink") throw new HostFault(notASymlink(action));
      return node.target;
    });
  }

  symlink(target: string, path: string, options: Waiting = {}): Promise<Result<void, CodedError>> {
    return this.#call("symlink", { verb: "make symlink", subject: path, missing: "folder" }, options, (action) => {
      checkSymlinkTarget(target, action);
      const { folder, name, node } = this.tree.locate(path, action, false);
      if (node?.type === "directory") throw notAFile(action);
      folder.children.set(name, {
        type: "symlink",
        target,
        mode: 0o777,
        uid: 0,
        gid: 0,
        modifiedAtMs: this.#nowMs(),
      });
    });
  }

  remove(path: string, options: RemoveOptions = {}): Promise<Result<void, CodedError>> {
    return this.#call("remove", { verb: "remove", subject: path }, options, (action) => {
      if (this.tree.find(path, false) === undefined) return;
      const { folder, name, node } = this.tree.locate(path, action, false);
      if (node === this.tree.root) throw new HostFault(rootRemoval(action));
      if (node?.type === "directory" && node.children.size > 0 && options.recursive !== true) {
        throw new HostFault(errnoError("ENOTEMPTY", action));
      }
      folder.children.delete(name);
    });
  }

  async #call<T>(
    call: FakeCallName,
    action: HostAction,
    options: Waiting,
    steps: (action: HostAction) => T,
  ): Promise<Result<T, CodedError>> {
    return await hostCall(action, options.signal, async () => {
      const failure = this.#intercept(call, action.subject);
      if (failure !== undefined) throw new HostFault(failure);
      hostPath(action.subject, action);
      return steps(action);
    });
  }

  /** Makes a folder with its parents, without any record. */
  makeFolders(path: string, action: HostAction = { verb: "make folder", subject: path }): void {
    let prefix = "";
    for (const name of path.split("/").filter((part) => part !== "")) {
      prefix += `/${name}`;
      const place = this.tree.locate(prefix, action, true);
      if (place.node === undefined) place.folder.children.set(place.name, this.#newFolder(0o755));
      else if (place.node.type !== "directory") throw new HostFault(errnoError("ENOTDIR", action));
    }
  }

  #newFolder(mode: number): FakeNode {
    return { type: "directory", children: new Map(), mode, uid: 0, gid: 0, modifiedAtMs: this.#nowMs() };
  }
}

function existing(node: FakeNode | undefined, action: HostAction): FakeNode {
  if (node === undefined) throw new HostFault(errnoError("ENOENT", action));
  return node;
}

function sizeOf(node: FakeNode): number {
  if (node.type === "file") return node.content.length;
  return node.type === "symlink" ? new TextEncoder().encode(node.target).length : 4_096;
}

function describeNode(node: FakeNode): string {
  const owner = `${node.type} ${node.mode.toString(8)} ${node.uid}:${node.gid}`;
  if (node.type === "file") return `${owner} ${new TextDecoder("latin1").decode(node.content)}`;
  return node.type === "symlink" ? `${owner} ${node.target}` : owner;
}
