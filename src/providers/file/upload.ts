import { sha256 } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import {
  fileChanged,
  fileUpload,
  type FileChangedParams,
  type FileUploadParams,
} from "../../operation/catalog/file.ts";
import type { Change } from "../../operation/outcome.ts";
import type {
  ContentEntry,
  ProviderContext,
  ProviderResult,
  ReadProvider,
  WriteProvider,
} from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failedWith } from "../failure.ts";
import { givenContent } from "./given-content.ts";

type UploadResult = ResultDataOf<typeof fileUpload>;
type ChangedResult = ResultDataOf<typeof fileChanged>;

interface UploadObserved {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly stored: ContentEntry | undefined;
}

async function inspect(params: FileUploadParams, context: ProviderContext): ProviderResult<UploadObserved> {
  const bytes = givenContent(params);
  const stored = await context.contents.find(params.name);
  return stored.ok ? ok({ bytes, sha256: sha256(bytes), stored: stored.value }) : failedWith(stored.error);
}

function diff(observed: UploadObserved, params: FileUploadParams): readonly Change[] {
  const { stored, bytes, sha256: hash } = observed;
  const changes: Change[] = [];
  if (stored?.sha256 !== hash) {
    const before = stored === undefined ? null : { sha256: stored.sha256, sizeBytes: stored.sizeBytes };
    changes.push({ property: "content", before, after: { sha256: hash, sizeBytes: bytes.byteLength } });
  }
  if (stored !== undefined && stored.contentType !== params.contentType) {
    changes.push({ property: "contentType", before: stored.contentType, after: params.contentType });
  }
  return changes;
}

function unchangedResult(observed: UploadObserved, params: FileUploadParams): UploadResult {
  return {
    name: params.name,
    sha256: observed.sha256,
    sizeBytes: observed.bytes.byteLength,
    contentType: params.contentType,
    version: observed.stored?.version ?? 1,
  };
}

async function apply(
  params: FileUploadParams,
  observed: UploadObserved,
  context: ProviderContext,
): ProviderResult<UploadResult> {
  const put = await context.contents.put(params.name, observed.bytes, params.contentType);
  if (!put.ok) return failedWith(put.error);
  const { name, sha256: hash, sizeBytes, contentType, version } = put.value;
  return ok({ name, sha256: hash, sizeBytes, contentType, version });
}

/** Puts content into the content store. */
export const fileUploadProvider: WriteProvider<FileUploadParams, UploadResult, UploadObserved> = {
  kind: "write",
  spec: fileUpload,
  inspect,
  diff,
  unchangedResult,
  apply,
};

async function readChanged(params: FileChangedParams, context: ProviderContext): ProviderResult<ChangedResult> {
  const hash = sha256(givenContent(params));
  const stored = await context.contents.find(params.name);
  if (!stored.ok) return failedWith(stored.error);
  return ok({ name: params.name, changed: stored.value?.sha256 !== hash, sha256: hash });
}

/** Tells whether content differs from what is stored under a name. */
export const fileChangedProvider: ReadProvider<FileChangedParams, ChangedResult> = {
  kind: "read",
  spec: fileChanged,
  read: readChanged,
};
