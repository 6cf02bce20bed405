import assert from "node:assert/strict";
import type { Host } from "../../operation/host.ts";
import type { HostTree } from "../../testing/host-tree.ts";

/** Prints type, mode, owner, target and hash of everything below the paths that exist. */
const DESCRIBE = `for path do shift; [ -e "$path" ] || [ -L "$path" ] && set -- "$@" "$path"; done
[ $# -eq 0 ] || find "$@" \\( -type d -printf '%p|directory %m %U:%G\\n' -o -printf '%p|%y %m %U:%G %l\\n' \\) -type f -exec sha256sum -- {} +`;

export interface WatchedState {
  /** Files and folders, with everything in them. */
  readonly paths?: readonly string[];
  /** Commands whose output is state. */
  readonly commands?: readonly (readonly string[])[];
  /** Paths that do not count, such as the backups tools make. */
  readonly isIgnored?: (path: string) => boolean;
}

/** State of a host, read in a few calls, for comparing before and after. */
export async function watchedTree(host: Host, watched: WatchedState): Promise<HostTree> {
  const tree = new Map<string, string>();
  const described = await host.exec(["sh", "-c", DESCRIBE, "sh", ...(watched.paths ?? [])], {
    outputBytesMax: 64 << 20,
  });
  assert.ok(described.ok, "The tree of a host can be read");
  for (const line of described.value.stdout.split("\n")) {
    const hash = /^([0-9a-f]{64}) {2}(.*)$/.exec(line);
    const [path = "", text = ""] = hash === null ? line.split("|", 2) : [hash[2], hash[1]];
    if (path === "" || watched.isIgnored?.(path) === true) continue;
    tree.set(path, `${tree.get(path) ?? ""}${text}`);
  }
  for (const argv of watched.commands ?? []) {
    const ran = await host.exec(argv);
    assert.ok(ran.ok, `${argv.join(" ")} runs`);
    tree.set(argv.join(" "), `${ran.value.exitCode} ${ran.value.stdout}`);
  }
  return tree;
}
