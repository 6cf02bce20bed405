import { canonicalJson, toJson, type JsonValue } from "../../base/json.ts";
import { RESULT_BYTES_MAX } from "../../base/limits.ts";
import { ok } from "../../base/result.ts";
import { httpRequest, type HttpRequestParams, type HttpRequestResult } from "../../operation/catalog/http.ts";
import type { HttpRequest, HttpResponse } from "../../operation/host.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import { operationClassOf } from "../../operation/spec.ts";
import { failed, failedWith, quoted } from "../failure.ts";

/** Bytes of a body kept in a result. */
const BODY_BYTES_MAX = 256 * 1024;

interface HttpObserved {
  /** The answer, when the request only reads: looking at it is all there is to do. */
  readonly answer: HttpRequestResult | undefined;
}

async function inspect(params: HttpRequestParams, context: ProviderContext): ProviderResult<HttpObserved> {
  if (operationClassOf(httpRequest, params) !== "read-only") return ok({ answer: undefined });
  const answer = await request(params, context);
  return answer.ok ? ok({ answer: answer.value }) : answer;
}

function diff(observed: HttpObserved, params: HttpRequestParams): readonly Change[] {
  if (observed.answer !== undefined) return [];
  return [{ property: "request", after: `${params.method} ${params.url}` }];
}

function unchangedResult(observed: HttpObserved): HttpRequestResult {
  return observed.answer ?? { status: 0, headers: {}, body: "", isTruncated: false, durationMs: 0 };
}

async function request(params: HttpRequestParams, context: ProviderContext): ProviderResult<HttpRequestResult> {
  const isRead = operationClassOf(httpRequest, params) === "read-only";
  const response = await context.host.http(requestOf(params), { signal: context.signal });
  if (!response.ok) {
    // Anything else than a refused connection may have reached the server.
    const mayHaveArrived = !isRead && response.error.code !== "DRV_HOST_HTTP_UNREACHABLE";
    return failedWith(response.error, { changed: mayHaveArrived });
  }
  const result = resultOf(response.value);
  const problem = unexpected(result, params);
  if (problem === undefined) return ok(result);
  const title = `${params.method} ${params.url}`;
  return failed("DRV_HTTP_UNEXPECTED", `Cannot accept the answer to ${quoted(title)}: ${problem}`, {
    hint: "Read the answer in the result; retry the task when the service needs time, or correct expect",
    errorClass: "retryable",
    changed: !isRead,
    data: { ...result },
  });
}

function requestOf(params: HttpRequestParams): HttpRequest {
  const { method, url, socketPath, timeout, headers } = params;
  const body = params.json === undefined ? params.body : JSON.stringify(params.json);
  const isJson = params.json !== undefined && !Object.hasOwn(headers, "content-type");
  return {
    method,
    url,
    timeoutMs: timeout,
    bodyBytesMax: BODY_BYTES_MAX,
    headers: isJson ? { ...headers, "content-type": "application/json" } : headers,
    ...(socketPath === undefined ? {} : { socketPath }),
    ...(body === undefined ? {} : { body }),
  };
}

function resultOf(response: HttpResponse): HttpRequestResult {
  const body = new TextDecoder().decode(response.body);
  const json = response.isTruncated ? undefined : parseJson(body, response.headers["content-type"]);
  const headers = Object.entries(response.headers).map(([name, value]): [string, string] => [
    name,
    name === "set-cookie" ? "***" : value,
  ]);
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    body,
    isTruncated: response.isTruncated,
    durationMs: response.durationMs,
    ...(json === undefined ? {} : { json }),
  };
}

function parseJson(body: string, contentType: string | undefined): JsonValue | undefined {
  if (contentType === undefined || !/[/+]json\b/i.test(contentType)) return undefined;
  try {
    const parsed = toJson(JSON.parse(body), { bytesMax: RESULT_BYTES_MAX });
    return parsed.ok ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with an answer; all of it. */
function unexpected(result: HttpRequestResult, { expect }: HttpRequestParams): string | undefined {
  const problems: string[] = [];
  const statuses = expect.status === undefined ? undefined : [expect.status].flat();
  const isExpected = statuses === undefined ? result.status < 400 : statuses.includes(result.status);
  if (!isExpected) problems.push(`status ${result.status}, expected ${statuses?.join(" or ") ?? "one below 400"}`);
  if (expect.bodyContains !== undefined && !result.body.includes(expect.bodyContains)) {
    problems.push(`the body does not contain ${quoted(expect.bodyContains)}`);
  }
  if (expect.jsonEquals !== undefined) {
    if (result.json === undefined) problems.push("the body is not JSON");
    else if (canonicalJson(result.json) !== canonicalJson(expect.jsonEquals)) {
      problems.push(`the body is not ${quoted(canonicalJson(expect.jsonEquals))}`);
    }
  }
  return problems.length === 0 ? undefined : problems.join("; ");
}

/**
 * Makes one HTTP request from the host. A request that only reads is made while inspecting, so that it counts as
 * unchanged and happens in dry runs too.
 */
export const httpRequestProvider: WriteProvider<HttpRequestParams, HttpRequestResult, HttpObserved> = {
  kind: "write",
  spec: httpRequest,
  inspect,
  diff,
  unchangedResult,
  apply: (params, _observed, context) => request(params, context),
};
