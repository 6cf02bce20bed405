import { codedError, type CodedError, type CodedErrorOptions } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import type { JsonValue } from "../base/json.ts";
import { err, type Err } from "../base/result.ts";
import type { ErrorClass } from "../operation/outcome.ts";
import type { ProviderError } from "../operation/provider.ts";

/** Failures of a host that may be gone at the next try. */
const RETRYABLE: ReadonlySet<string> = new Set([
  "DRV_HOST_UNREACHABLE",
  "DRV_HOST_CONNECTION_LOST",
  "DRV_HOST_TIMEOUT",
  "DRV_HOST_BUSY",
  "DRV_HOST_OUT_OF_RESOURCES",
  "DRV_HOST_DISK_FULL",
  "DRV_HOST_IO",
  "DRV_HOST_HTTP_UNREACHABLE",
  "DRV_CONTENT_STORE_FAILED",
]);

export interface FailureOptions {
  readonly errorClass?: ErrorClass;
  readonly data?: JsonValue;
  /** Whether the host may have been changed before. Default false. */
  readonly changed?: boolean;
}

/** Passes on an error of the host or the content store, classed by its code. */
export function failedWith(error: CodedError, options: FailureOptions = {}): Err<ProviderError> {
  const errorClass = options.errorClass ?? (RETRYABLE.has(error.code) ? "retryable" : "fatal");
  return err({
    error,
    errorClass,
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(options.changed === true ? { changed: true } : {}),
    ...(error.code === "DRV_HOST_UNREACHABLE" ? { failure: "unreachable" as const } : {}),
  });
}

/** A failure the provider found itself; fatal unless said otherwise. */
export function failed(
  code: ErrorCode,
  message: string,
  options: CodedErrorOptions & FailureOptions = {},
): Err<ProviderError> {
  const { errorClass, data, changed, ...rest } = options;
  return failedWith(codedError(code, message, rest), {
    ...(errorClass === undefined ? {} : { errorClass }),
    ...(data === undefined ? {} : { data }),
    ...(changed === undefined ? {} : { changed }),
  });
}

/** Quotes a value for a message, cut to a length that fits one. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}
