import { z } from "zod";
import { PRE_IMAGE_BYTES_MAX } from "../../base/limits.ts";
import { ok } from "../../base/result.ts";
import type { FileStat } from "../../operation/host.ts";
import type { PreImage, ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failed, failedWith, quoted } from "../failure.ts";

/** Paths one pre-image may hold: a folder with more is not something to undo in one step. */
const PATHS_MAX = 10_000;

const owned = { path: z.string(), mode: z.int(), uid: z.int(), gid: z.int() };
const entrySchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("absent"), path: z.string() }),
  z.strictObject({ type: z.literal("file"), ...owned, blob: z.int() }),
  z.strictObject({ type: z.literal("directory"), ...owned }),
  z.strictObject({ type: z.literal("symlink"), ...owned, target: z.string() }),
]);
const factsSchema = z.strictObject({ version: z.literal(1), entries: z.array(entrySchema) });

type Entry = z.output<typeof entrySchema>;
type PresentEntry = Exclude<Entry, { type: "absent" }>;

interface Capture {
  readonly context: ProviderContext;
  readonly entries: Entry[];
  readonly blobs: Uint8Array[];
  bytesLeft: number;
}

/**
 * Saves what stands at the paths, so that {@link restorePaths} can bring it back exactly: type, content, mode, owner,
 * or absence. Folders are saved without what is inside, unless `isRecursive`. Paths that do not exist yet must come
 * outermost first. More than 16 MiB or 10,000 paths: `DRV_PROVIDER_PRE_IMAGE_TOO_LARGE`.
 */
export async function capturePaths(
  paths: readonly string[],
  context: ProviderContext,
  options: { readonly isRecursive?: boolean } = {},
): ProviderResult<PreImage> {
  const capture: Capture = { context, entries: [], blobs: [], bytesLeft: PRE_IMAGE_BYTES_MAX };
  const waiting = [...paths].reverse();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (capture.entries.length >= PATHS_MAX) return tooLarge(path, `more than ${PATHS_MAX} paths`);
    const saved = await captureOne(path, capture);
    if (!saved.ok) return saved;
    if (options.isRecursive === true && saved.value.type === "directory") {
      const names = await context.host.list(path, { signal: context.signal });
      if (!names.ok) return failedWith(names.error);
      for (const name of names.value.toReversed()) waiting.push(`${path}/${name}`);
    }
  }
  return ok({ facts: { version: 1, entries: capture.entries }, blobs: capture.blobs });
}

async function captureOne(path: string, capture: Capture): ProviderResult<Entry> {
  const { host, signal } = capture.context;
  const found = await host.stat(path, { signal });
  if (!found.ok) return failedWith(found.error);
  const entry = await entryOf(path, found.value, capture);
  if (entry.ok) capture.entries.push(entry.value);
  return entry;
}

async function entryOf(path: string, stat: FileStat | undefined, capture: Capture): ProviderResult<Entry> {
  if (stat === undefined) return ok({ type: "absent", path });
  const { host, signal } = capture.context;
  const { mode, uid, gid } = stat;
  switch (stat.type) {
    case "directory":
      return ok({ type: "directory", path, mode, uid, gid });
    case "symlink": {
      const target = await host.readlink(path, { signal });
      return target.ok ? ok({ type: "symlink", path, mode, uid, gid, target: target.value }) : failedWith(target.error);
    }
    case "file": {
      if (stat.sizeBytes > capture.bytesLeft) return tooLarge(path, `more than ${PRE_IMAGE_BYTES_MAX} bytes`);
      const content = await host.readFile(path, { signal, bytesMax: capture.bytesLeft });
      if (!content.ok) return failedWith(content.error);
      capture.bytesLeft -= content.value.byteLength;
      capture.blobs.push(content.value);
      return ok({ type: "file", path, mode, uid, gid, blob: capture.blobs.length - 1 });
    }
    case "other":
      return failed("DRV_FILE_TYPE_CONFLICT", `Cannot save ${quoted(path)} for undo: it is a device, socket or pipe`, {
        hint: "Move it away, or name another path",
      });
  }
}

function tooLarge(path: string, amount: string) {
  return failed("DRV_PROVIDER_PRE_IMAGE_TOO_LARGE", `Cannot save ${quoted(path)} for undo: it would be ${amount}`, {
    hint: "Make a backup of your own and allow the task to be irreversible",
  });
}

/**
 * Brings back what {@link capturePaths} saved. What did not exist is removed, folders only when nothing else has been
 * put there since. What is as it was is not touched, so doing it twice is harmless.
 */
