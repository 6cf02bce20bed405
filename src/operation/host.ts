import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";
import type { Facts } from "./facts.ts";

/**
 * The only way a provider reaches a machine: local, over SSH, in a container, through an agent, or faked.
 *
 * Every method waits at most as long as its `signal` allows and answers expected failures as coded errors
 * (`DRV_HOST_*`); it throws only the signal's reason. Paths are absolute POSIX paths on that host. Values are data:
 * nothing given here is ever read as shell text by an adapter.
 */
export interface Host {
  /** Name in the fleet, as it appears in host results. */
  readonly name: string;
  /** Absolute folder on the host for what drover remembers there (deploy records). Made on first use, mode 0700. */
  readonly stateFolder: string;

  /**
   * Runs `argv[0]` with the rest as arguments, without a shell, in its own process group, with a clean environment
   * (`PATH`, `HOME`, `LANG`, and `env`). A non-zero exit is a result, not an error. On timeout or abort the group gets
   * SIGTERM, after `killGraceMs` SIGKILL, and returns even when a grandchild still holds the pipes.
   * Errors: `DRV_HOST_COMMAND_NOT_FOUND`, `DRV_HOST_PERMISSION`, `DRV_HOST_TIMEOUT`, `DRV_HOST_UNREACHABLE`,
   * `DRV_HOST_FOLDER_NOT_FOUND` (cwd).
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<Result<ExecResult, CodedError>>;

  /** Runs independent calls in as few round trips as the host allows; answers stand in the order of the calls. */
  batch(calls: readonly HostCall[], options?: Waiting): Promise<readonly Result<HostAnswer, CodedError>[]>;

  /** Bytes of a file, optionally a range. `DRV_HOST_FILE_NOT_FOUND`, `DRV_HOST_NOT_A_FILE`, `DRV_HOST_PERMISSION`, `DRV_HOST_FILE_TOO_LARGE`. */
  readFile(path: string, options?: ReadFileOptions): Promise<Result<Uint8Array, CodedError>>;
  /**
   * Replaces a file in one step: temporary file beside it, mode and owner set, fsync, rename. On any failure (full disk
   * included) the old content stays. The folder must exist. A symlink at `path` is replaced, not followed.
   */
  writeFile(path: string, content: Uint8Array, options?: WriteFileOptions): Promise<Result<void, CodedError>>;
  /** What is at `path` without following a final symlink; `undefined` when there is nothing. */
  stat(path: string, options?: Waiting): Promise<Result<FileStat | undefined, CodedError>>;
  /** Names in a folder, sorted. */
  list(path: string, options?: Waiting): Promise<Result<readonly string[], CodedError>>;
  /** Makes one folder; the parent must exist unless `recursive`. Existing folder: ok. */
  mkdir(path: string, options?: MkdirOptions): Promise<Result<void, CodedError>>;
  chmod(path: string, mode: number, options?: Waiting): Promise<Result<void, CodedError>>;
  /** Sets owner and group by name or number; leaves what is not given. Does not follow symlinks. `DRV_HOST_UNKNOWN_USER`, `DRV_HOST_UNKNOWN_GROUP`. */
  chown(path: string, owner: Ownership, options?: Waiting): Promise<Result<void, CodedError>>;
  rename(from: string, to: string, options?: Waiting): Promise<Result<void, CodedError>>;
  readlink(path: string, options?: Waiting): Promise<Result<string, CodedError>>;
  /** Makes or atomically replaces the symlink at `path`. */
  symlink(target: string, path: string, options?: Waiting): Promise<Result<void, CodedError>>;
  /** Removes a file, symlink or (with `recursive`, else only empty) folder. Absent: ok. */
  remove(path: string, options?: RemoveOptions): Promise<Result<void, CodedError>>;
  /** One HTTP request made from that host. Redirects are not followed. Statuses are results, not errors. */
  http(request: HttpRequest, options?: HttpOptions): Promise<Result<HttpResponse, CodedError>>;
  /** Facts of the host, gathered at most once a minute. */
  facts(options?: Waiting): Promise<Result<Facts, CodedError>>;
}

