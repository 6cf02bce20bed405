import { z } from "zod";
import { ok } from "../../base/result.ts";
import { archiveExtract, type ArchiveExtractParams } from "../../operation/catalog/archive.ts";
import type { FileStat } from "../../operation/host.ts";
import type { Change } from "../../operation/outcome.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { capturePaths, restorePaths } from "../file/snapshot.ts";
import { runTool, toolFailure, tryTool, type ToolRun } from "../tool.ts";
import { archiveDefect, parseTarList, parseZipList, type ArchiveEntry } from "./archive-entries.ts";
import { archiveRecordPath, readArchiveRecord, treeHash, writeArchiveRecord } from "./archive-record.ts";

type ExtractResult = ResultDataOf<typeof archiveExtract>;

interface ExtractObserved {
  readonly sha256: string;
  readonly entries: readonly ArchiveEntry[];
  readonly stat: FileStat | undefined;
  readonly isAsWanted: boolean;
  /** What an attempt that was cut short left beside the folder. */
  readonly leftovers: readonly string[];
}

/** Bytes of the listing of an archive: some hundred thousand entries. */
const LISTING_BYTES_MAX = 64 * 1024 * 1024;
const undoSchema = z.strictObject({ version: z.literal(1), path: z.string(), files: z.json() });

function isZip({ archive }: ArchiveExtractParams): boolean {
  return archive.endsWith(".zip");
}

function actionFor({ archive }: ArchiveExtractParams): string {
  return `unpack ${quoted(archive)}`;
}

/** What decides, besides the archive, how the folder looks afterwards. */
function settingsOf({ stripComponents, owner, group }: ArchiveExtractParams): string {
  return JSON.stringify([stripComponents, owner ?? null, group ?? null]);
}

async function inspect(params: ArchiveExtractParams, context: ProviderContext): ProviderResult<ExtractObserved> {
  const hash = await hashOf(params, context);
  if (!hash.ok) return hash;
  const entries = await listEntries(params, context);
  if (!entries.ok) return entries;
  const defect = archiveDefect(entries.value, params);
  if (defect !== undefined) {
    return failed("DRV_ARCHIVE_UNSAFE", `Cannot ${actionFor(params)}: ${defect}`, {
      hint: "Do not trust this archive; nothing was unpacked",
    });
  }
  const stat = await context.host.stat(params.path, { signal: context.signal });
  if (!stat.ok) return failedWith(stat.error);
  if (stat.value !== undefined && stat.value.type !== "directory") {
    return failed("DRV_FILE_TYPE_CONFLICT", `Cannot ${actionFor(params)}: ${quoted(params.path)} is not a folder`, {
      hint: "Move it away, or name another path",
    });
  }
  const isAsWanted = stat.value === undefined ? ok(false) : await isUnpacked(params, hash.value, context);
  if (!isAsWanted.ok) return isAsWanted;
  const leftovers = await findLeftovers(params, context);
  if (!leftovers.ok) return leftovers;
  return ok({
    sha256: hash.value,
    entries: entries.value,
    stat: stat.value,
    isAsWanted: isAsWanted.value,
    leftovers: leftovers.value,
  });
}

async function findLeftovers(
  { path }: ArchiveExtractParams,
  { host, signal }: ProviderContext,
): ProviderResult<readonly string[]> {
  const found: string[] = [];
  for (const place of Object.values(placesBeside(path))) {
    const stat = await host.stat(place, { signal });
    if (!stat.ok) return failedWith(stat.error);
    if (stat.value !== undefined) found.push(place);
  }
  return ok(found);
}

async function hashOf(params: ArchiveExtractParams, context: ProviderContext): ProviderResult<string> {
  const stat = await context.host.stat(params.archive, { signal: context.signal });
  if (!stat.ok) return failedWith(stat.error);
  if (stat.value === undefined) {
    return failed("DRV_HOST_FILE_NOT_FOUND", `Cannot ${actionFor(params)}: there is no such file`, {
      hint: "Bring the archive to the host in an earlier task",
    });
  }
  const summed = await runTool({ argv: ["sha256sum", "--", params.archive], action: actionFor(params) }, context);
  if (!summed.ok) return summed;
  const hash = /^\\?([0-9a-f]{64})/.exec(summed.value.stdout)?.[1] ?? "";
  if (params.sha256 === undefined || params.sha256 === hash) return ok(hash);
  return failed("DRV_ARCHIVE_INVALID", `Cannot ${actionFor(params)}: its hash is ${hash}, expected ${params.sha256}`, {
    hint: "Fetch the archive again, or correct sha256",
  });
}

async function listEntries(params: ArchiveExtractParams, context: ProviderContext) {
  const argv = isZip(params)
    ? ["unzip", "-Z", params.archive]
    : ["tar", "--list", "--verbose", "--numeric-owner", "--quoting-style=escape", "--file", params.archive];
  const run: ToolRun = { argv, action: actionFor(params), outputBytesMax: LISTING_BYTES_MAX };
  const listed = await tryTool(run, context);
  if (!listed.ok) return listed;
  if (listed.value.exitCode !== 0) return toolFailure(run, listed.value, { code: "DRV_ARCHIVE_INVALID" });
  if (listed.value.droppedBytes > 0) {
    return failed("DRV_ARCHIVE_UNSAFE", `Cannot ${actionFor(params)}: it holds too many entries`);
  }
  return ok(isZip(params) ? parseZipList(listed.value.stdout) : parseTarList(listed.value.stdout));
}

