import { z } from "zod";
import { sha256 } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failedWith } from "../failure.ts";
import { encodeText } from "../file/content-change.ts";
import { makeStateFolder } from "../file/deploy-record.ts";
import { readText } from "../managed-files.ts";
import { runTool } from "../tool.ts";

const recordSchema = z.strictObject({
  version: z.literal(1),
  path: z.string(),
  archiveSha256: z.string(),
  settings: z.string(),
  /** Hash of what stood in the folder when it was unpacked: names, types, sizes, times, owners. */
  tree: z.string(),
  entryCount: z.int(),
});

/** What drover unpacked into a folder. */
export type ArchiveRecord = z.output<typeof recordSchema>;

export function archiveRecordPath(path: string, { host }: ProviderContext): string {
  return `${host.stateFolder}/archives/${sha256(path).slice(0, 32)}`;
}

export async function readArchiveRecord(
  path: string,
  context: ProviderContext,
): ProviderResult<ArchiveRecord | undefined> {
  const text = await readText(archiveRecordPath(path, context), context);
  if (!text.ok) return text;
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text.value ?? "null"));
    return ok(parsed.success && parsed.data.path === path ? parsed.data : undefined);
  } catch {
    return ok(undefined); // Not what we wrote: as if there were none.
  }
}

export async function writeArchiveRecord(record: ArchiveRecord, context: ProviderContext): ProviderResult<void> {
  const folder = await makeStateFolder(`${context.host.stateFolder}/archives`, context);
  if (!folder.ok) return folder;
  const text = encodeText(`${JSON.stringify(record)}\n`);
  const { signal } = context;
  const written = await context.host.writeFile(archiveRecordPath(record.path, context), text, { signal, mode: 0o600 });
  return written.ok ? ok(undefined) : failedWith(written.error, { changed: true });
}

/** A hash of everything below a folder by name, type, size, owner, mode, target and time of change of files. */
export async function treeHash(folder: string, context: ProviderContext): ProviderResult<string> {
  const format = "%y %m %U:%G %l %P\\0";
  const argv = [
    "find",
    folder,
    "-mindepth",
    "1",
    "(",
    "-type",
    "f",
    "-printf",
    `%s %T@ ${format}`,
    ")",
    "-o",
    "-printf",
    format,
  ];
  const found = await runTool({ argv, action: "look at an unpacked folder", outputBytesMax: 256 << 20 }, context);
  return found.ok ? ok(sha256(found.value.stdout.split("\0").sort().join("\0"))) : found;
}
