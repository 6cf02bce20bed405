import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";

/** What a folder holds, as one number to compare: names, types, modes, owners and contents of everything in it. */
export interface Snapshot {
  readonly count: number;
  readonly digest: string;
}

export function snapshotOf(folder: string, { except }: { readonly except: readonly string[] }): Snapshot {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => !except.some((excluded) => path === excluded || path.startsWith(`${excluded}/`)))
    .toSorted();
  const hash = createHash("sha256");
  for (const path of entries) {
    const { mode, uid, gid } = lstatSync(path);
    hash.update(JSON.stringify([relative(folder, path), mode, uid, gid, contentOf(path)]));
  }
  return { count: entries.length, digest: hash.digest("hex") };
}

function contentOf(path: string): string {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return readlinkSync(path);
  return stat.isFile() ? readFileSync(path, "base64") : "";
}
