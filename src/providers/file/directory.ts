import { ok } from "../../base/result.ts";
import { fileDirectory, type FileDirectoryParams } from "../../operation/catalog/file.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { applyOwnership, modeBits, ownershipChanges, ownershipOf } from "./ownership.ts";
import { makeParents, observePath, parentsMissing, typeConflict, type PathState } from "./path-state.ts";
import { capturePaths, restorePaths } from "./snapshot.ts";

type DirectoryResult = ResultDataOf<typeof fileDirectory>;

const NEW_FOLDER_MODE = "0755";

async function inspect(params: FileDirectoryParams, context: ProviderContext): ProviderResult<PathState> {
  const state = await observePath(params.path, context);
  if (!state.ok) return state;
  const isPresent = params.state === "present";
  const conflict = typeConflict(state.value, ["directory"], isPresent ? "make folder" : "remove folder");
  if (conflict !== undefined) return conflict;
  if (isPresent) return parentsMissing(state.value, params.makeFolders) ?? state;
  return (await refuseFilled(state.value, params, context)) ?? state;
}

async function refuseFilled({ path, stat }: PathState, params: FileDirectoryParams, context: ProviderContext) {
  if (stat === undefined || params.recursive) return undefined;
  const names = await context.host.list(path, { signal: context.signal });
  if (!names.ok) return failedWith(names.error);
  if (names.value.length === 0) return undefined;
  const [first = ""] = names.value;
  return failed(
    "DRV_HOST_FOLDER_NOT_EMPTY",
    `Cannot remove folder ${quoted(path)}: it holds ${names.value.length} entries, among them ${quoted(first)}`,
    { hint: "Set recursive to remove what is inside" },
  );
}

function diff(observed: PathState, params: FileDirectoryParams): readonly Change[] {
  const { stat, missingFolders } = observed;
  if (params.state === "absent") {
    return stat === undefined ? [] : [{ property: "existence", before: "directory", after: "absent" }];
  }
  if (stat !== undefined) return ownershipChanges(stat, params);
  return [
    ...missingFolders.map((folder) => ({ property: "folder", after: folder })),
    { property: "existence", before: "absent", after: "directory" },
  ];
}

function result({ path }: PathState): DirectoryResult {
  return { path };
}

function capture(params: FileDirectoryParams, observed: PathState, context: ProviderContext) {
  const paths = params.state === "present" ? [...observed.missingFolders, observed.path] : [observed.path];
  return capturePaths(paths, context, { isRecursive: params.state === "absent" });
}

async function apply(
  params: FileDirectoryParams,
  observed: PathState,
  context: ProviderContext,
): ProviderResult<DirectoryResult> {
  const done = params.state === "present" ? await ensure(params, observed, context) : await erase(params, context);
  return done.ok ? ok(result(observed)) : done;
}

async function ensure(
  params: FileDirectoryParams,
  observed: PathState,
  context: ProviderContext,
): ProviderResult<void> {
  const { path, stat } = observed;
  if (stat !== undefined) return applyOwnership(path, stat, { wanted: params, context });
  const parents = await makeParents(observed, context);
  if (!parents.ok) return parents;
  const { host, signal } = context;
  const mode = modeBits(params.mode ?? NEW_FOLDER_MODE);
  const made = await host.mkdir(path, { signal, mode });
  if (!made.ok) return failedWith(made.error, { changed: observed.missingFolders.length > 0 });
  if (params.owner === undefined && params.group === undefined) return ok(undefined);
  const owned = await host.chown(path, ownershipOf(params), { signal });
  return owned.ok ? ok(undefined) : failedWith(owned.error, { changed: true });
}

async function erase(params: FileDirectoryParams, { host, signal }: ProviderContext): ProviderResult<void> {
  const removed = await host.remove(params.path, { signal, recursive: params.recursive });
  return removed.ok ? ok(undefined) : failedWith(removed.error, { changed: params.recursive });
}

/** Makes a folder exist with mode and owner, or be absent. */
export const fileDirectoryProvider: WriteProvider<FileDirectoryParams, DirectoryResult, PathState> = {
  kind: "write",
  spec: fileDirectory,
  inspect,
  diff,
  unchangedResult: result,
  capture,
  apply,
  undo: restorePaths,
};
