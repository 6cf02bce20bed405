import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Facts } from "../operation/facts.ts";
import type {
  ExecOptions,
  ExecResult,
  Host,
  HostAnswer,
  HostCall,
  HttpOptions,
  HttpRequest,
  HttpResponse,
  Waiting,
} from "../operation/host.ts";
import { answerCall } from "../host/answer-call.ts";
import { checkCommand, execAction } from "../host/command-line.ts";
import { hostError } from "../host/host-error.ts";
import { checkHttpRequest, httpUnreachable } from "../host/local-http.ts";
import { FakeFiles, type FakeCallName, type FakeOwner } from "./fake-files.ts";

/** One call as the host received it. */
export interface FakeCall {
  readonly call: FakeCallName;
  /** The path, the program, or the URL. */
  readonly subject: string;
  readonly argv?: readonly string[];
}

/** What a scripted command answers: parts of a result (success with empty output by default) or an error. */
export type FakeExecAnswer = Partial<ExecResult> | { readonly error: CodedError };
export type FakeExecHandler = (
  argv: readonly string[],
  options: ExecOptions,
) => FakeExecAnswer | undefined | Promise<FakeExecAnswer | undefined>;
export type FakeHttpAnswer = Partial<HttpResponse> | { readonly error: CodedError };
export type FakeHttpHandler = (
  request: HttpRequest,
) => FakeHttpAnswer | undefined | Promise<FakeHttpAnswer | undefined>;

export interface FakeHostOptions {
  /** Default `fake`. */
  readonly name?: string;
  /** Default `/var/lib/drover`. */
  readonly stateFolder?: string;
  /** Text files that exist from the start, with their folders. */
  readonly files?: { readonly [path: string]: string };
  /** Changes to the default facts of a small Debian machine. */
  readonly facts?: Partial<Facts>;
  /** Time stamp of files, in milliseconds. Default 0. */
  readonly nowMs?: () => number;
}

/**
 * A host in memory: a file tree with modes and owners, scripted commands and HTTP, a record of every call, and
 * failures on demand. Behaves like a real one wherever the `Host` contract says something, with the same codes.
 * Folders `/etc`, `/tmp`, `/var/lib` exist; users and groups are `root` (0), `www-data` (33) and `nobody` (65534).
 *
 * @example
 * const host = new FakeHost({ files: { "/etc/hostname": "web-1\n" } });
 * host.onExec((argv) => (argv[0] === "uptime" ? { stdout: "up 3 days\n" } : undefined));
 * host.failNext("writeFile", { code: "DRV_HOST_DISK_FULL", message: "Cannot write file: the disk is full" });
 */
export class FakeHost implements Host {
  readonly name: string;
  readonly stateFolder: string;
  readonly files: FakeFiles;
  readonly readFile: Host["readFile"];
  readonly writeFile: Host["writeFile"];
  readonly stat: Host["stat"];
  readonly list: Host["list"];
  readonly mkdir: Host["mkdir"];
  readonly chmod: Host["chmod"];
  readonly chown: Host["chown"];
  readonly rename: Host["rename"];
  readonly readlink: Host["readlink"];
  readonly symlink: Host["symlink"];
  readonly remove: Host["remove"];
  readonly #calls: FakeCall[] = [];
  readonly #execHandlers: FakeExecHandler[] = [];
  readonly #httpHandlers: FakeHttpHandler[] = [];
  readonly #failures: { readonly call: FakeCallName; readonly error: CodedError; readonly subject?: string }[] = [];
  readonly #facts: Facts;

  constructor(options: FakeHostOptions = {}) {
    this.name = options.name ?? "fake";
    this.stateFolder = options.stateFolder ?? "/var/lib/drover";
    const files = new FakeFiles({
      nowMs: options.nowMs ?? (() => 0),
      intercept: (call, subject) => this.#record({ call, subject }),
    });
    this.files = files;
    this.readFile = files.readFile.bind(files);
    this.writeFile = files.writeFile.bind(files);
    this.stat = files.stat.bind(files);
    this.list = files.list.bind(files);
    this.mkdir = files.mkdir.bind(files);
    this.chmod = files.chmod.bind(files);
    this.chown = files.chown.bind(files);
    this.rename = files.rename.bind(files);
    this.readlink = files.readlink.bind(files);
    this.symlink = files.symlink.bind(files);
    this.remove = files.remove.bind(files);
    this.#facts = { ...FACTS, hostname: this.name, fqdn: this.name, ...options.facts };
    for (const folder of ["/etc", "/tmp", "/var/lib"]) files.makeFolders(folder);
    for (const [path, text] of Object.entries(options.files ?? {})) files.putFile(path, text);
  }

  /** Every call so far, those that were made to fail included. */
  get calls(): readonly FakeCall[] {
    return this.#calls;
  }

  /** Answers commands; the newest handler that does not answer `undefined` counts. Others are not found. */
  onExec(handler: FakeExecHandler): void {
    this.#execHandlers.unshift(handler);
  }

