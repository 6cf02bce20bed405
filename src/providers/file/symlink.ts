import { must } from "../../base/assert.ts";
import { ok } from "../../base/result.ts";
import { fileSymlink, type FileSymlinkParams } from "../../operation/catalog/file.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failedWith } from "../failure.ts";
import { makeParents, observePath, parentsMissing, typeConflict, type PathState } from "./path-state.ts";
import { capturePaths, restorePaths } from "./snapshot.ts";

type SymlinkResult = ResultDataOf<typeof fileSymlink>;

interface SymlinkObserved extends PathState {
  /** Where the link points that stands there. */
  readonly target: string | undefined;
}

async function inspect(params: FileSymlinkParams, context: ProviderContext): ProviderResult<SymlinkObserved> {
  const state = await observePath(params.path, context);
  if (!state.ok) return state;
  const isPresent = params.state === "present";
  const problem =
    typeConflict(state.value, params.force && isPresent ? ["symlink", "file"] : ["symlink"], "link") ??
    (isPresent ? parentsMissing(state.value, params.makeFolders) : undefined);
  if (problem !== undefined) return problem;
  if (state.value.stat?.type !== "symlink") return ok({ ...state.value, target: undefined });
  const target = await context.host.readlink(params.path, { signal: context.signal });
  return target.ok ? ok({ ...state.value, target: target.value }) : failedWith(target.error);
}

function diff(observed: SymlinkObserved, params: FileSymlinkParams): readonly Change[] {
  const { stat, target, missingFolders } = observed;
  if (params.state === "absent") {
    return stat === undefined ? [] : [{ property: "existence", before: "symlink", after: "absent" }];
  }
  const wanted = wantedTarget(params);
  if (target === wanted) return [];
  return [
    ...missingFolders.map((folder) => ({ property: "folder", after: folder })),
    ...(stat?.type === "file" ? [{ property: "type", before: "file", after: "symlink" }] : []),
    { property: "target", before: target ?? null, after: wanted },
  ];
}

function wantedTarget(params: FileSymlinkParams): string {
  return must(params.target, "file.symlink has no target");
}

function result({ path }: SymlinkObserved, params: FileSymlinkParams): SymlinkResult {
  return params.state === "absent" ? { path } : { path, target: wantedTarget(params) };
}

function capture(params: FileSymlinkParams, observed: SymlinkObserved, context: ProviderContext) {
  const folders = params.state === "present" ? observed.missingFolders : [];
  return capturePaths([...folders, observed.path], context);
}

async function apply(
  params: FileSymlinkParams,
  observed: SymlinkObserved,
  context: ProviderContext,
): ProviderResult<SymlinkResult> {
  const { host, signal } = context;
  if (params.state === "absent") {
    const removed = await host.remove(observed.path, { signal });
    return removed.ok ? ok(result(observed, params)) : failedWith(removed.error);
  }
  const parents = await makeParents(observed, context);
  if (!parents.ok) return parents;
  const linked = await host.symlink(wantedTarget(params), observed.path, { signal });
  if (!linked.ok) return failedWith(linked.error, { changed: observed.missingFolders.length > 0 });
  return ok(result(observed, params));
}

/** Makes a symbolic link point to a target, or be absent. */
export const fileSymlinkProvider: WriteProvider<FileSymlinkParams, SymlinkResult, SymlinkObserved> = {
  kind: "write",
  spec: fileSymlink,
  inspect,
  diff,
  unchangedResult: result,
  capture,
  apply,
  undo: restorePaths,
};
