import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { CappedOutput } from "../base/capped-output.ts";
import { errnoError, hostError, type HostAction } from "./host-error.ts";
import { notAFile, notASymlink } from "./file-refusal.ts";
import type { ShellChannel, ShellEnd, ShellRequest } from "./shell-channel.ts";
import type { ShellPool } from "./shell-pool.ts";
import { messageError } from "./system-message.ts";

/** Bytes kept of what utilities complain about. */
const COMPLAINT_BYTES_MAX = 8_192;
/** Longest request text: shells read it byte by byte. */
const TEXT_LENGTH_MAX = 2 * 1024 * 1024;

/** A request whose whole answer is wanted. */
export interface ShellCall {
  readonly action: HostAction;
  readonly text: string;
  readonly body?: Uint8Array;
}

/** The answer to a call that the host carried out. */
export interface ShellAnswer {
  readonly stdout: Buffer;
}

/** Makes one call on a shell of its own. A cancel gives the shell up: what it was doing ends with it. */
export async function callShell(
  pool: ShellPool,
  call: ShellCall,
  signal: AbortSignal | undefined,
): Promise<Result<ShellAnswer, CodedError>> {
  const tooLong = tooLongError(call);
  if (tooLong !== undefined) return err(tooLong);
  return await pool.use(signal, async (channel) => {
    const [answer] = await callOn(channel, [call], signal);
    return answer ?? err(messageError("", call.action));
  });
}

/** Makes several calls without bodies on one shell and in one round trip. */
export async function callOn(
  channel: ShellChannel,
  calls: readonly ShellCall[],
  signal: AbortSignal | undefined,
): Promise<readonly Result<ShellAnswer, CodedError>[]> {
  signal?.throwIfAborted();
  const collected = calls.map(newCollector);
  const answers = Promise.all(channel.send(collected.map(({ request }) => request)));
  const ends = await givingUp(channel, answers, signal);
  return ends.map((end, index) => {
    const collector = collected[index];
    if (collector === undefined) return err(messageError("", { verb: "call", subject: "" }));
    return end.ok ? collector.judge(end.value) : end;
  });
}

/** The error of a call that no shell should be asked to read. */
export function tooLongError(call: ShellCall): CodedError | undefined {
  return call.text.length > TEXT_LENGTH_MAX ? errnoError("E2BIG", call.action) : undefined;
}

/** Waits for answers; a cancel closes the channel, which answers everything, and throws the reason. */
async function givingUp<T>(channel: ShellChannel, answers: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const onAbort = (): void => void channel.close("the call was cancelled");
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const answered = await answers;
    if (channel.isBroken) signal?.throwIfAborted();
    return answered;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function newCollector(call: ShellCall): {
  readonly request: ShellRequest;
  readonly judge: (end: ShellEnd) => Result<ShellAnswer, CodedError>;
} {
  const chunks: Uint8Array[] = [];
  const complaint = new CappedOutput(COMPLAINT_BYTES_MAX);
  return {
    request: {
      text: call.text,
      ...(call.body === undefined ? {} : { body: call.body }),
      // The stream's own buffers are reused or shared: what is kept must be a copy.
      onStdout: (bytes) => chunks.push(Uint8Array.from(bytes)),
      onStderr: (bytes) => complaint.push(bytes),
    },
    judge: (end) => {
      if (end.kind === "refused") return err(refusalError(end.reason, call.action));
      return end.code === 0 ? ok({ stdout: Buffer.concat(chunks) }) : err(messageError(complaint.text(), call.action));
    },
  };
}

function refusalError(reason: string, action: HostAction): CodedError {
  if (reason === "NOFOLDER") return errnoError("ENOENT", { ...action, missing: "folder" });
  if (reason === "EISDIR") return notAFile(action).coded;
  if (reason === "EINVAL") return notASymlink(action);
  if (reason === "TOOLARGE") {
    return hostError("DRV_HOST_FILE_TOO_LARGE", action, "it holds more bytes than allowed", {
      hint: "Read a range of it, or raise the limit of the call",
    });
  }
  return errnoError(reason, action);
}
