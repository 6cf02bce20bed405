import { codedError, type CodedError, type CodedErrorOptions } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { err, ok, type Result } from "../base/result.ts";

/** What a host call is about to do, for messages: `Cannot write file "/etc/motd": …`. */
export interface HostAction {
  /** Verb and kind: `write file`, `list folder`. */
  readonly verb: string;
  /** The path or command concerned. */
  readonly subject: string;
  /** What is missing when the system says "no such file". */
  readonly missing?: "file" | "folder";
}

/** Carries a coded error out of nested steps of one host call; never leaves the adapter. */
export class HostFault extends Error {
  override readonly name = "HostFault";
  readonly coded: CodedError;

  constructor(coded: CodedError) {
    super(coded.message);
    this.coded = coded;
  }
}

/** Runs the steps of one host call; expected failures come back as coded errors, everything else is thrown on. */
export async function hostCall<T>(
  action: HostAction,
  signal: AbortSignal | undefined,
  steps: () => Promise<T>,
): Promise<Result<T, CodedError>> {
  signal?.throwIfAborted();
  try {
    return ok(await steps());
  } catch (thrown) {
    if (thrown instanceof HostFault) return err(thrown.coded);
    const errorNumber = errnoOf(thrown);
    if (errorNumber === undefined) throw thrown;
    return err(errnoError(errorNumber, action));
  }
}

/** The name of the system error (`ENOSPC`), or `undefined` for anything that is not one. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown) || typeof thrown.code !== "string") return undefined;
  return /^E[A-Z0-9]+$/.test(thrown.code) ? thrown.code : undefined;
}

/** The coded error of a failed `action`. `state` says what was found, and what is wanted when that is not plain. */
export function hostError(
  code: ErrorCode,
  action: HostAction,
  state: string,
  options: CodedErrorOptions = {},
): CodedError {
  return codedError(code, `Cannot ${action.verb} ${quoted(action.subject)}: ${state}`, options);
}

/** Maps the name of a system error to a coded error with a hint. */
export function errnoError(errorNumber: string, action: HostAction): CodedError {
  const details = { errno: errorNumber };
  if (errorNumber === "ENOENT") return missingError(action);
  const entry = ERRNO.get(errorNumber);
  if (entry !== undefined) return hostError(entry.code, action, entry.state, { hint: entry.hint, details });
  return hostError("DRV_HOST_IO", action, `the system answered ${errorNumber}`, {
    hint: "Look at the kernel log and the health of the disk on that host",
    details,
  });
}

function missingError(action: HostAction): CodedError {
  const details = { errno: "ENOENT" };
  if (action.missing === "folder") {
    return hostError("DRV_HOST_FOLDER_NOT_FOUND", action, "the folder does not exist", {
      hint: "Create the folder first, for example with a file.directory task",
      details,
    });
  }
  return hostError("DRV_HOST_FILE_NOT_FOUND", action, "it does not exist", {
    hint: "Check the path, or create it in an earlier task",
    details,
  });
}

interface ErrnoEntry {
  readonly code: ErrorCode;
  readonly state: string;
  readonly hint: string;
}

const PERMISSION_HINT = "Run drover as a user who may do this, or use sudo where the operation offers it";
const PERMISSION: ErrnoEntry = {
  code: "DRV_HOST_PERMISSION",
  state: "the user drover runs as has no permission",
  hint: PERMISSION_HINT,
};
const DISK_FULL: ErrnoEntry = {
  code: "DRV_HOST_DISK_FULL",
  state: "the disk or quota is full",
  hint: "Free space on that file system; what stood there before is intact",
};
const BUSY: ErrnoEntry = {
  code: "DRV_HOST_BUSY",
  state: "it is in use",
  hint: "Stop the process that uses it, or unmount it",
};
const RESOURCES: ErrnoEntry = {
  code: "DRV_HOST_OUT_OF_RESOURCES",
  state: "the system is out of memory, processes or open files",
  hint: "Raise the limits (ulimit -n, ulimit -u) or run fewer tasks at once",
};

const ERRNO: ReadonlyMap<string, ErrnoEntry> = new Map([
  ["EACCES", PERMISSION],
  ["EPERM", PERMISSION],
  ["ENOSPC", DISK_FULL],
  ["EDQUOT", DISK_FULL],
  ["EBUSY", BUSY],
  ["ETXTBSY", BUSY],
  ["EMFILE", RESOURCES],
  ["ENFILE", RESOURCES],
  ["ENOMEM", RESOURCES],
  ["EAGAIN", RESOURCES],
  [
    "EROFS",
    {
      code: "DRV_HOST_READ_ONLY",
      state: "the file system is read-only",
      hint: "Mount it writable, or choose another path",
    },
  ],
  [
    "EISDIR",
    { code: "DRV_HOST_NOT_A_FILE", state: "it is a folder, not a file", hint: "Name a file, or remove the folder" },
  ],
  [
    "ENOTDIR",
    {
      code: "DRV_HOST_NOT_A_FOLDER",
      state: "a part of the path is a file, not a folder",
      hint: "Check the path, or remove the file that stands in the way",
    },
  ],
  [
    "EEXIST",
    { code: "DRV_HOST_NOT_A_FOLDER", state: "something else stands there", hint: "Remove what stands at that path" },
  ],
  [
    "ENOTEMPTY",
    {
      code: "DRV_HOST_FOLDER_NOT_EMPTY",
      state: "the folder is not empty",
      hint: "Remove its content first, or ask for a recursive removal",
    },
  ],
  [
    "ELOOP",
    { code: "DRV_HOST_SYMLINK_LOOP", state: "its symbolic links form a loop", hint: "Remove one of the symlinks" },
  ],
  [
    "EXDEV",
    {
      code: "DRV_HOST_OTHER_FILE_SYSTEM",
      state: "source and target are on different file systems",
      hint: "Copy it and remove the source instead",
    },
  ],
  [
    "ENAMETOOLONG",
    { code: "DRV_HOST_PATH_INVALID", state: "a name in the path is too long", hint: "Use at most 255 bytes a name" },
  ],
  [
    "E2BIG",
    {
      code: "DRV_HOST_ARGUMENTS_TOO_LONG",
      state: "arguments and environment are longer than the system allows",
      hint: "Give large values on standard input or in a file",
    },
  ],
]);

/** Quotes a value for a message, cut to a length that fits one. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}
