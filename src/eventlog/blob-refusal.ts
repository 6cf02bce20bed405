import { codedError, type CodedError } from "../base/coded-error.ts";

export function blobMissing(hash: string): CodedError {
  return codedError("DRV_LOG_BLOB_MISSING", `Cannot read blob "${hash}": the store does not have it`);
}

export function blobDamaged(hash: string): CodedError {
  return codedError("DRV_LOG_BLOB_DAMAGED", `Cannot read blob "${hash}": its content has another hash`);
}
