import type { Err } from "../../base/result.ts";
import { ok } from "../../base/result.ts";
import type { FileStat } from "../../operation/host.ts";
import type { ProviderContext, ProviderError, ProviderResult } from "../../operation/provider.ts";
import { failed, failedWith, quoted } from "../failure.ts";

/** What stands at a path and above it. */
export interface PathState {
  readonly path: string;
  /** Without following a final symbolic link; `undefined` when nothing is there. */
  readonly stat: FileStat | undefined;
  /** Folders above the path that do not exist, outermost first. */
  readonly missingFolders: readonly string[];
}

/** Looks at a path and the folders above it in one round trip. */
export async function observePath(path: string, context: ProviderContext): ProviderResult<PathState> {
  const folders = foldersAbove(path);
  const calls = [...folders, path].map((each) => ({ call: "stat" as const, path: each }));
  const answers = await context.host.batch(calls, { signal: context.signal });
  const stats: (FileStat | undefined)[] = [];
  for (const answer of answers) {
    if (!answer.ok) return failedWith(answer.error);
    stats.push(answer.value.call === "stat" ? answer.value.stat : undefined);
  }
  const missingFolders = folders.filter((_, index) => stats[index] === undefined);
  return ok({ path, stat: stats.at(-1), missingFolders });
}

/** `/a/b/c` → `/a`, `/a/b`. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

/** Fails when something else than `wanted` stands at the path; nothing there is fine. */
export function typeConflict(
  state: PathState,
  wanted: readonly FileStat["type"][],
  action: string,
): Err<ProviderError> | undefined {
  if (state.stat === undefined || wanted.includes(state.stat.type)) return undefined;
  return failed(
    "DRV_FILE_TYPE_CONFLICT",
    `Cannot ${action} ${quoted(state.path)}: there is ${typeWord(state.stat.type)}, expected ${wanted.map(typeWord).join(" or ")}`,
    { hint: "Move it away, or name another path" },
  );
}

/** Fails when folders above the path are missing and may not be made. */
export function parentsMissing(state: PathState, mayMakeFolders: boolean): Err<ProviderError> | undefined {
  const outermost = state.missingFolders[0];
  if (mayMakeFolders || outermost === undefined) return undefined;
  return failed(
    "DRV_FILE_PARENT_MISSING",
    `Cannot write ${quoted(state.path)}: folder ${quoted(outermost)} is missing`,
    {
      hint: "Create it in an earlier task, or set makeFolders",
    },
  );
}

/** Makes the missing folders above a path, outermost first. */
export async function makeParents(state: PathState, context: ProviderContext): ProviderResult<void> {
  for (const folder of state.missingFolders) {
    const made = await context.host.mkdir(folder, { signal: context.signal });
    if (!made.ok) return failedWith(made.error, { changed: folder !== state.missingFolders[0] });
  }
  return ok(undefined);
}

function typeWord(type: FileStat["type"]): string {
  switch (type) {
    case "file":
      return "a file";
    case "directory":
      return "a folder";
    case "symlink":
      return "a symbolic link";
    case "other":
      return "a device, socket or pipe";
  }
}
