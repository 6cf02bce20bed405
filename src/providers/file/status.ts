import { sha256 } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import { fileStatus, type FileStatusParams, type FileStatusResult } from "../../operation/catalog/file.ts";
import type { FileStat } from "../../operation/host.ts";
import type { ProviderContext, ProviderResult, ReadProvider } from "../../operation/provider.ts";
import { failedWith } from "../failure.ts";
import { readRecord, type DeployRecord } from "./deploy-record.ts";
import { ownershipChanges } from "./ownership.ts";
import { observePath } from "./path-state.ts";

async function read(params: FileStatusParams, context: ProviderContext): ProviderResult<FileStatusResult> {
  const { path } = params;
  const state = await observePath(path, context);
  if (!state.ok) return state;
  const record = await readRecord(path, context);
  if (!record.ok) return record;
  const { stat } = state.value;
  const deployed = record.value === undefined ? {} : { deployedSha256: record.value.sha256 };
  if (stat === undefined) return ok({ path, status: "missing", differs: [], ...deployed });
  const found = await hashOf(path, stat, context);
  if (!found.ok) return found;
  const current = found.value === undefined ? {} : { sha256: found.value };
  if (record.value === undefined) return ok({ path, status: "unmanaged", differs: [], ...current });
  const differs = differences(record.value, stat, found.value);
  return ok({ path, status: differs.length === 0 ? "in-sync" : "drifted", differs, ...current, ...deployed });
}

async function hashOf(
  path: string,
  stat: FileStat,
  { host, signal }: ProviderContext,
): ProviderResult<string | undefined> {
  if (stat.type !== "file") return ok(undefined);
  const content = await host.readFile(path, { signal });
  return content.ok ? ok(sha256(content.value)) : failedWith(content.error);
}

function differences(record: DeployRecord, stat: FileStat, found: string | undefined): FileStatusResult["differs"] {
  if (stat.type !== "file") return ["type"];
  const changed = new Set(ownershipChanges(stat, record).map((change) => change.property));
  if (found !== record.sha256) changed.add("content");
  return (["content", "mode", "owner", "group"] as const).filter((property) => changed.has(property));
}

/** Tells whether a file still is what was deployed. */
export const fileStatusProvider: ReadProvider<FileStatusParams, FileStatusResult> = {
  kind: "read",
  spec: fileStatus,
  read,
};
