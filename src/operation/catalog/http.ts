import { z } from "zod";
import { defineOperation, type OperationClass } from "../spec.ts";
import { duration, json, text } from "./fields.ts";

const TIMEOUT_MS_DEFAULT = 30_000;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Request headers whose values are credentials. */
export const SECRET_REQUEST_HEADERS: readonly string[] = [
  "authorization",
  "cookie",
  "proxy-authorization",
  "x-api-key",
  "x-auth-token",
];

const METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH"] as const;
type Method = (typeof METHODS)[number];

function classOfMethod(method: Method): OperationClass {
  switch (method) {
    case "GET":
    case "HEAD":
    case "OPTIONS":
      return "read-only";
    case "PUT":
    case "DELETE":
      return "idempotent";
    case "POST":
    case "PATCH":
      return "non-idempotent";
  }
}

/** An address with `http` or `https` and without credentials. */
export function httpUrl() {
  return z
    .string()
    .max(8_192, "must not be longer than 8192 characters")
    .superRefine((value, context) => {
      const url = URL.canParse(value) ? new URL(value) : undefined;
      if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
        context.addIssue({ code: "custom", message: 'must be a URL that starts with "http://" or "https://"' });
      } else if (url.username !== "" || url.password !== "") {
        context.addIssue({ code: "custom", message: "must not contain credentials: give an authorization header" });
      }
    });
}

function headers() {
  const name = z.string().regex(HEADER_NAME, "must be the name of a header");
  const value = text().refine((line) => !/[\r\n]/.test(line), "must not contain line breaks");
  return z
    .record(name, value)
    .transform((given) => Object.fromEntries(Object.entries(given).map(([key, line]) => [key.toLowerCase(), line])));
}

const status = z.int().min(100, "must be a status from 100 to 599").max(599, "must be a status from 100 to 599");

const params = z
  .strictObject({
    url: httpUrl().describe("Address, with `http` or `https`"),
    method: z
      .string()
      .toUpperCase()
      .pipe(z.enum(METHODS, `must be one of ${METHODS.join(", ")}`))
      .default("GET")
      .describe("GET, HEAD and OPTIONS only read; PUT and DELETE may be repeated; POST and PATCH may not"),
    headers: headers().default({}).describe("Headers; values of authorization, cookie and API key headers are masked"),
    body: text().optional().describe("Body as text; not together with `json`"),
    json: json().optional().describe("Body as JSON, with the matching content type; not together with `body`"),
    socketPath: z.string().startsWith("/", "must be absolute").optional().describe("Unix socket to connect to"),
    expect: z
      .strictObject({
        status: z.union([status, z.array(status).min(1, "must not be empty")]).optional(),
        bodyContains: z.string().optional(),
        jsonEquals: json().optional(),
      })
      .default({})
      .describe("What the answer must be: `status` (one or several, else any below 400), `bodyContains`, `jsonEquals`"),
    timeout: duration().default(TIMEOUT_MS_DEFAULT).describe("Time the request may take"),
  })
  .refine((value) => value.body === undefined || value.json === undefined, {
    path: ["body"],
    message: 'cannot be given together with "json"',
  });

/** Makes one HTTP request from the host. */
export const httpRequest = defineOperation({
  name: "http.request",
  aliases: ["http.request.execute"],
  category: "http",
  summary: "Makes one HTTP request from the host and checks the answer",
  description:
    "Redirects are not followed. An answer that is not the expected one fails the task and keeps the answer, so a retry " +
    "makes a health check out of it. Requests that only read are also made in a dry run.",
  params,
  result: z.strictObject({
    status: z.int(),
    headers: z.record(z.string(), z.string()).describe("Lower-case names; cookies are masked"),
    body: z.string().describe("At most 256 KiB of text"),
    json: json().exactOptional().describe("The body, when it is JSON"),
    isTruncated: z.boolean().describe("Whether the body was longer"),
    durationMs: z.number(),
  }),
  operationClass: (given) => classOfMethod(given.method),
  reversibility: "none",
  osFamilies: "any",
  attemptTimeoutMs: 120_000,
  // Asking again answers it for requests that only read; for the others the answer stays unknown, and that holds.
  unknownPolicy: "probe",
  secretParams: SECRET_REQUEST_HEADERS.map((name) => `headers.${name}`),
  example: {
    url: "http://127.0.0.1:8080/health",
    expect: { status: 200, jsonEquals: { status: "ok" } },
    timeout: "5s",
  },
});

export type HttpRequestParams = z.output<typeof params>;
export type HttpRequestResult = z.output<typeof httpRequest.result>;
