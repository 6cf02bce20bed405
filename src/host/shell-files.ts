import { dirname } from "node:path/posix";
import { assert } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";
import type {
  FileStat,
  MkdirOptions,
  Ownership,
  ReadFileOptions,
  RemoveOptions,
  Waiting,
  WriteFileOptions,
} from "../operation/host.ts";
import { hostCall, HostFault, type HostAction } from "./host-error.ts";
import { hostPath } from "./host-path.ts";
import { checkSymlinkTarget, READ_BYTES_MAX, rootRemoval, tooLarge } from "./file-refusal.ts";
import { resolveShellOwner } from "./shell-accounts.ts";
import { callShell, type ShellCall } from "./shell-call.ts";
import type { ShellPool } from "./shell-pool.ts";
import { shellWord, shellWords } from "./shell-quote.ts";
import { parseStat } from "./shell-stat.ts";

const MODE_BITS = 0o7777;

/** The file methods of a host behind a shell, each one round trip (owners by name take another). */
export class ShellFiles {
  readonly #pool: ShellPool;

  constructor(pool: ShellPool) {
    this.#pool = pool;
  }

  readFile(path: string, options: ReadFileOptions = {}): Promise<Result<Uint8Array, CodedError>> {
    const action: HostAction = { verb: "read file", subject: path };
    return hostCall(action, options.signal, async () => {
      const stdout = await this.#call(readCall(path, action, options), options);
      return checkedContent(stdout, action, options);
    });
  }

  writeFile(path: string, content: Uint8Array, options: WriteFileOptions = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "write file", subject: path, missing: "folder" };
    return hostCall(action, options.signal, async () => {
      const real = hostPath(path, action);
      const mode = options.mode === undefined ? "-" : octal(options.mode);
      const owner = await this.#ownerWord(options.owner ?? {}, action, options);
      const places = shellWords([real, dirname(real)]);
      const text = `drv_write ${content.length} ${places} ${mode} ${owner}`;
      await this.#call({ action, text, body: content }, options);
    });
  }

  stat(path: string, options: Waiting = {}): Promise<Result<FileStat | undefined, CodedError>> {
    const action: HostAction = { verb: "stat", subject: path };
    return hostCall(action, options.signal, async () => {
      const answer = await callShell(this.#pool, statCall(path, action), options.signal);
      return statAnswer(answer, action);
    });
  }

  list(path: string, options: Waiting = {}): Promise<Result<readonly string[], CodedError>> {
    const action: HostAction = { verb: "list folder", subject: path, missing: "folder" };
    return hostCall(action, options.signal, async () => namesOf(await this.#call(listCall(path, action), options)));
  }

  mkdir(path: string, options: MkdirOptions = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "make folder", subject: path, missing: "folder" };
    return hostCall(action, options.signal, async () => {
      const real = hostPath(path, action);
      const places = shellWords([real, dirname(real)]);
      const manner = options.recursive === true ? "recursive" : "single";
      await this.#call({ action, text: `drv_mkdir ${places} ${octal(options.mode ?? 0o755)} ${manner}` }, options);
    });
  }

  chmod(path: string, mode: number, options: Waiting = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "set mode of", subject: path };
    return hostCall(action, options.signal, async () => {
      await this.#call({ action, text: `drv_chmod ${shellWord(hostPath(path, action))} ${octal(mode)}` }, options);
    });
  }

  chown(path: string, owner: Ownership, options: Waiting = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "set owner of", subject: path };
    return hostCall(action, options.signal, async () => {
      const word = shellWord(hostPath(path, action));
      const ids = await this.#ownerWord(owner, action, options);
      const text = ids === "-" ? `ls -d ${word} >/dev/null` : `chown -h ${ids.replace(/:$/, "")} ${word}`;
      await this.#call({ action, text }, options);
    });
  }

  rename(from: string, to: string, options: Waiting = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "rename", subject: from };
    return hostCall(action, options.signal, async () => {
      const target = hostPath(to, { ...action, subject: to });
      const places = shellWords([hostPath(from, action), target, dirname(target)]);
      await this.#call({ action, text: `drv_rename ${places}` }, options);
    });
  }

  readlink(path: string, options: Waiting = {}): Promise<Result<string, CodedError>> {
    const action: HostAction = { verb: "read symlink", subject: path };
    return hostCall(action, options.signal, async () => {
      return (await this.#call(readlinkCall(path, action), options)).toString("utf8");
    });
  }

  symlink(target: string, path: string, options: Waiting = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "make symlink", subject: path, missing: "folder" };
    return hostCall(action, options.signal, async () => {
      checkSymlinkTarget(target, action);
      const real = hostPath(path, action);
      await this.#call({ action, text: `drv_symlink ${shellWords([target, real, dirname(real)])}` }, options);
    });
  }

  remove(path: string, options: RemoveOptions = {}): Promise<Result<void, CodedError>> {
    const action: HostAction = { verb: "remove", subject: path };
    return hostCall(action, options.signal, async () => {
      const real = hostPath(path, action);
      if (dirname(real) === real || /^\/[./]*$/.test(real)) throw new HostFault(rootRemoval(action));
      const manner = options.recursive === true ? "recursive" : "single";
      const answer = await callShell(
        this.#pool,
        { action, text: `drv_remove ${shellWord(real)} ${manner}` },
        options.signal,
      );
      if (answer.ok || isAbsence(answer.error)) return;
      throw new HostFault(answer.error);
    });
  }

  async #call(call: ShellCall, options: Waiting): Promise<Buffer> {
    const answer = await callShell(this.#pool, call, options.signal);
    if (!answer.ok) throw new HostFault(answer.error);
    return answer.value.stdout;
  }

  /** `user:group` in numbers with either part missing, `-` for neither. */
  async #ownerWord(owner: Ownership, action: HostAction, options: Waiting): Promise<string> {
    const { uid, gid } = await resolveShellOwner(this.#pool, owner, { action, signal: options.signal });
    return uid === undefined && gid === undefined ? "-" : `${uid ?? ""}:${gid ?? ""}`;
  }
}

