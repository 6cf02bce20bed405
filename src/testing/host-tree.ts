import { assert } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import { sha256 } from "../base/json.ts";
import type { Result } from "../base/result.ts";
import type { FileStat, Host } from "../operation/host.ts";

/** Everything below a folder: path → type, mode, owner and content, for comparing a host before and after. */
export type HostTree = ReadonlyMap<string, string>;

/** Reads the tree below a folder through the host port; empty when the folder does not exist. */
export async function readHostTree(host: Host, folder: string): Promise<HostTree> {
  const tree = new Map<string, string>();
  const waiting = [folder];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const stat = valueOf(await host.stat(path));
    if (stat === undefined) continue;
    tree.set(path, await describe(host, path, stat));
    if (stat.type !== "directory") continue;
    for (const name of valueOf(await host.list(path))) waiting.push(`${path}/${name}`);
  }
  return new Map([...tree].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The paths at which two trees differ, with both sides, as lines for a message; empty text when they are equal. */
export function treeDifferences(before: HostTree, after: HostTree): string {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `${path}: ${before.get(path) ?? "nothing"} → ${after.get(path) ?? "nothing"}`)
    .join("\n");
}

async function describe(host: Host, path: string, stat: FileStat): Promise<string> {
  const owned = `${stat.type} ${stat.mode.toString(8).padStart(4, "0")} ${stat.uid}:${stat.gid}`;
  switch (stat.type) {
    case "file":
      return `${owned} ${sha256(valueOf(await host.readFile(path)))}`;
    case "symlink":
      return `symlink ${stat.uid}:${stat.gid} ${valueOf(await host.readlink(path))}`;
    case "directory":
    case "other":
      return owned;
  }
}

function valueOf<T>(result: Result<T, CodedError>): T {
  assert(result.ok, "Cannot read the tree of a host");
  return result.value;
}