  /** Answers HTTP requests like {@link onExec}; others find no server. */
  onHttp(handler: FakeHttpHandler): void {
    this.#httpHandlers.unshift(handler);
  }

  /** Makes the next call of this kind (on `subject`, if given) fail with `error`, before it does anything. */
  failNext(call: FakeCallName, error: CodedError, subject?: string): void {
    this.#failures.push({ call, error, ...(subject === undefined ? {} : { subject }) });
  }

  /** Puts a file there without any record, making its folders. */
  putFile(path: string, content: string | Uint8Array, owner: FakeOwner = {}): void {
    this.files.putFile(path, content, owner);
  }

  /** The text of a file, `undefined` when there is none. */
  text(path: string): string | undefined {
    return this.files.text(path);
  }

  /** All paths with type, mode, owner and content as text, for comparing states before and after. */
  snapshot(): ReadonlyMap<string, string> {
    return this.files.snapshot();
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<Result<ExecResult, CodedError>> {
    options.signal?.throwIfAborted();
    const checked = checkCommand(argv, options.env);
    if (!checked.ok) return checked;
    const failure = this.#record({ call: "exec", subject: argv[0] ?? "", argv: [...argv] });
    if (failure !== undefined) return err(failure);
    if (options.cwd !== undefined && this.files.tree.find(options.cwd, true)?.type !== "directory") {
      return err(
        hostError("DRV_HOST_FOLDER_NOT_FOUND", execAction(argv), `its working folder "${options.cwd}" is not a folder`),
      );
    }
    for (const handler of this.#execHandlers) {
      const answer = await handler(argv, options);
      options.signal?.throwIfAborted();
      if (answer !== undefined) return execResult(answer, options);
    }
    return err(hostError("DRV_HOST_COMMAND_NOT_FOUND", execAction(argv), "no handler of the fake host answers it"));
  }

  async batch(calls: readonly HostCall[], options: Waiting = {}): Promise<readonly Result<HostAnswer, CodedError>[]> {
    return await Promise.all(calls.map((call) => answerCall(this, call, options)));
  }

  async http(request: HttpRequest, options: HttpOptions = {}): Promise<Result<HttpResponse, CodedError>> {
    options.signal?.throwIfAborted();
    const checked = checkHttpRequest(request);
    if (!checked.ok) return checked;
    const failure = this.#record({ call: "http", subject: request.url });
    if (failure !== undefined) return err(failure);
    for (const handler of this.#httpHandlers) {
      const answer = await handler(request);
      options.signal?.throwIfAborted();
      if (answer !== undefined) return httpResult(answer, options);
    }
    return err(httpUnreachable(request, "no handler of the fake host answers it"));
  }

  async facts(options: Waiting = {}): Promise<Result<Facts, CodedError>> {
    options.signal?.throwIfAborted();
    const failure = this.#record({ call: "facts", subject: this.name });
    return failure === undefined ? ok(this.#facts) : err(failure);
  }

  #record(call: FakeCall): CodedError | undefined {
    this.#calls.push(call);
    const at = this.#failures.findIndex((failure) => {
      return failure.call === call.call && (failure.subject === undefined || failure.subject === call.subject);
    });
    return at < 0 ? undefined : this.#failures.splice(at, 1)[0]?.error;
  }
}

function execResult(answer: FakeExecAnswer, options: ExecOptions): Result<ExecResult, CodedError> {
  if ("error" in answer) return err(answer.error);
  const result: ExecResult = { exitCode: 0, stdout: "", stderr: "", droppedBytes: 0, durationMs: 0, ...answer };
  for (const stream of ["stdout", "stderr"] as const) {
    for (const line of result[stream].split(/\r?\n/)) if (line !== "") options.onLine?.(stream, line);
  }
  return ok(result);
}

function httpResult(answer: FakeHttpAnswer, { onBody }: HttpOptions): Result<HttpResponse, CodedError> {
  if ("error" in answer) return err(answer.error);
  const nothing = new Uint8Array(0);
  const whole = { status: 200, headers: {}, body: nothing, isTruncated: false, durationMs: 0, ...answer };
  if (onBody === undefined) return ok(whole);
  onBody(whole.body);
  return ok({ ...whole, body: nothing });
}

const FACTS: Facts = {
  hostname: "fake",
  fqdn: "fake",
  os: { family: "debian", distribution: "debian", version: "12" },
  architecture: "x64",
  kernel: "6.1.0",
  cpuCount: 2,
  memory: { totalBytes: 4_294_967_296, availableBytes: 2_147_483_648 },
  disks: [{ mount: "/", totalBytes: 10_737_418_240, usedBytes: 5_368_709_120, freeBytes: 5_368_709_120 }],
  load: { one: 0.1, five: 0.1, fifteen: 0.1 },
  uptimeSeconds: 86_400,
  interfaces: [{ name: "eth0", addresses: ["192.0.2.10"], mac: "02:00:00:00:00:01" }],
  serviceManager: "systemd",
  packageManager: "apt",
  isContainer: false,
  labels: {},
  custom: {},
};