/** Throws a host fault for a path that cannot be one. */
export function statCall(path: string, action: HostAction): ShellCall {
  return { action, text: `drv_stat ${shellWord(hostPath(path, action))}` };
}

export function listCall(path: string, action: HostAction): ShellCall {
  return { action, text: `drv_list ${shellWord(hostPath(path, action))}` };
}

export function readlinkCall(path: string, action: HostAction): ShellCall {
  return { action, text: `drv_readlink ${shellWord(hostPath(path, action))}` };
}

export function readCall(path: string, action: HostAction, options: ReadFileOptions): ShellCall {
  const { offset = 0, length = Number.MAX_SAFE_INTEGER, bytesMax = READ_BYTES_MAX } = options;
  assert(offset >= 0 && length >= 0, "a range starts at or after 0 and is not negative");
  // One byte more than allowed shows that a file without a true size, as under /proc, is too large.
  const wanted = Math.min(length, bytesMax + 1);
  return { action, text: `drv_read ${shellWord(hostPath(path, action))} ${offset} ${wanted} ${bytesMax}` };
}

/** Throws `DRV_HOST_FILE_TOO_LARGE` as a host fault. */
export function checkedContent(stdout: Buffer, action: HostAction, options: ReadFileOptions): Uint8Array {
  const { bytesMax = READ_BYTES_MAX } = options;
  if (stdout.length > bytesMax) throw new HostFault(tooLarge(action, bytesMax));
  return new Uint8Array(stdout);
}

/** What is there, or `undefined`. Throws other failures as host faults. */
export function statAnswer(
  answer: Result<{ readonly stdout: Buffer }, CodedError>,
  action: HostAction,
): FileStat | undefined {
  if (answer.ok) return parseStat(answer.value.stdout.toString("utf8"), action);
  if (isAbsence(answer.error)) return undefined;
  throw new HostFault(answer.error);
}

export function namesOf(stdout: Buffer): readonly string[] {
  return stdout.toString("utf8").split("\0").slice(0, -1).sort();
}

function isAbsence(error: CodedError): boolean {
  const errorNumber = error.details?.["errno"];
  return errorNumber === "ENOENT" || errorNumber === "ENOTDIR";
}

function octal(mode: number): string {
  return (mode & MODE_BITS).toString(8).padStart(4, "0");
}
