import { z } from "zod";
import { ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failedWith } from "../failure.ts";
import { isSameBytes } from "../file/snapshot.ts";
import { listFolder } from "../managed-files.ts";

const SKELETON = "/etc/skel";

/** Folders and files that making a user may have made and that were not there before. */
export const newPathsSchema = z.array(z.string());

/** Those of the paths that do not exist. */
export async function absentPaths(paths: readonly string[], context: ProviderContext): ProviderResult<string[]> {
  const absent: string[] = [];
  for (const path of paths) {
    const stat = await context.host.stat(path, { signal: context.signal });
    if (!stat.ok) return failedWith(stat.error);
    if (stat.value === undefined) absent.push(path);
  }
  return ok(absent);
}

/** Removes the home folder or mail box of a new user, unless somebody has put something there. */
export async function removeUnused(path: string, context: ProviderContext): ProviderResult<void> {
  const { host, signal } = context;
  const stat = await host.stat(path, { signal });
  if (!stat.ok) return failedWith(stat.error);
  if (stat.value === undefined) return ok(undefined);
  if (stat.value.type === "file" && stat.value.sizeBytes > 0) return ok(undefined);
  if (stat.value.type === "directory") {
    const emptied = await removeSkeleton(path, context);
    if (!emptied.ok) return emptied;
  }
  const removed = await host.remove(path, { signal });
  return removed.ok || removed.error.code === "DRV_HOST_FOLDER_NOT_EMPTY" ? ok(undefined) : failedWith(removed.error);
}

async function removeSkeleton(home: string, context: ProviderContext): ProviderResult<void> {
  const { host, signal } = context;
  const names = await listFolder(SKELETON, context);
  if (!names.ok) return names;
  for (const name of names.value) {
    const original = await host.readFile(`${SKELETON}/${name}`, { signal });
    const copy = await host.readFile(`${home}/${name}`, { signal });
    if (!original.ok || !copy.ok || !isSameBytes(original.value, copy.value)) continue;
    const removed = await host.remove(`${home}/${name}`, { signal });
    if (!removed.ok) return failedWith(removed.error);
  }
  return ok(undefined);
}
