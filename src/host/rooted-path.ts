import { lstat, readlink } from "node:fs/promises";
import { errnoError, errnoOf, HostFault, type HostAction } from "./host-error.ts";

/** Symbolic links followed for one path, as in the Linux kernel. */
const SYMLINKS_MAX = 40;

export interface RootedPathOptions {
  /** Real folder that plays the root of the host. */
  readonly root: string;
  /** Whether a symlink at the very end is followed as well. */
  readonly followsLast: boolean;
}

/**
 * Finds the real path for a path of a host whose root is a folder of this machine, one component at a time, as
 * `chroot` would: `..` stops at the root, absolute symlinks start there again, nothing leads out.
 *
 * This shields from paths and symlinks, not from somebody who exchanges folders for symlinks at the same moment.
 * Components that do not exist are appended as they are; a `..` after one is "does not exist", as in the kernel.
 */
export async function resolveUnderRoot(path: string, action: HostAction, options: RootedPathOptions): Promise<string> {
  const waiting = components(path).reverse();
  const resolved: string[] = [];
  let symlinkCount = 0;
  let isMissing = false;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === "..") {
      if (isMissing) throw new HostFault(errnoError("ENOENT", action));
      resolved.pop();
      continue;
    }
    const target = isMissing ? undefined : await linkTarget([options.root, ...resolved, name].join("/"), action);
    if (target === "missing") isMissing = true;
    if (target === undefined || target === "missing" || (waiting.length === 0 && !options.followsLast)) {
      resolved.push(name);
      continue;
    }
    if (++symlinkCount > SYMLINKS_MAX) throw new HostFault(errnoError("ELOOP", action));
    if (target.link.startsWith("/")) resolved.length = 0;
    waiting.push(...components(target.link).reverse());
  }
  return [options.root === "/" ? "" : options.root, ...resolved].join("/") || "/";
}

function components(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** Where a symlink leads; `undefined` for anything else that exists. */
async function linkTarget(path: string, action: HostAction): Promise<{ link: string } | "missing" | undefined> {
  try {
    const found = await lstat(path);
    return found.isSymbolicLink() ? { link: await readlink(path) } : undefined;
  } catch (thrown) {
    const errorNumber = errnoOf(thrown);
    if (errorNumber === "ENOENT" || errorNumber === "ENOTDIR") return "missing";
    if (errorNumber === undefined) throw thrown;
    throw new HostFault(errnoError(errorNumber, action));
  }
}
