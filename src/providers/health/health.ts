import { ok } from "../../base/result.ts";
import { healthCheck, type HealthCheckParams } from "../../operation/catalog/health.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { readProvider } from "../adapt-params.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { lastWords } from "../tool.ts";

interface Answer {
  readonly isHealthy: boolean;
  /** For people. */
  readonly text: string;
  readonly durationMs: number;
}

/** Opens a connection and closes it; bash has them as files. Values are arguments, not text of the script. */
const CONNECT = 'exec 3<>"/dev/tcp/$1/$2"';
/** One question may take this long. */
const QUESTION_MS_MAX = 10_000;

export const healthCheckProvider = readProvider(healthCheck, async (params, context) => {
  let spentMs = 0;
  for (let attempts = 1; ; attempts++) {
    const answer = await ask(params, Math.min(QUESTION_MS_MAX, Math.max(1, params.timeout - spentMs)), context);
    if (!answer.ok) return answer;
    const { isHealthy, text, durationMs } = answer.value;
    if (isHealthy) return ok({ isHealthy, attempts, answer: text });
    spentMs += durationMs + params.interval;
    if (spentMs > params.timeout) {
      return failed(
        "DRV_HEALTH_FAILED",
        `Cannot confirm the health of ${subjectOf(params)}: after ${attempts} attempts ${text}`,
        {
          hint: "Look at what should answer there; raise timeout when it only needs longer",
          errorClass: "retryable",
          data: { isHealthy, attempts, answer: text },
        },
      );
    }
    // The host waits: time passes there, whatever clock the controller has.
    const slept = await context.host.exec(["sleep", String(params.interval / 1_000)], { signal: context.signal });
    if (!slept.ok) return failedWith(slept.error);
  }
});

function subjectOf({ url, port, address, command }: HealthCheckParams): string {
  if (url !== undefined) return quoted(url);
  if (port !== undefined) return quoted(`${address}:${port}`);
  return command === undefined ? "the host" : quoted(command.join(" "));
}

async function ask(params: HealthCheckParams, timeoutMs: number, context: ProviderContext): ProviderResult<Answer> {
  if (params.url !== undefined) return await askHttp(params, timeoutMs, context);
  const { signal } = context;
  const argv =
    params.port === undefined
      ? (params.command ?? ["true"])
      : ["bash", "-c", CONNECT, "connect", params.address, String(params.port)];
  const ran = await context.host.exec(argv, { signal, timeoutMs });
  if (!ran.ok) {
    if (ran.error.code !== "DRV_HOST_TIMEOUT") return failedWith(ran.error);
    return ok({ isHealthy: false, text: "it did not answer in time", durationMs: timeoutMs });
  }
  const { exitCode, durationMs } = ran.value;
  const said = lastWords(ran.value);
  const text = `it answers with exit code ${exitCode}${said === "" ? "" : ` and ${quoted(said)}`}`;
  return ok({ isHealthy: exitCode === 0, text, durationMs });
}

async function askHttp(
  { url = "", status }: HealthCheckParams,
  timeoutMs: number,
  context: ProviderContext,
): ProviderResult<Answer> {
  const answered = await context.host.http({ method: "GET", url, timeoutMs }, { signal: context.signal });
  if (!answered.ok) {
    const isSilent = answered.error.code === "DRV_HOST_HTTP_UNREACHABLE" || answered.error.code === "DRV_HOST_TIMEOUT";
    return isSilent ? ok({ isHealthy: false, text: "nobody answers", durationMs: 0 }) : failedWith(answered.error);
  }
  const { status: found, durationMs } = answered.value;
  const isHealthy = status === undefined ? found < 400 : found === status;
  return ok({ isHealthy, text: `it answers with status ${found}`, durationMs });
}
