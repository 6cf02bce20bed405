import type { Clock, Random } from "../base/clock.ts";
import type { CodedError } from "../base/coded-error.ts";
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
import { CachedFacts } from "./cached-facts.ts";
import { sudoRefusal } from "./command-line.ts";
import { composeFacts } from "./compose-facts.ts";
import { readCustomFacts } from "./custom-facts.ts";
import { requestThroughCurl } from "./curl-http.ts";
import { toExecResult, type ProcessResult } from "./process.ts";
import { batchThroughShell } from "./shell-batch.ts";
import { callShell } from "./shell-call.ts";
import { execThroughShell } from "./shell-exec.ts";
import { FACTS_TEXT, parseShellFacts } from "./shell-facts.ts";
import { ShellFiles } from "./shell-files.ts";
import type { OpenShellPipe } from "./shell-pipe.ts";
import { ShellPool } from "./shell-pool.ts";
import { spawnedPipes } from "./spawned-pipe.ts";

/** Where programs are looked for on a host that is not this machine. */
const REMOTE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Shells open at once to one host: enough for a few calls side by side, few enough for its limits. */
const CHANNELS_MAX_DEFAULT = 4;

export interface ShellHostOptions {
  readonly name: string;
  /**
   * Starts a POSIX shell that reads its standard input: `["sh"]`, `["ssh", "web-1", "sh"]`. Values of calls never become
   * part of it. Or another way to connect to one.
   */
  readonly command: readonly string[] | OpenShellPipe;
  readonly clock: Clock;
  /** For the marks that tell our own lines from content; must not be guessable. */
  readonly random: Random;
  /** Default `/var/lib/drover`. */
  readonly stateFolder?: string;
  /** `PATH` of the host. Default: the usual six folders. */
  readonly path?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly customFacts?: JsonObject;
  /** Shells open at once, default 4. */
  readonly channelsMax?: number;
}

/**
 * A host behind any POSIX shell. Shells are opened when first needed and kept; one call costs one round trip. Needs
 * on the host: the POSIX utilities, a writable `TMPDIR` or `/tmp`, `head -c`, and for HTTP `curl`; `setsid` lets it end
 * whole process groups. Times of files have a resolution of one second.
 *
 * A connection that breaks in the middle of a call gives `DRV_HOST_CONNECTION_LOST`, one that cannot be made
 * `DRV_HOST_UNREACHABLE`. Nothing is ever sent again by itself. Dispose it to close the shells.
 *
 * @example
 * await using host = createShellHost({ name: "web-1", command: ["ssh", "web-1", "sh"], clock, random });
 * const uptime = await host.exec(["uptime"]);
 */
export function createShellHost(options: ShellHostOptions): Host & AsyncDisposable {
  return new ShellHost(options);
}

class ShellHost implements Host, AsyncDisposable {
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
  readonly #path: string;
  readonly #pool: ShellPool;
  readonly #facts: CachedFacts;

  constructor(options: ShellHostOptions) {
    this.name = options.name;
    this.stateFolder = options.stateFolder ?? "/var/lib/drover";
    this.#clock = options.clock;
    this.#path = options.path ?? REMOTE_PATH;
    const pool = new ShellPool({
      hostName: options.name,
      openPipe: typeof options.command === "function" ? options.command : spawnedPipes(options.command, options.clock),
      path: this.#path,
      clock: options.clock,
      newNonce: () => Buffer.from(options.random.bytes(16)).toString("hex"),
      channelsMax: options.channelsMax ?? CHANNELS_MAX_DEFAULT,
    });
    this.#pool = pool;
    const files = new ShellFiles(pool);
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
      const action = { verb: "read facts of", subject: options.name };
      const answer = await callShell(pool, { action, text: FACTS_TEXT }, undefined);
      if (!answer.ok) return answer;
      const { labels = {}, customFacts = {} } = options;
      const custom = { ...(await readCustomFacts(this)), ...customFacts };
      return ok(composeFacts(parseShellFacts(answer.value.stdout.toString("utf8")), { labels, custom }));
    });
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<Result<ExecResult, CodedError>> {
    const finished = await this.#run(argv, options);
    if (!finished.ok) return finished;
    const result = toExecResult(finished.value);
    const hasSudo = options.sudo !== undefined && options.sudo !== false;
    const refusal = hasSudo ? sudoRefusal(result, argv) : undefined;
    return refusal === undefined ? ok(result) : err(refusal);
  }

  batch(calls: readonly HostCall[], options: Waiting = {}): Promise<readonly Result<HostAnswer, CodedError>[]> {
    return batchThroughShell(this.#pool, this, { calls, signal: options.signal });
  }

  http(request: HttpRequest, options: HttpOptions = {}): Promise<Result<HttpResponse, CodedError>> {
    return requestThroughCurl(request, { ...options, run: (argv, given) => this.#run(argv, given) });
  }

  facts(options: Waiting = {}): ReturnType<Host["facts"]> {
    return this.#facts.read(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }

  #run(argv: readonly string[], options: ExecOptions): Promise<Result<ProcessResult, CodedError>> {
    return execThroughShell(this.#pool, argv, { ...options, path: this.#path, clock: this.#clock });
  }
}
