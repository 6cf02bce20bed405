import { z } from "zod";
import { sha256 } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failedWith } from "../failure.ts";
import { decodeText, encodeText } from "./content-change.ts";

const recordSchema = z.object({
  version: z.literal(1),
  path: z.string(),
  sha256: z.string(),
  mode: z.string().optional(),
  owner: z.union([z.string(), z.number()]).optional(),
  group: z.union([z.string(), z.number()]).optional(),
  source: z.string().optional(),
});

/** What was deployed at a path, remembered on the host. */
export type DeployRecord = z.output<typeof recordSchema>;

/** Far above any record; a larger file there is not ours. */
const RECORD_BYTES_MAX = 64 * 1024;

/** Where the record of a path is kept: paths may be longer than names of files, so the name is their hash. */
export function recordPath(path: string, context: ProviderContext): string {
  return `${recordFolder(context)}/${sha256(path)}.json`;
}

function recordFolder(context: ProviderContext): string {
  return `${context.host.stateFolder}/deployed`;
}

/** The record of a path; `undefined` when there is none or it cannot be understood. */
export async function readRecord(path: string, context: ProviderContext): ProviderResult<DeployRecord | undefined> {
  const { host, signal } = context;
  const content = await host.readFile(recordPath(path, context), { signal, bytesMax: RECORD_BYTES_MAX });
  if (content.ok) return ok(parseRecord(content.value, path));
  switch (content.error.code) {
    case "DRV_HOST_FILE_NOT_FOUND":
    case "DRV_HOST_FILE_TOO_LARGE":
    case "DRV_HOST_NOT_A_FILE":
      return ok(undefined);
    default:
      return failedWith(content.error);
  }
}

function parseRecord(content: Uint8Array, path: string): DeployRecord | undefined {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(decodeText(content) ?? ""));
    return parsed.success && parsed.data.path === path ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers what is deployed at a path. */
export async function writeRecord(record: DeployRecord, context: ProviderContext): ProviderResult<void> {
  const { host, signal } = context;
  const folder = await makeStateFolder(recordFolder(context), context);
  if (!folder.ok) return folder;
  const text = `${JSON.stringify(record)}\n`;
  const written = await host.writeFile(recordPath(record.path, context), encodeText(text), { signal, mode: 0o600 });
  return written.ok ? ok(undefined) : failedWith(written.error);
}

/** Forgets what was deployed at a path. */
export async function removeRecord(path: string, context: ProviderContext): ProviderResult<void> {
  const removed = await context.host.remove(recordPath(path, context), { signal: context.signal });
  return removed.ok ? ok(undefined) : failedWith(removed.error);
}

/** Makes a folder inside the state folder, both private. */
export async function makeStateFolder(folder: string, { host, signal }: ProviderContext): ProviderResult<void> {
  for (const path of [host.stateFolder, folder]) {
    const made = await host.mkdir(path, { signal, recursive: true, mode: 0o700 });
    if (!made.ok) return failedWith(made.error);
  }
  return ok(undefined);
}
