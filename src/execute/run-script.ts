import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ExecResult, Host } from "../operation/host.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { JobWork } from "../protocol/job.ts";
import { failure, hostFailure, type Attempt } from "./attempt.ts";
import { durableHost } from "./durable-host.ts";
import { parseProgressLine } from "./progress-line.ts";

type ScriptWork = Extract<JobWork, { readonly kind: "script" }>;

/** Characters of the error output shown in the message of a failed script. */
const STDERR_SHOWN_MAX = 1_000;

/**
 * Starts an interpreter with a script file and arguments, all given as words. `DROVER_ROOT` is set by hosts whose root is
 * a folder: programs there see the script below it.
 */
const START_SCRIPT = `interpreter_words=$1 script=$DROVER_ROOT$2
shift 2
total=$# count=0
while [ "$count" -lt "$total" ]; do
  if [ "$count" -eq "$interpreter_words" ]; then set -- "$@" "$script"; fi
  set -- "$@" "$1"; shift
  count=$((count + 1))
done
if [ "$total" -eq "$interpreter_words" ]; then set -- "$@" "$script"; fi
unset interpreter_words script total count
exec "$@"`;

/**
 * Runs a script in a fresh process on the host: the text goes into a file that is removed afterwards, the input is JSON
 * on standard input, lines `PROGRESS: n text` on standard output become progress. A non-zero exit is a failure.
 */
export async function runScript(attempt: Attempt, work: ScriptWork): Promise<Outcome> {
  const { mode } = attempt.job;
  if (mode === "probe") return { status: "unknown", reason: "What a script did cannot be probed" };
  if (mode === "inspect") {
    return {
      status: "changed",
      changes: [{ property: "script", after: work.interpreter.join(" ") }],
      isConditional: true,
    };
  }
  const durable = attempt.durable;
  const isStarted = durable?.isResumed === true && (await durable.calls.isNextStarted());
  const placed = isStarted ? ok(scriptPath(attempt)) : await placeScript(attempt, work.script);
  if (!placed.ok) return hostFailure(placed.error, attempt.trace);
  try {
    // What was started before is ended by whoever follows it.
    if (!isStarted) attempt.signal.throwIfAborted();
    attempt.trace.hasStartedChanging = true;
    return scriptOutcome(attempt, await execScript(attempt, { work, path: placed.value }));
  } finally {
    // Without the signal: it is removed also after a cancel. What cannot be removed now stays readable for its user only.
    await attempt.host.remove(placed.value);
  }
}

async function placeScript(attempt: Attempt, script: string): Promise<Result<string, CodedError>> {
  const { host, signal } = attempt;
  for (const folder of [host.stateFolder, scriptFolder(host)]) {
    const made = await host.mkdir(folder, { recursive: true, mode: 0o700, signal });
    if (!made.ok) return made;
  }
  const path = scriptPath(attempt);
  const written = await host.writeFile(path, new TextEncoder().encode(script), { mode: 0o700, signal });
  return written.ok ? ok(path) : written;
}

function scriptFolder(host: Host): string {
  return `${host.stateFolder}/scripts`;
}

function scriptPath({ host, job }: Attempt): string {
  return `${scriptFolder(host)}/${job.token}`;
}

async function execScript(
  attempt: Attempt,
  script: { readonly work: ScriptWork; readonly path: string },
): Promise<Result<ExecResult, CodedError>> {
  const { work, path } = script;
  const { job, durable } = attempt;
  const host = durable === undefined ? attempt.host : durableHost(durable, job);
  const { DROVER_ROOT: _, ...env } = work.env;
  let percentSeen = -1;
  const words = [String(work.interpreter.length), path, ...work.interpreter, ...work.args];
  const ended = await host.exec(["sh", "-c", START_SCRIPT, "drover-script", ...words], {
    stdin: work.input === undefined ? "" : JSON.stringify(work.input),
    env: {
      ...env,
      DROVER_RUN_ID: job.runId,
      DROVER_TASK: job.task,
      DROVER_HOST: job.host,
      DROVER_ATTEMPT: String(job.attempt),
      DROVER_TOKEN: job.token,
    },
    ...(work.cwd === undefined ? {} : { cwd: work.cwd }),
    signal: attempt.signal,
    onLine: (stream, line) => {
      const progress = stream === "stdout" ? parseProgressLine(line) : undefined;
      if (progress === undefined) return attempt.onLine(stream, line);
      if (progress.percent < percentSeen) return; // Progress does not go back.
      percentSeen = progress.percent;
      attempt.onProgress(progress.percent, progress.message);
    },
  });
  return ended.ok && isMissingInterpreter(ended.value) ? err(missingInterpreter(work)) : ended;
}

/** How the starting shell says that there is no such program; a script that ends with 127 says something else. */
function isMissingInterpreter(result: ExecResult): boolean {
  return result.exitCode === 127 && /^(drover-script|sh)?: ?.*exec: .*not found\n$/.test(result.stderr);
}

function missingInterpreter(work: ScriptWork): CodedError {
  return codedError(
    "DRV_HOST_COMMAND_NOT_FOUND",
    `Cannot run script: the interpreter ${JSON.stringify(work.interpreter[0] ?? "")} does not exist`,
    { hint: "Install it on the host, or write its absolute path" },
  );
}

function scriptOutcome(attempt: Attempt, ended: Result<ExecResult, CodedError>): Outcome {
  if (!ended.ok) {
    // Only a script that ran can have changed something.
    return hostFailure(ended.error, attempt.trace, ended.error.code === "DRV_HOST_TIMEOUT");
  }
  const { exitCode, signal, stdout, stderr, droppedBytes } = ended.value;
  const data = { exitCode, stdout, stderr, droppedBytes, ...(signal === undefined ? {} : { signal }) };
  if (exitCode === 0) return { status: "changed", data };
  const said = stderr.trim().slice(-STDERR_SHOWN_MAX);
  const error = codedError(
    "DRV_EXECUTE_SCRIPT_FAILED",
    `Cannot complete script of task "${attempt.job.task}": it ended with exit code ${exitCode}${said === "" ? "" : `: ${said}`}`,
    { hint: "Read its output; a script that succeeded ends with exit code 0", details: { exitCode } },
  );
  return { ...failure(error, "retryable", attempt.trace), data };
}
