import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ExecOptions, HttpOptions, HttpRequest, HttpResponse } from "../operation/host.ts";
import { hostError } from "./host-error.ts";
import {
  checkHttpRequest,
  HTTP_BODY_BYTES_MAX,
  HTTP_TIMEOUT_MS_DEFAULT,
  httpAction,
  httpTimeout,
  httpTlsError,
  httpUnreachable,
  joinHeaders,
} from "./local-http.ts";
import type { ProcessResult } from "./process.ts";

/** Room for status line and headers in front of a body. */
const HEADER_BYTES_MAX = 256 * 1024;
/** Time curl gets on top of its own limit before it is ended from outside. */
const CURL_GRACE_MS = 2_000;

/**
 * curl reads its options from a pipe and the body from standard input, so that neither appears in the process list.
 * `head` stops a body that is too long; curl's own exit code travels on standard error.
 */
const SCRIPT = `command -v curl >/dev/null 2>&1 || exit 127
exec 3<&0
{ { printf '%s\\n' "$DROVER_CURL_CONFIG" | curl -q --config - ; printf 'drover-exit %s\\n' "$?" >&2; } | head -c "$1"; }`;

/** Bytes of a body that is handed over instead of kept: it is seen only at its end. */
const PASSED_BYTES_MAX = 64 * 1024 * 1024;

export interface CurlOptions extends HttpOptions {
  readonly run: (argv: readonly string[], options: ExecOptions) => Promise<Result<ProcessResult, CodedError>>;
}

/**
 * Makes an HTTP request with the `curl` of a host, for hosts whose network cannot be used from here.
 * Errors: those of `Host.http`, and `DRV_HOST_UNSUPPORTED` without curl.
 */
export async function requestThroughCurl(
  request: HttpRequest,
  options: CurlOptions,
): Promise<Result<HttpResponse, CodedError>> {
  const checked = checkHttpRequest(request);
  if (!checked.ok) return checked;
  const timeoutMs = request.timeoutMs ?? HTTP_TIMEOUT_MS_DEFAULT;
  const { onBody } = options;
  const bodyBytesMax = onBody === undefined ? (request.bodyBytesMax ?? HTTP_BODY_BYTES_MAX) : PASSED_BYTES_MAX;
  const byteLimit = bodyBytesMax + HEADER_BYTES_MAX;
  const finished = await options.run(["sh", "-c", SCRIPT, "drover-http", String(byteLimit)], {
    stdin: request.body ?? "",
    env: { DROVER_CURL_CONFIG: curlConfig(request, checked.value, timeoutMs) },
    timeoutMs: timeoutMs + CURL_GRACE_MS,
    outputBytesMax: 2 * byteLimit,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (!finished.ok) {
    return err(finished.error.code === "DRV_HOST_TIMEOUT" ? httpTimeout(request, timeoutMs) : finished.error);
  }
  const answer = readAnswer(request, finished.value, { timeoutMs, bodyBytesMax, byteLimit });
  if (!answer.ok || onBody === undefined) return answer;
  onBody(answer.value.body);
  return ok({ ...answer.value, body: new Uint8Array(0) });
}

function curlConfig(request: HttpRequest, url: URL, timeoutMs: number): string {
  const method = request.method.toUpperCase();
  const lines = [
    "silent",
    "show-error",
    "include",
    "globoff",
    'noproxy = "*"',
    'proto = "=http,https"',
    `max-time = ${(timeoutMs / 1_000).toFixed(3)}`,
    `url = ${configText(url.href)}`,
    method === "HEAD" ? "head" : `request = ${configText(method)}`,
    'header = "Expect:"',
    ...Object.entries(request.headers ?? {}).map(([name, value]) => `header = ${configText(headerLine(name, value))}`),
  ];
  if (request.socketPath !== undefined) lines.push(`unix-socket = ${configText(request.socketPath)}`);
  if (request.body !== undefined) lines.push('data-binary = "@/dev/fd/3"', ...plainBodyHeader(request));
  return lines.join("\n");
}

/** A header with an empty value is written with a semicolon, or curl would remove it instead. */
function headerLine(name: string, value: string): string {
  return value === "" ? `${name};` : `${name}: ${value}`;
}

/** curl calls every body a form unless told otherwise. */
function plainBodyHeader(request: HttpRequest): string[] {
  const isGiven = Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === "content-type");
  return isGiven ? [] : ['header = "Content-Type:"'];
}

function configText(text: string): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
  return `"${escaped}"`;
}

interface AnswerLimits {
  readonly timeoutMs: number;
  readonly bodyBytesMax: number;
  readonly byteLimit: number;
}

function readAnswer(
  request: HttpRequest,
  result: ProcessResult,
  limits: AnswerLimits,
): Result<HttpResponse, CodedError> {
  if (result.exitCode === 127) {
    return err(
      hostError("DRV_HOST_UNSUPPORTED", httpAction(request), "the host has no curl", {
        hint: "Install curl on the host",
      }),
    );
  }
  const bytes = result.stdout.bytes();
  const stderr = result.stderr.text();
  const curlExit = Number(/drover-exit (\d+)\n$/.exec(stderr)?.[1] ?? "2");
  const wasCut = curlExit === 23 && bytes.length >= limits.byteLimit;
  if (curlExit !== 0 && !wasCut) return err(curlError(request, curlExit, stderr, limits.timeoutMs));
  const head = splitHead(bytes);
  if (head === undefined) return err(httpUnreachable(request, "the answer has no HTTP header"));
  return ok({
    status: head.status,
    headers: joinHeaders(head.rawHeaders),
    body: head.body.slice(0, limits.bodyBytesMax),
    isTruncated: head.body.length > limits.bodyBytesMax,
    durationMs: result.durationMs,
  });
}

function curlError(request: HttpRequest, curlExit: number, stderr: string, timeoutMs: number): CodedError {
  if (curlExit === 28) return httpTimeout(request, timeoutMs);
  const reason = /curl: \(\d+\) (.*)/.exec(stderr)?.[1]?.slice(0, 200) ?? `curl ended with ${curlExit}`;
  if (curlExit === 35 || curlExit === 51 || curlExit === 60) return httpTlsError(request, reason);
  return httpUnreachable(request, reason);
}

interface ResponseHead {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/** Splits the last header block off; interim answers such as `100 Continue` come before it. */
function splitHead(bytes: Uint8Array): ResponseHead | undefined {
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const [statusLine = "", ...lines] = rest.toString("latin1", 0, end).split("\r\n");
    rest = rest.subarray(end + 4);
    const status = Number(/^HTTP\/[\d.]+ (\d{3})/.exec(statusLine)?.[1]);
    if (!Number.isInteger(status)) return undefined;
    if (status < 200 && status !== 101) continue;
    const rawHeaders = lines.flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    return { status, rawHeaders, body: rest };
  }
}
