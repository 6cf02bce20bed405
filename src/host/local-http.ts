import type { IncomingMessage } from "node:http";
import type { Clock } from "../base/clock.ts";
import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { HttpOptions, HttpRequest, HttpResponse } from "../operation/host.ts";
import { hostError, type HostAction } from "./host-error.ts";

/** Time for a whole exchange unless the request says otherwise. */
export const HTTP_TIMEOUT_MS_DEFAULT = 30_000;
/** Bytes kept of a body unless the request says otherwise. */
export const HTTP_BODY_BYTES_MAX = 1024 * 1024;

/**
 * Makes one HTTP request from this machine on a connection of its own. The exchange ends when the body is complete
 * or its limit reached, whichever comes first.
 */
export async function requestLocally(
  request: HttpRequest,
  options: HttpOptions & { readonly clock: Clock },
): Promise<Result<HttpResponse, CodedError>> {
  options.signal?.throwIfAborted();
  const checked = checkHttpRequest(request);
  if (!checked.ok) return checked;
  const startedAtMs = options.clock.monotonicMs();
  const timeoutMs = request.timeoutMs ?? HTTP_TIMEOUT_MS_DEFAULT;
  const timeout = new AbortController();
  using _timer = options.clock.setTimer(timeoutMs, () => timeout.abort());
  const signal = options.signal === undefined ? timeout.signal : AbortSignal.any([timeout.signal, options.signal]);
  try {
    const response = await send(request, checked.value, signal);
    const { body, isTruncated } =
      options.onBody === undefined
        ? await readBody(response, request.bodyBytesMax ?? HTTP_BODY_BYTES_MAX, signal)
        : await passBody(response, options.onBody, signal);
    return ok({
      status: response.statusCode ?? 0,
      headers: joinHeaders(response.rawHeaders),
      body,
      isTruncated,
      durationMs: options.clock.monotonicMs() - startedAtMs,
    });
  } catch (thrown) {
    options.signal?.throwIfAborted();
    if (timeout.signal.aborted) return err(httpTimeout(request, timeoutMs));
    return err(transportError(thrown, request));
  }
}

/** What a request is called in messages: never with its query, which may hold secrets. */
export function httpAction(request: HttpRequest): HostAction {
  const [address = ""] = request.url.split(/[?#]/, 1);
  return { verb: `request ${request.method.slice(0, 20)}`, subject: address.replace(/\/\/[^/@]*@/, "//") };
}

/** Parses the URL and refuses what would break out of its place in the request. */
export function checkHttpRequest(request: HttpRequest): Result<URL, CodedError> {
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  const defect = defectOf(request, url);
  if (url !== undefined && defect === undefined) return ok(url);
  return err(
    hostError("DRV_HOST_HTTP_INVALID", httpAction(request), defect ?? "the URL cannot be read", {
      hint: "Give an http or https URL, a plain method name and headers without line ends",
    }),
  );
}

function defectOf(request: HttpRequest, url: URL | undefined): string | undefined {
  if (url === undefined) return "the URL cannot be read";
  if (url.protocol !== "http:" && url.protocol !== "https:") return `the scheme "${url.protocol}" is not http or https`;
  if (!/^[A-Za-z]{1,20}$/.test(request.method)) return "the method is not one word of letters";
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return "a header name is not valid";
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return `the header "${name}" holds characters that HTTP cannot carry`;
  }
  if (request.socketPath?.includes("\0") === true) return "the socket path contains a NUL character";
  return undefined;
}

async function send(request: HttpRequest, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Loaded on first use: an import of `node:http` loads a whole HTTP stack, and most runs make no request.
  const client = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const outgoing = client.request(url, {
    method: request.method.toUpperCase(),
    headers: { ...request.headers, ...contentLength(request) },
    agent: false, // No connection outlives the call.
    signal,
    ...(request.socketPath === undefined ? {} : { socketPath: request.socketPath }),
  });
  outgoing.on("response", resolve);
  outgoing.on("error", reject);
  outgoing.end(request.body);
  return promise;
}

function contentLength(request: HttpRequest): { [name: string]: string } {
  const isGiven = Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === "content-length");
  if (request.body === undefined || isGiven) return {};
  return { "content-length": String(Buffer.byteLength(request.body)) };
}

async function readBody(
  response: IncomingMessage,
  bytesMax: number,
  signal: AbortSignal,
): Promise<{ body: Uint8Array; isTruncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response) {
    signal.throwIfAborted();
    if (!(chunk instanceof Uint8Array)) continue;
    chunks.push(chunk);
    total += chunk.length;
    if (total > bytesMax) break; // Leaving the loop destroys the connection.
  }
  // A body without a length ends with its connection, which is also what an abort looks like.
  signal.throwIfAborted();
  const joined = new Uint8Array(Buffer.concat(chunks, total));
  return { body: joined.subarray(0, bytesMax), isTruncated: total > bytesMax };
}

async function passBody(
  response: IncomingMessage,
  onBody: (bytes: Uint8Array) => void,
  signal: AbortSignal,
): Promise<{ body: Uint8Array; isTruncated: boolean }> {
  for await (const chunk of response) {
    signal.throwIfAborted();
    if (chunk instanceof Uint8Array) onBody(Uint8Array.from(chunk));
  }
  // A body without a length ends with its connection, which is also what an abort looks like.
  signal.throwIfAborted();
  return { body: new Uint8Array(0), isTruncated: false };
}

/** Lower-case names; repeated headers joined by a comma, as the `Host` contract says. */
export function joinHeaders(rawHeaders: readonly string[]): { readonly [name: string]: string } {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return Object.fromEntries(headers);
}

/** The error of an exchange that took too long. */
export function httpTimeout(request: HttpRequest, timeoutMs: number): CodedError {
  return hostError("DRV_HOST_TIMEOUT", httpAction(request), `there was no complete answer within ${timeoutMs} ms`, {
    hint: "Raise the timeout, or find out what the server waits for",
    details: { timeoutMs },
  });
}

/** The error of a server that did not answer. */
export function httpUnreachable(request: HttpRequest, reason: string): CodedError {
  return hostError("DRV_HOST_HTTP_UNREACHABLE", httpAction(request), `the server did not answer: ${reason}`, {
    hint: "Check address, port and whether the service runs; retry when it is starting",
    details: { reason },
  });
}

/** The error of a refused certificate. */
export function httpTlsError(request: HttpRequest, reason: string): CodedError {
  return hostError("DRV_HOST_HTTP_TLS", httpAction(request), `the certificate was refused: ${reason}`, {
    hint: "Install the certificate authority on the host, or correct the name in the URL",
    details: { reason },
  });
}

const TLS_CODE = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

function transportError(thrown: unknown, request: HttpRequest): CodedError {
  if (!(thrown instanceof Error)) throw thrown;
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  if (code === undefined) throw thrown;
  if (TLS_CODE.test(code)) return httpTlsError(request, code);
  return httpUnreachable(request, code);
}