async function isUnpacked(
  params: ArchiveExtractParams,
  hash: string,
  context: ProviderContext,
): ProviderResult<boolean> {
  const record = await readArchiveRecord(params.path, context);
  if (!record.ok) return record;
  if (record.value?.archiveSha256 !== hash || record.value.settings !== settingsOf(params)) return ok(false);
  const tree = await treeHash(params.path, context);
  return tree.ok ? ok(tree.value === record.value.tree) : tree;
}

function diff({ isAsWanted, stat, sha256: hash, leftovers }: ExtractObserved): readonly Change[] {
  if (isAsWanted) return leftovers.map((path) => ({ property: `leftover ${path}`, before: "present", after: null }));
  return [{ property: "content", before: stat === undefined ? null : "other", after: hash }];
}

function result({ sha256: hash, entries }: ExtractObserved, { path }: ArchiveExtractParams): ExtractResult {
  return { path, sha256: hash, entryCount: entries.length };
}

function placesBeside(path: string) {
  return { fresh: `${path}.drover-new`, former: `${path}.drover-old` };
}

async function apply(
  params: ArchiveExtractParams,
  observed: ExtractObserved,
  context: ProviderContext,
): ProviderResult<ExtractResult> {
  const { host, signal } = context;
  const { fresh, former } = placesBeside(params.path);
  const cleared = await removeAll([fresh, former], context);
  if (!cleared.ok) return cleared;
  if (observed.isAsWanted) return ok(result(observed, params));
  const unpacked = await unpack(params, fresh, context);
  if (!unpacked.ok) {
    await removeAll([fresh], context);
    return unpacked;
  }
  const tree = await treeHash(fresh, context);
  if (!tree.ok) return tree;
  const { path } = params;
  const recorded = await writeArchiveRecord(
    {
      version: 1,
      path,
      archiveSha256: observed.sha256,
      settings: settingsOf(params),
      tree: tree.value,
      entryCount: observed.entries.length,
    },
    context,
  );
  if (!recorded.ok) return recorded;
  if (observed.stat !== undefined) {
    const moved = await host.rename(path, former, { signal });
    if (!moved.ok) return failedWith(moved.error, { changed: true });
  }
  const placed = await host.rename(fresh, path, { signal });
  if (!placed.ok) return failedWith(placed.error, { changed: true });
  const removed = await removeAll([former], context);
  return removed.ok ? ok(result(observed, params)) : removed;
}

async function unpack(params: ArchiveExtractParams, folder: string, context: ProviderContext): ProviderResult<void> {
  const { archive, stripComponents, owner, group } = params;
  const action = actionFor(params);
  const made = await context.host.mkdir(folder, { signal: context.signal });
  if (!made.ok) return failedWith(made.error);
  const argv = isZip(params)
    ? ["unzip", "-q", "-o", archive, "-d", folder]
    : [
        "tar",
        "--extract",
        "--no-same-owner",
        "--strip-components",
        String(stripComponents),
        "--directory",
        folder,
        "--file",
        archive,
      ];
  const ran = await runTool({ argv, action, isChanging: true }, context);
  if (!ran.ok) return ran;
  if (owner === undefined && group === undefined) return ok(undefined);
  const wanted = `${owner ?? ""}${group === undefined ? "" : `:${group}`}`;
  const owned = await runTool({ argv: ["chown", "-R", "-h", wanted, "--", folder], action, isChanging: true }, context);
  return owned.ok ? ok(undefined) : owned;
}

async function removeAll(paths: readonly string[], { host, signal }: ProviderContext): ProviderResult<void> {
  for (const path of paths) {
    const removed = await host.remove(path, { signal, recursive: true });
    if (!removed.ok) return failedWith(removed.error, { changed: true });
  }
  return ok(undefined);
}

async function capture(params: ArchiveExtractParams, _observed: ExtractObserved, context: ProviderContext) {
  const paths = [params.path, archiveRecordPath(params.path, context)];
  const files = await capturePaths(paths, context, { isRecursive: true });
  return files.ok
    ? ok({ facts: { version: 1, path: params.path, files: files.value.facts }, blobs: files.value.blobs })
    : files;
}

async function undo(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = undoSchema.safeParse(preImage.facts);
  if (!facts.success) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was saved is not in the expected form");
  }
  const { path, files } = facts.data;
  const { fresh, former } = placesBeside(path);
  const removed = await removeAll([path, fresh, former], context);
  return removed.ok ? await restorePaths({ facts: files, blobs: preImage.blobs }, context) : removed;
}

/** Makes the content of an archive stand in a folder. */
export const archiveExtractProvider: WriteProvider<ArchiveExtractParams, ExtractResult, ExtractObserved> = {
  kind: "write",
  spec: archiveExtract,
  inspect,
  diff,
  unchangedResult: result,
  capture,
  apply,
  undo,
};