export interface Waiting {
  readonly signal?: AbortSignal;
}

export interface ExecOptions extends Waiting {
  readonly stdin?: string | Uint8Array;
  readonly env?: { readonly [name: string]: string };
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** Run through `sudo -n`, as root or the named user. */
  readonly sudo?: boolean | { readonly user: string };
  /**
   * For programs that work on the system as such (accounts, packages): on a host that is a folder of a machine, they run
   * with that folder as their root, or are not found there, and never touch the machine. No difference elsewhere.
   */
  readonly isInsideRoot?: boolean;
  /** Bytes kept of each stream (head and tail halves); the rest is read and dropped. Default 1 MiB. */
  readonly outputBytesMax?: number;
  /** Default 10,000. */
  readonly killGraceMs?: number;
  /** Receives output as it comes, split at line ends, invalid UTF-8 replaced; a line over 64 KiB is cut. */
  readonly onLine?: (stream: "stdout" | "stderr", line: string) => void;
}

export interface ExecResult {
  /** Exit code; 128 + signal number when a signal ended it. */
  readonly exitCode: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Bytes dropped from the middle of a stream over the cap. */
  readonly droppedBytes: number;
  readonly durationMs: number;
}

export interface ReadFileOptions extends Waiting {
  readonly offset?: number;
  readonly length?: number;
  /** Refuse larger files. Default 64 MiB. */
  readonly bytesMax?: number;
}

export interface WriteFileOptions extends Waiting {
  /** Permission bits. Default: those of the existing file, else 0o644. */
  readonly mode?: number;
  readonly owner?: Ownership;
}

export interface Ownership {
  readonly user?: string | number;
  readonly group?: string | number;
}

export interface FileStat {
  readonly type: "file" | "directory" | "symlink" | "other";
  readonly sizeBytes: number;
  /** Permission bits, set-id and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Name, or the number as text when the host has no name for it. */
  readonly user: string;
  readonly group: string;
  readonly modifiedAtMs: number;
}

export interface MkdirOptions extends Waiting {
  readonly recursive?: boolean;
  /** Default 0o755. */
  readonly mode?: number;
}

export interface RemoveOptions extends Waiting {
  readonly recursive?: boolean;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** Unix socket to connect to instead of the host in `url`. */
  readonly socketPath?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
  readonly timeoutMs?: number;
  /** Bytes kept of the body. Default 1 MiB. */
  readonly bodyBytesMax?: number;
}

export interface HttpOptions extends Waiting {
  /**
   * Receives the body as it comes, instead of its being kept: `body` is empty and `bodyBytesMax` does not apply. A host
   * that sees a body only at its end hands it over then, at most 64 MiB of it. The bytes are the receiver's to keep.
   */
  readonly onBody?: (bytes: Uint8Array) => void;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
  readonly isTruncated: boolean;
  readonly durationMs: number;
}

/** A call for {@link Host.batch}. */
export type HostCall =
  | { readonly call: "stat"; readonly path: string }
  | { readonly call: "readFile"; readonly path: string; readonly bytesMax?: number }
  | { readonly call: "readlink"; readonly path: string }
  | { readonly call: "list"; readonly path: string }
  | { readonly call: "exec"; readonly argv: readonly string[]; readonly timeoutMs?: number };

/** The answer to the call of the same kind. */
export type HostAnswer =
  | { readonly call: "stat"; readonly stat: FileStat | undefined }
  | { readonly call: "readFile"; readonly content: Uint8Array }
  | { readonly call: "readlink"; readonly target: string }
  | { readonly call: "list"; readonly names: readonly string[] }
  | { readonly call: "exec"; readonly result: ExecResult };
