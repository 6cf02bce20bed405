import type { CodedError } from "../base/coded-error.ts";
import type { AttemptToken } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import type { Result } from "../base/result.ts";
import type { Host } from "./host.ts";
import type { Change, ErrorClass } from "./outcome.ts";
import type { OperationSpec } from "./spec.ts";

/** What a provider gets besides the host. */
export interface ProviderContext {
  readonly host: Host;
  /** Aborts when the attempt is cancelled or out of time; pass it to every host call. */
  readonly signal: AbortSignal;
  /** Never changes when the same attempt is sent again. */
  readonly token: AttemptToken;
  /** Content of `file.upload`, by name and by hash. */
  readonly contents: ContentStore;
  /** Live output for people; never holds secret values (the executor masks them). */
  readonly output: (stream: "stdout" | "stderr", line: string) => void;
}

/** A failure of a provider, classed for the retry policy. */
export interface ProviderError {
  readonly error: CodedError;
  readonly errorClass: ErrorClass;
  readonly retryAfterMs?: number;
  /** Partial result worth keeping in the report, such as the output of a command that failed. */
  readonly data?: JsonValue;
  readonly failure?: "unreachable";
  /** Whether the host may have been changed before the failure. */
  readonly changed?: boolean;
}

export type ProviderResult<T> = Promise<Result<T, ProviderError>>;

/** An operation that only looks. */
export interface ReadProvider<Params = unknown, ResultData = unknown> {
  readonly kind: "read";
  readonly spec: OperationSpec<Params, ResultData>;
  read(params: Params, context: ProviderContext): ProviderResult<ResultData>;
}

/**
 * An operation that makes something true.
 *
 * The executor calls `inspect → diff → capture → apply`, in this order, and stops after `diff` when that is empty
 * (unchanged) or when it is a dry run. `inspect` and `diff` never change anything. A non-idempotent operation always
 * answers a non-empty `diff`, except when its own guards (`creates`, `removes`, `unless`, `onlyIf`) say it need not run.
 */
export interface WriteProvider<Params = unknown, ResultData = unknown, Observed = unknown> {
  readonly kind: "write";
  readonly spec: OperationSpec<Params, ResultData>;
  /** Observes what `diff` needs. */
  inspect(params: Params, context: ProviderContext): ProviderResult<Observed>;
  /** What differs between the observed and the wanted state; empty means unchanged. Pure. */
  diff(observed: Observed, params: Params): readonly Change[];
  /** The result to report when nothing had to be changed. Pure. */
  unchangedResult(observed: Observed, params: Params): ResultData;
  /**
   * Saves what `undo` needs; called before `apply`, made durable before `apply` starts. Absent: not reversible. The
   * failure `DRV_PROVIDER_PRE_IMAGE_TOO_LARGE` makes this attempt irreversible; any other ends it.
   */
  capture?(params: Params, observed: Observed, context: ProviderContext): ProviderResult<PreImage>;
  /** Changes only what differs. */
  apply(params: Params, observed: Observed, context: ProviderContext): ProviderResult<ResultData>;
  /** Restores exactly what `capture` saw: content, mode, owner, absence. Idempotent. */
  undo?(preImage: PreImage, context: ProviderContext): ProviderResult<void>;
}

export type Provider<Params = unknown, ResultData = unknown, Observed = unknown> =
  | ReadProvider<Params, ResultData>
  | WriteProvider<Params, ResultData, Observed>;

/** What a provider saved of the state before a change: small facts as JSON, content as bytes. */
export interface PreImage {
  readonly facts: JsonValue;
  readonly blobs: readonly Uint8Array[];
}

/** Named, content-addressed blobs: what `file.upload` fills and `file.deploy` reads. */
export interface ContentStore {
  /** Stores bytes; the same bytes under the same name change nothing. */
  put(
    name: string,
    content: Uint8Array,
    contentType: ContentType,
  ): Promise<Result<ContentEntry & { readonly changed: boolean }, CodedError>>;
  /** Newest version under `name`. `undefined` when there is none. */
  find(name: string): Promise<Result<ContentEntry | undefined, CodedError>>;
  read(sha256: string): Promise<Result<Uint8Array, CodedError>>;
  list(): Promise<Result<readonly ContentEntry[], CodedError>>;
}

export type ContentType = "raw" | "template";

export interface ContentEntry {
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType: ContentType;
  /** 1 for the first content under this name. */
  readonly version: number;
}

/** The providers an executor can use, by operation name or alias. */
export interface ProviderRegistry {
  find(operation: string): Provider | undefined;
  list(): readonly Provider[];
}
