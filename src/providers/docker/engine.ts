import type { ErrorCode } from "../../base/error-codes.ts";
import type { JsonValue } from "../../base/json.ts";
import { err, ok, type Err } from "../../base/result.ts";
import type { CodedError } from "../../base/coded-error.ts";
import { codedError } from "../../base/coded-error.ts";
import type { HttpRequest, HttpResponse } from "../../operation/host.ts";
import type { ProviderContext, ProviderError, ProviderResult } from "../../operation/provider.ts";
import { failed, failedWith, quoted, type FailureOptions } from "../failure.ts";
import { decodeJson, messageOf } from "./engine-answer.ts";

/** Versions of the API this client speaks; the lower one of its newest and the engine's is used. */
const VERSION_MIN: ApiVersion = [1, 25];
const VERSION_MAX: ApiVersion = [1, 47];
const PING_TIMEOUT_MS = 10_000;
const CALL_TIMEOUT_MS = 60_000;
/** For calls whose end nobody can foresee: the time of the attempt limits them. */
const STREAM_TIMEOUT_MS = 24 * 3_600_000;
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** Bytes kept of a streamed answer, for the message when it turns out to be a refusal. */
const REFUSAL_BYTES_MAX = 16 * 1024;

type ApiVersion = readonly [major: number, minor: number];

/** One call of the engine's API. */
export interface EngineRequest {
  /** What it is for, for messages: `start container "web"`. */
  readonly action: string;
  readonly method: "GET" | "HEAD" | "POST" | "DELETE";
  /** Parts of the path, as they are: they are encoded here. */
  readonly path: readonly string[];
  readonly query?: { readonly [name: string]: string | undefined };
  readonly json?: JsonValue;
  readonly archive?: Uint8Array;
  readonly headers?: { readonly [name: string]: string };
  /** Default 60 s; for streams only the time of the attempt counts. */
  readonly timeoutMs?: number;
  /** Receives a streamed answer as it comes. */
  readonly onBody?: (bytes: Uint8Array) => void;
}

/** What the engine answered; any status. */
export interface EngineAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
  readonly isTruncated: boolean;
  readonly durationMs: number;
}

/**
 * The API of the Docker engine of a host, through its Unix socket. Works on every host that can make HTTP requests.
 *
 * Errors: `DRV_DOCKER_UNAVAILABLE`, `DRV_DOCKER_PERMISSION`, `DRV_DOCKER_TIMEOUT`, `DRV_DOCKER_CONNECTION_LOST`,
 * `DRV_DOCKER_VERSION`.
 */
export class DockerEngine {
  readonly #context: ProviderContext;
  readonly #socketPath: string;
  readonly #version: string;

  /** Asks whether the engine is there and which version of the API both sides know. */
  static async open(context: ProviderContext, { socketPath }: EngineAddress): ProviderResult<DockerEngine> {
    const action = "reach the Docker engine";
    const request = { method: "GET", url: "http://docker/_ping", socketPath, timeoutMs: PING_TIMEOUT_MS };
    const pinged = await context.host.http(request, { signal: context.signal });
    if (!pinged.ok) return transportFailure(pinged.error, { action, socketPath, mayHaveChanged: false });
    const version = negotiated(pinged.value);
    if (version !== undefined) return ok(new DockerEngine(context, socketPath, version));
    return failed(
      "DRV_DOCKER_VERSION",
      `Cannot ${action} at ${quoted(socketPath)}: it answered ${pinged.value.status} with API version ` +
        `${quoted(pinged.value.headers["api-version"] ?? "none")}, wanted is ${VERSION_MIN.join(".")} or newer`,
    );
  }

  private constructor(context: ProviderContext, socketPath: string, version: string) {
    this.#context = context;
    this.#socketPath = socketPath;
    this.#version = version;
  }