export async function restorePaths(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = factsSchema.safeParse(preImage.facts);
  if (!facts.success) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was saved is not in the expected form");
  }
  const { entries } = facts.data;
  for (const entry of entries) {
    if (entry.type === "absent") continue;
    const restored = await restoreOne(entry, preImage, context);
    if (!restored.ok) return restored;
  }
  for (const entry of entries.toReversed()) {
    if (entry.type !== "absent") continue;
    const removed = await removeNew(entry.path, context);
    if (!removed.ok) return removed;
  }
  return ok(undefined);
}

async function removeNew(path: string, { host, signal }: ProviderContext): ProviderResult<void> {
  const removed = await host.remove(path, { signal });
  if (removed.ok || removed.error.code === "DRV_HOST_FOLDER_NOT_EMPTY") return ok(undefined);
  return failedWith(removed.error);
}

async function restoreOne(entry: PresentEntry, preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const { host, signal } = context;
  const found = await host.stat(entry.path, { signal });
  if (!found.ok) return failedWith(found.error);
  const current = found.value?.type === entry.type ? found.value : undefined;
  if (found.value !== undefined && current === undefined && entry.type !== "file") {
    const removed = await host.remove(entry.path, { signal });
    if (!removed.ok) return failedWith(removed.error);
  }
  switch (entry.type) {
    case "file":
      return restoreFile(entry, { current, replaced: found.value, content: preImage.blobs[entry.blob] }, context);
    case "symlink":
      return restoreSymlink(entry, current, context);
    case "directory":
      return restoreDirectory(entry, current, context);
  }
}

async function restoreFile(
  entry: Extract<Entry, { type: "file" }>,
  known: {
    readonly current: FileStat | undefined;
    readonly replaced: FileStat | undefined;
    readonly content: Uint8Array | undefined;
  },
  context: ProviderContext,
): ProviderResult<void> {
  const { host, signal } = context;
  const { current, replaced, content } = known;
  if (content === undefined) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", `Cannot undo ${quoted(entry.path)}: its saved content is missing`);
  }
  if (current !== undefined && current.sizeBytes === content.byteLength) {
    const bytes = await host.readFile(entry.path, { signal });
    if (!bytes.ok) return failedWith(bytes.error);
    if (isSameBytes(bytes.value, content)) return restoreOwnership(entry, current, context);
  }
  if (replaced?.type === "directory") {
    const removed = await host.remove(entry.path, { signal });
    if (!removed.ok) return failedWith(removed.error);
  }
  const owner = { user: entry.uid, group: entry.gid };
  const written = await host.writeFile(entry.path, content, { signal, mode: entry.mode, owner });
  return written.ok ? ok(undefined) : failedWith(written.error);
}

async function restoreSymlink(
  entry: Extract<Entry, { type: "symlink" }>,
  current: FileStat | undefined,
  context: ProviderContext,
): ProviderResult<void> {
  const { host, signal } = context;
  const target = current === undefined ? undefined : await host.readlink(entry.path, { signal });
  if (target !== undefined && !target.ok) return failedWith(target.error);
  const isSame = target?.value === entry.target;
  if (!isSame) {
    const linked = await host.symlink(entry.target, entry.path, { signal });
    if (!linked.ok) return failedWith(linked.error);
  }
  if (isSame && current?.uid === entry.uid && current.gid === entry.gid) return ok(undefined);
  const set = await host.chown(entry.path, { user: entry.uid, group: entry.gid }, { signal });
  return set.ok ? ok(undefined) : failedWith(set.error);
}

async function restoreDirectory(
  entry: Extract<Entry, { type: "directory" }>,
  current: FileStat | undefined,
  context: ProviderContext,
): ProviderResult<void> {
  const { host, signal } = context;
  if (current !== undefined) return restoreOwnership(entry, current, context);
  const made = await host.mkdir(entry.path, { signal, mode: entry.mode });
  if (!made.ok) return failedWith(made.error);
  return restoreOwnership(entry, undefined, context);
}

/** Owner first: changing it clears set-id bits. */
async function restoreOwnership(
  entry: PresentEntry,
  current: FileStat | undefined,
  { host, signal }: ProviderContext,
): ProviderResult<void> {
  const hasOwner = current?.uid === entry.uid && current.gid === entry.gid;
  if (!hasOwner) {
    const set = await host.chown(entry.path, { user: entry.uid, group: entry.gid }, { signal });
    if (!set.ok) return failedWith(set.error);
  }
  if (hasOwner && current.mode === entry.mode) return ok(undefined);
  const set = await host.chmod(entry.path, entry.mode, { signal });
  return set.ok ? ok(undefined) : failedWith(set.error);
}

export function isSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.byteLength !== right.byteLength) return false;
  for (let index = 0; index < left.byteLength; index++) if (left[index] !== right[index]) return false;
  return true;
}
