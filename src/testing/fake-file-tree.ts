import { errnoError, HostFault, type HostAction } from "../host/host-error.ts";

/** Something in a {@link FakeFileTree}. */
export type FakeNode = FakeFile | FakeFolder | FakeSymlink;

interface FakeNodeBase {
  mode: number;
  uid: number;
  gid: number;
  modifiedAtMs: number;
}

export interface FakeFile extends FakeNodeBase {
  readonly type: "file";
  readonly content: Uint8Array;
}

export interface FakeFolder extends FakeNodeBase {
  readonly type: "directory";
  readonly children: Map<string, FakeNode>;
}

export interface FakeSymlink extends FakeNodeBase {
  readonly type: "symlink";
  readonly target: string;
}

/** Where a path leads: the folder it is in, its name there, and what stands there now. */
export interface FakePlace {
  readonly folder: FakeFolder;
  readonly name: string;
  readonly node: FakeNode | undefined;
}

const SYMLINKS_MAX = 40;

/** Files, folders and symlinks in memory with POSIX path resolution. Failures are thrown as host faults. */
export class FakeFileTree {
  readonly root: FakeFolder = { type: "directory", children: new Map(), mode: 0o755, uid: 0, gid: 0, modifiedAtMs: 0 };

  /** Finds the place of `path`, whose parent must exist. */
  locate(path: string, action: HostAction, followsLast: boolean): FakePlace {
    const waiting = names(path).reverse();
    const trail: FakeFolder[] = [this.root];
    let symlinkCount = 0;
    let place: FakePlace = { folder: this.root, name: "", node: this.root };
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (name === "..") {
        if (trail.length > 1) trail.pop();
        const folder = trail.at(-1) ?? this.root;
        place = { folder, name: "", node: folder };
        continue;
      }
      const folder = trail.at(-1) ?? this.root;
      const node = folder.children.get(name);
      place = { folder, name, node };
      const isLast = waiting.length === 0;
      if (node?.type === "symlink" && (!isLast || followsLast)) {
        if (++symlinkCount > SYMLINKS_MAX) throw new HostFault(errnoError("ELOOP", action));
        if (node.target.startsWith("/")) trail.length = 1;
        waiting.push(...names(node.target).reverse());
      } else if (node?.type === "directory") {
        trail.push(node);
      } else if (!isLast) {
        throw new HostFault(errnoError(node === undefined ? "ENOENT" : "ENOTDIR", action));
      }
    }
    return place;
  }

  /** What is at `path`; a missing or unusable parent is "nothing". */
  find(path: string, followsLast: boolean): FakeNode | undefined {
    try {
      return this.locate(path, { verb: "find", subject: path }, followsLast).node;
    } catch (thrown) {
      if (thrown instanceof HostFault) return undefined;
      throw thrown;
    }
  }

  /** Every path with its node, sorted, the root left out. */
  *entries(): Generator<readonly [string, FakeNode]> {
    yield* walk("", this.root);
  }
}

function* walk(prefix: string, folder: FakeFolder): Generator<readonly [string, FakeNode]> {
  for (const [name, node] of [...folder.children].sort(([left], [right]) => (left < right ? -1 : 1))) {
    yield [`${prefix}/${name}`, node];
    if (node.type === "directory") yield* walk(`${prefix}/${name}`, node);
  }
}

function names(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
