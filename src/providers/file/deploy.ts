import { sha256 } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import { fileDeploy, type FileDeployParams } from "../../operation/catalog/file.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failedWith } from "../failure.ts";
import { contentChange } from "./content-change.ts";
import {
  makeStateFolder,
  readRecord,
  recordPath,
  removeRecord,
  writeRecord,
  type DeployRecord,
} from "./deploy-record.ts";
import { wantedContent } from "./deploy-content.ts";
import { applyOwnership, modeBits, ownershipChanges, ownershipOf } from "./ownership.ts";
import { makeParents, observePath, parentsMissing, typeConflict, type PathState } from "./path-state.ts";
import { capturePaths, isSameBytes, restorePaths } from "./snapshot.ts";

type DeployResult = ResultDataOf<typeof fileDeploy>;

interface DeployObserved extends PathState {
  /** Rendered content that is wanted. */
  readonly wanted: Uint8Array;
  readonly wantedSha256: string;
  /** Content of the regular file there; `undefined` when there is none or it is too large to read. */
  readonly content: Uint8Array | undefined;
  readonly record: DeployRecord | undefined;
  readonly recordPath: string;
  readonly backupPath: string | undefined;
}

/** Mode of a new secret file. */
const SECRET_MODE = "0600";

async function inspect(params: FileDeployParams, context: ProviderContext): ProviderResult<DeployObserved> {
  const wanted = await wantedContent(params, context);
  if (!wanted.ok) return wanted;
  const state = await observePath(params.path, context);
  if (!state.ok) return state;
  const problem =
    typeConflict(state.value, ["file", "symlink"], "deploy file") ?? parentsMissing(state.value, params.makeFolders);
  if (problem !== undefined) return problem;
  const content = await currentContent(state.value, context);
  if (!content.ok) return content;
  const record = await readRecord(params.path, context);
  if (!record.ok) return record;
  return ok({
    ...state.value,
    wanted: wanted.value,
    wantedSha256: sha256(wanted.value),
    content: content.value,
    record: record.value,
    recordPath: recordPath(params.path, context),
    backupPath: params.backup ? backupPath(params.path, content.value, context) : undefined,
  });
}

async function currentContent(
  { path, stat }: PathState,
  { host, signal }: ProviderContext,
): ProviderResult<Uint8Array | undefined> {
  if (stat?.type !== "file") return ok(undefined);
  const content = await host.readFile(path, { signal });
  if (content.ok) return content;
  return content.error.code === "DRV_HOST_FILE_TOO_LARGE" ? ok(undefined) : failedWith(content.error);
}

/** One backup per path and content: repeating a deployment does not pile them up. */
function backupPath(path: string, content: Uint8Array | undefined, context: ProviderContext): string | undefined {
  if (content === undefined) return undefined;
  return `${backupFolder(context)}/${sha256(path).slice(0, 16)}-${sha256(content).slice(0, 16)}`;
}

function backupFolder(context: ProviderContext): string {
  return `${context.host.stateFolder}/backups`;
}

function mustWrite(observed: DeployObserved): boolean {
  const { stat, content, wanted } = observed;
  return stat?.type !== "file" || content === undefined || !isSameBytes(content, wanted);
}

function diff(observed: DeployObserved, params: FileDeployParams): readonly Change[] {
  const { stat, content, wanted, path } = observed;
  const changes: Change[] = observed.missingFolders.map((folder) => ({ property: "folder", after: folder }));
  if (stat?.type === "symlink") changes.push({ property: "type", before: "symlink", after: "file" });
  if (mustWrite(observed)) {
    changes.push(contentChange({ path, before: content, after: wanted, isSecret: params.isSecret }));
  }
  if (stat?.type === "file") changes.push(...ownershipChanges(stat, params));
  return changes;
}

function result(observed: DeployObserved, params: FileDeployParams): DeployResult {
  const { path, wanted, wantedSha256, backupPath: backup } = observed;
  return {
    path,
    sizeBytes: wanted.byteLength,
    ...(params.isSecret ? {} : { sha256: wantedSha256 }),
    ...(backup === undefined || !mustWrite(observed) ? {} : { backupPath: backup }),
  };
}

function capture(_params: FileDeployParams, observed: DeployObserved, context: ProviderContext) {
  const { missingFolders, path, recordPath: record, backupPath: backup } = observed;
  return capturePaths([...missingFolders, path, record, ...(backup === undefined ? [] : [backup])], context);
}

async function apply(
  params: FileDeployParams,
  observed: DeployObserved,
  context: ProviderContext,
): ProviderResult<DeployResult> {
  const parents = await makeParents(observed, context);
  if (!parents.ok) return parents;
  const backup = await keepBackup(observed, context);
  if (!backup.ok) return backup;
  // The record goes first: when the process dies in between, the next deployment still sees a difference and repairs it.
  const recorded = await writeRecord(newRecord(params, observed), context);
  if (!recorded.ok) return recorded;
  const written = await writeContent(params, observed, context);
  if (written.ok) return ok(result(observed, params));
  await restoreRecord(observed, context);
  return written;
}

async function writeContent(
  params: FileDeployParams,
  observed: DeployObserved,
  context: ProviderContext,
): ProviderResult<void> {
  const { path, stat, wanted } = observed;
  const existing = stat?.type === "file" ? stat : undefined;
  if (existing !== undefined && !mustWrite(observed)) {
    return applyOwnership(path, existing, { wanted: params, context });
  }
  const mode = params.mode ?? (existing === undefined && params.isSecret ? SECRET_MODE : undefined);
  const written = await context.host.writeFile(path, wanted, {
    signal: context.signal,
    owner: ownershipOf(params, existing),
    ...(mode === undefined ? {} : { mode: modeBits(mode) }),
  });
  return written.ok ? ok(undefined) : failedWith(written.error, { changed: observed.missingFolders.length > 0 });
}

async function keepBackup(observed: DeployObserved, context: ProviderContext): ProviderResult<void> {
  const { backupPath: path, content } = observed;
  if (path === undefined || content === undefined || !mustWrite(observed)) return ok(undefined);
  const folder = await makeStateFolder(backupFolder(context), context);
  if (!folder.ok) return folder;
  const written = await context.host.writeFile(path, content, { signal: context.signal, mode: 0o600 });
  return written.ok ? ok(undefined) : failedWith(written.error);
}

function newRecord(params: FileDeployParams, observed: DeployObserved): DeployRecord {
  const { mode, owner, group, source } = params;
  return {
    version: 1,
    path: observed.path,
    sha256: observed.wantedSha256,
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(source === undefined ? {} : { source }),
  };
}

/** Best effort: the failure of the write is what people must hear about. */
async function restoreRecord(observed: DeployObserved, context: ProviderContext): Promise<void> {
  if (observed.record === undefined) await removeRecord(observed.path, context);
  else await writeRecord(observed.record, context);
}

/** Makes a file have exactly the given content, mode and owner. */
export const fileDeployProvider: WriteProvider<FileDeployParams, DeployResult, DeployObserved> = {
  kind: "write",
  spec: fileDeploy,
  inspect,
  diff,
  unchangedResult: result,
  capture,
  apply,
  undo: restorePaths,
};
