import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { DroverError, type CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
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
import { LocalAccounts } from "./accounts.ts";
import { answerCall } from "./answer-call.ts";
import { CachedFacts } from "./cached-facts.ts";
import { baseEnvironment, checkCommand, execAction, sudoRefusal, withSudo } from "./command-line.ts";
import { composeFacts } from "./compose-facts.ts";
import { requestThroughCurl } from "./curl-http.ts";
import { followDetached, runDetached, type DetachingHost } from "./detached-exec.ts";
import { readCustomFacts } from "./custom-facts.ts";
import { errnoError, errnoOf, hostCall, hostError, HostFault } from "./host-error.ts";
import { LocalFiles } from "./local-files.ts";
import { gatherLocalFacts } from "./local-facts.ts";
import { requestLocally } from "./local-http.ts";
import { runProcess, toExecResult, type ProcessResult } from "./process.ts";

export interface LocalHostOptions {
  /** Default `local`. */
  readonly name?: string;
  /**
   * Folder that plays the root: every path of a call is looked up below it, commands start in it and find it in
   * `DROVER_ROOT`. The programs themselves are those of this machine and see all of it. Must exist.
   */
  readonly root?: string;
  /** Network namespace, as in `ip netns`, in which commands and HTTP requests run. Needs root. */
  readonly networkNamespace?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly customFacts?: JsonObject;
  /** Default `/var/lib/drover` with `root` or as root, else a folder of the user. */
  readonly stateFolder?: string;
  readonly clock: Clock;
}

/**
 * A host that is this machine, or a folder or network namespace of it. Calls may run at the same time; it holds
 * nothing open between them. Throws a `DroverError` with `DRV_HOST_FOLDER_NOT_FOUND` when `root` does not exist.
 *
 * @example
 * const host = createLocalHost({ name: "web-1", root: "/srv/hosts/web-1", clock: systemClock });
 * await host.writeFile("/etc/motd", new TextEncoder().encode("hello\n"), { mode: 0o644 });
 */
export function createLocalHost(options: LocalHostOptions): Host {
  return new LocalHost(options);
}

class LocalHost implements DetachingHost {
  readonly name: string;
  readonly stateFolder: string;
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
  readonly #clock: Clock;
  readonly #root: string | undefined;
  readonly #networkNamespace: string | undefined;
  readonly #files: LocalFiles;
  readonly #facts: CachedFacts;

  constructor(options: LocalHostOptions) {
    this.name = options.name ?? "local";
    this.#clock = options.clock;
    this.#root = options.root === undefined ? undefined : realRoot(options.root, this.name);
    this.#networkNamespace = options.networkNamespace;
    this.stateFolder = options.stateFolder ?? defaultStateFolder(this.#root);
    const files = new LocalFiles(this.#root, new LocalAccounts(this.#root));
    this.#files = files;
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
    this.#facts = new CachedFacts(options.clock, async () => {
      const { labels = {}, customFacts = {} } = options;
      const custom = { ...(await readCustomFacts(this)), ...customFacts };
      return ok(composeFacts(await gatherLocalFacts(this.#root), { labels, custom }));
    });
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<Result<ExecResult, CodedError>> {
    return this.#answer(argv, options, await this.#run(argv, options));
  }

  async execDetached(claim: string, argv: readonly string[], options: ExecOptions = {}) {
    const { sudo: _, env = {}, ...given } = options;
    const known = await followDetached(
      { ...given, argv, env: new Map(Object.entries(env)), clock: this.#clock },
      claim,
    );
    const finished = known ?? (await this.#run(argv, options, (process) => runDetached(process, claim)));
    return this.#answer(argv, options, finished);
  }

  #answer(
    argv: readonly string[],
    options: ExecOptions,
    finished: Result<ProcessResult, CodedError>,
  ): Result<ExecResult, CodedError> {
    if (!finished.ok) return finished;
    const result = toExecResult(finished.value);
    const refusal = this.#refusal(result, argv, options);
    return refusal === undefined ? ok(result) : err(refusal);
  }

  async batch(calls: readonly HostCall[], options: Waiting = {}): Promise<readonly Result<HostAnswer, CodedError>[]> {
    return await Promise.all(calls.map((call) => answerCall(this, call, options)));
  }

  async http(request: HttpRequest, options: HttpOptions = {}): Promise<Result<HttpResponse, CodedError>> {
    if (this.#networkNamespace === undefined) return await requestLocally(request, { ...options, clock: this.#clock });
    return await requestThroughCurl(request, { ...options, run: (argv, given) => this.#run(argv, given) });
  }

  facts(options: Waiting = {}): ReturnType<Host["facts"]> {
    return this.#facts.read(options);
  }

  async #run(argv: readonly string[], options: ExecOptions, run = runProcess): ReturnType<typeof runProcess> {
    const checked = checkCommand(argv, options.env);
    if (!checked.ok) return checked;
    const action = execAction(argv);
    const folder = await hostCall(action, options.signal, () => this.#workingFolder(argv, options.cwd));
    if (!folder.ok) return folder;
    const env = new Map([...baseEnvironment(), ...Object.entries(options.env ?? {})]);
    if (this.#root !== undefined) env.set("DROVER_ROOT", this.#root);
    const { cwd: _, env: __, sudo: ___, isInsideRoot: ____, ...given } = options;
    return await run({
      ...given,
      argv: this.#inNamespace(withSudo(this.#inRoot(argv, options), options, process.geteuid?.() ?? -1)),
      env,
      ...(folder.value === undefined ? {} : { cwd: folder.value }),
      clock: this.#clock,
    });
  }

  async #workingFolder(argv: readonly string[], cwd: string | undefined): Promise<string | undefined> {
    if (cwd === undefined) return this.#root;
    const action = { verb: "run a command in", subject: cwd, missing: "folder" } as const;
    const real = await this.#files.locate(cwd, action, true);
    const found = await stat(real).catch(() => undefined);
    if (found?.isDirectory() === true) return real;
    throw new HostFault(
      hostError("DRV_HOST_FOLDER_NOT_FOUND", execAction(argv), `its working folder "${cwd}" is not a folder`, {
        hint: "Create the folder first, or correct the path",
      }),
    );
  }

  #inRoot(argv: readonly string[], { isInsideRoot = false }: ExecOptions): readonly string[] {
    return isInsideRoot && this.#root !== undefined ? ["chroot", this.#root, ...argv] : argv;
  }

  #inNamespace(argv: readonly string[]): readonly string[] {
    return this.#networkNamespace === undefined ? argv : ["ip", "netns", "exec", this.#networkNamespace, ...argv];
  }

  /** What sudo and ip say themselves must not be taken for an answer of the command. */
  #refusal(result: ExecResult, argv: readonly string[], options: ExecOptions): CodedError | undefined {
    if (options.sudo !== undefined && options.sudo !== false) {
      const refusal = sudoRefusal(result, argv);
      if (refusal !== undefined) return refusal;
    }
    if (options.isInsideRoot === true && this.#root !== undefined && isChrootRefusal(result)) {
      const hint = "Put a whole system into the folder of this host, or use a host that has one";
      return hostError("DRV_HOST_COMMAND_NOT_FOUND", execAction(argv), "it does not exist below the root folder", {
        hint,
      });
    }
    if (this.#networkNamespace === undefined) return undefined;
    if (result.stdout === "" && result.stderr === `exec of "${argv[0]}" failed: No such file or directory\n`) {
      return hostError("DRV_HOST_COMMAND_NOT_FOUND", execAction(argv), "the program does not exist", {
        hint: "Install it, or write its absolute path",
      });
    }
    if (!/^(Cannot open network namespace|setting the network namespace)/.test(result.stderr)) return undefined;
    return hostError("DRV_HOST_UNREACHABLE", execAction(argv), result.stderr.trim().slice(0, 300), {
      hint: `Create the network namespace with: ip netns add ${this.#networkNamespace}`,
    });
  }
}

/** Exit codes of chroot for "not found" and "cannot be started", with words of its own. */
function isChrootRefusal({ exitCode, stderr }: ExecResult): boolean {
  return (exitCode === 126 || exitCode === 127) && stderr.startsWith("chroot: failed to run command");
}

function realRoot(root: string, name: string): string {
  try {
    return realpathSync(root);
  } catch (thrown) {
    const errorNumber = errnoOf(thrown);
    if (errorNumber === undefined) throw thrown;
    const action = { verb: `use the root folder of host "${name}"`, subject: root, missing: "folder" } as const;
    throw new DroverError([errnoError(errorNumber, action)]);
  }
}

function defaultStateFolder(root: string | undefined): string {
  if (root !== undefined || process.geteuid?.() === 0) return "/var/lib/drover";
  try {
    return join(userInfo().homedir, ".local/state/drover");
  } catch {
    return resolve(tmpdir(), `drover-${process.geteuid?.() ?? "state"}`); // An id without an account.
  }
}
