import { ok } from "../../base/result.ts";
import { fileUndeploy, type FileUndeployParams } from "../../operation/catalog/file.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failedWith } from "../failure.ts";
import { recordPath, removeRecord } from "./deploy-record.ts";
import { observePath, typeConflict, type PathState } from "./path-state.ts";
import { capturePaths, restorePaths } from "./snapshot.ts";

type UndeployResult = ResultDataOf<typeof fileUndeploy>;

async function inspect(params: FileUndeployParams, context: ProviderContext): ProviderResult<PathState> {
  const state = await observePath(params.path, context);
  if (!state.ok) return state;
  return typeConflict(state.value, ["file", "symlink"], "undeploy") ?? state;
}

function diff({ stat }: PathState): readonly Change[] {
  return stat === undefined ? [] : [{ property: "existence", before: stat.type, after: "absent" }];
}

function result({ path }: PathState): UndeployResult {
  return { path };
}

function capture(_params: FileUndeployParams, { path }: PathState, context: ProviderContext) {
  return capturePaths([path, recordPath(path, context)], context);
}

async function apply(
  _params: FileUndeployParams,
  observed: PathState,
  context: ProviderContext,
): ProviderResult<UndeployResult> {
  const removed = await context.host.remove(observed.path, { signal: context.signal });
  if (!removed.ok) return failedWith(removed.error);
  const forgotten = await removeRecord(observed.path, context);
  return forgotten.ok ? ok(result(observed)) : forgotten;
}

/** Removes a file and the record that it was deployed. */
export const fileUndeployProvider: WriteProvider<FileUndeployParams, UndeployResult, PathState> = {
  kind: "write",
  spec: fileUndeploy,
  inspect,
  diff,
  unchangedResult: result,
  capture,
  apply,
  undo: restorePaths,
};