  /** Makes one call. Statuses are answers; what keeps the engine from answering is an error. */
  async call(request: EngineRequest): ProviderResult<EngineAnswer> {
    const { host, signal } = this.#context;
    const head: Uint8Array[] = [];
    let headLength = 0;
    const { onBody } = request;
    const listening =
      onBody === undefined
        ? {}
        : {
            onBody: (bytes: Uint8Array): void => {
              if (headLength < REFUSAL_BYTES_MAX) head.push(bytes.slice(0, REFUSAL_BYTES_MAX - headLength));
              headLength += bytes.length;
              onBody(bytes);
            },
          };
    const answered = await host.http(this.#httpRequest(request), { signal, ...listening });
    if (!answered.ok) {
      const { action, method } = request;
      const mayHaveChanged = method === "POST" || method === "DELETE";
      return transportFailure(answered.error, { action, socketPath: this.#socketPath, mayHaveChanged });
    }
    return ok({ ...answered.value, ...(onBody === undefined ? {} : { body: joined(head) }) });
  }

  #httpRequest(request: EngineRequest): HttpRequest {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) query.set(name, value);
    const path = request.path.map(encodeURIComponent).join("/");
    const search = query.size === 0 ? "" : `?${query.toString()}`;
    const streamMs = request.onBody === undefined ? CALL_TIMEOUT_MS : STREAM_TIMEOUT_MS;
    return {
      method: request.method,
      url: `http://docker/v${this.#version}/${path}${search}`,
      socketPath: this.#socketPath,
      timeoutMs: request.timeoutMs ?? streamMs,
      bodyBytesMax: ANSWER_BYTES_MAX,
      headers: { ...request.headers, ...contentType(request) },
      ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
      ...(request.archive === undefined ? {} : { body: request.archive }),
    };
  }
}

export interface EngineAddress {
  readonly socketPath: string;
}

function contentType(request: EngineRequest): { readonly [name: string]: string } {
  if (request.json !== undefined) return { "content-type": "application/json" };
  return request.archive === undefined ? {} : { "content-type": "application/x-tar" };
}

function negotiated({ status, headers }: HttpResponse): string | undefined {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})$/.exec(headers["api-version"] ?? "") ?? [];
  if (status !== 200 || major === undefined || minor === undefined) return undefined;
  const offered: ApiVersion = [Number(major), Number(minor)];
  if (isLess(offered, VERSION_MIN)) return undefined;
  return (isLess(offered, VERSION_MAX) ? offered : VERSION_MAX).join(".");
}

function isLess(one: ApiVersion, other: ApiVersion): boolean {
  return one[0] === other[0] ? one[1] < other[1] : one[0] < other[0];
}

interface Interruption {
  readonly action: string;
  readonly socketPath: string;
  /** Whether the engine may have done it before the connection ended. */
  readonly mayHaveChanged: boolean;
}

/** What kept the engine from answering, in words of the engine instead of HTTP. */
function transportFailure(error: CodedError, interruption: Interruption): Err<ProviderError> {
  const { action, socketPath, mayHaveChanged } = interruption;
  const given = error.details?.["reason"];
  const reason = typeof given === "string" ? given : error.message;
  const fail = (code: ErrorCode, found: string, options: FailureOptions): Err<ProviderError> =>
    failedWith(codedError(code, `Cannot ${action}: ${found}`, { cause: error }), options);
  if (error.code === "DRV_HOST_TIMEOUT") {
    const found = `the Docker engine at ${quoted(socketPath)} did not answer in time`;
    return fail("DRV_DOCKER_TIMEOUT", found, { errorClass: "retryable", changed: mayHaveChanged });
  }
  if (error.code !== "DRV_HOST_HTTP_UNREACHABLE") return failedWith(error, { changed: false });
  if (/EACCES|EPERM|permission denied/i.test(reason)) {
    return fail("DRV_DOCKER_PERMISSION", `the socket ${quoted(socketPath)} may not be used by this account`, {});
  }
  if (/ECONNRESET|EPIPE|HPE_|aborted|empty reply|recv failure|transfer closed/i.test(reason)) {
    const found = `the Docker engine at ${quoted(socketPath)} closed the connection before it had answered`;
    return fail("DRV_DOCKER_CONNECTION_LOST", found, { errorClass: "retryable", changed: mayHaveChanged });
  }
  const found = `there is no Docker engine at ${quoted(socketPath)} (${reason})`;
  return fail("DRV_DOCKER_UNAVAILABLE", found, { errorClass: "retryable" });
}

/** The failure of a call that the engine refused: its status and words. */
export function refusal(
  action: string,
  answer: EngineAnswer,
  options: FailureOptions & { readonly code?: ErrorCode } = {},
): Err<ProviderError> {
  const { code = "DRV_DOCKER_REFUSED", ...rest } = options;
  const said = messageOf(answer.body) ?? `status ${answer.status}`;
  const errorClass = answer.status >= 500 ? "retryable" : "fatal";
  const error = codedError(code, `Cannot ${action}: the Docker engine says ${quoted(said)}`, {
    details: { status: answer.status },
  });
  return failedWith(error, { errorClass, ...rest });
}

/** The failure of an answer that cannot be understood. */
export function misunderstood(action: string, found: string): Err<ProviderError> {
  return failed("DRV_DOCKER_ANSWER_INVALID", `Cannot ${action}: ${found}`);
}

/** Reads the JSON of an answer by a schema. */
export function readAnswer<T>(
  action: string,
  answer: EngineAnswer,
  schema: { safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false } },
): ReturnType<typeof misunderstood> | { readonly ok: true; readonly value: T } {
  const parsed = answer.isTruncated ? undefined : schema.safeParse(decodeJson(answer.body));
  if (parsed?.success === true) return ok(parsed.data);
  return misunderstood(action, `the answer with status ${answer.status} is not what the API promises`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Passes a failure on when the host may have been changed by an earlier call of the same attempt. */
export function alsoChanged(failure: Err<ProviderError>): Err<ProviderError> {
  return err({ ...failure.error, changed: true });
}
