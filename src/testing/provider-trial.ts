import { codedError } from "../base/coded-error.ts";
import { attemptToken, parseRunId, type RunId } from "../base/ids.ts";
import { must } from "../base/assert.ts";
import { sha256, type JsonValue } from "../base/json.ts";
import { createExecutor } from "../execute/executor.ts";
import { createMemoryPreImageStore } from "../execute/pre-image-store.ts";
import type { Host } from "../operation/host.ts";
import type { PreImage, Provider, WriteProvider } from "../operation/provider.ts";
import type { AttemptResult, Job, JobMode } from "../protocol/job.ts";
import { FakeClock } from "./fake-clock.ts";
import { faultyHost } from "./faulty-host.ts";
import { readHostTree, treeDifferences, type HostTree } from "./host-tree.ts";
import { memoryContentStore } from "../operation/memory-content-store.ts";
import { runProvider, type ProviderAttempt, type ProviderAttemptOptions } from "./provider-attempt.ts";

/** A host for one test, and a folder on it that exists, is empty and is the provider's to change. */
export interface SuiteHost extends AsyncDisposable {
  readonly host: Host;
  readonly folder: string;
  /**
   * The state that the provider may change, when that is more than files below `folder`, such as accounts or what a kernel
   * has loaded; the state folder of the host is part of it. Default: all files below `folder` and the state folder.
   */
  readonly tree?: () => Promise<HostTree>;
}

/** A provider breaks its contract. */
export class ContractViolation extends Error {
  override readonly name = "ContractViolation";
}

const TOKEN = attemptToken(sha256("provider suite"));
const DISK_FULL = codedError("DRV_HOST_DISK_FULL", "Cannot write: the disk is full");

export interface TrialTreeOptions {
  /** Only the provider's folder, with paths relative to it, for comparing two hosts. */
  readonly isRelative?: boolean;
  /** Leaves out folders of drover's own state, which stay when what was in them goes. */
  readonly isEmptyStateIgnored?: boolean;
}

/** One prepared host on which a provider is tried. */
export class ProviderTrial implements AsyncDisposable {
  readonly place: SuiteHost;
  readonly #params: JsonValue;
  readonly #provider: Provider;
  readonly #contents = memoryContentStore();
  #preImage: PreImage | undefined;

  constructor(provider: Provider, given: { readonly place: SuiteHost; readonly params: JsonValue }) {
    this.place = given.place;
    this.#params = given.params;
    this.#provider = provider;
  }

  /** What the latest attempt captured, even when it was cut short after that. */
  get preImage(): PreImage | undefined {
    return this.#preImage;
  }

  async run(options: Partial<ProviderAttemptOptions> = {}): Promise<ProviderAttempt> {
    const keep = (preImage: PreImage): void => void (this.#preImage = preImage);
    const base = { host: this.place.host, params: this.#params, contents: this.#contents, token: TOKEN };
    return await runProvider(this.#provider, { ...base, onPreImage: keep, ...options });
  }

  /** Lets the n-th host call fail or abort the attempt; tells whether there was an n-th call. */
  async disturb(kind: "fail" | "abort", atCall: number): Promise<boolean> {
    const controller = new AbortController();
    const reason = new Error("interrupted by the suite");
    const hit = () => {
      if (kind === "fail") return DISK_FULL;
      controller.abort(reason);
      return undefined;
    };
    const faulty = faultyHost(this.place.host, { atCall, hit });
    try {
      await this.run({ host: faulty.host, signal: controller.signal });
    } catch (thrown) {
      expectThat(thrown === reason, `An attempt must throw nothing but the reason of its signal: ${String(thrown)}`);
    }
    return faulty.isHit();
  }

  async undo(provider: WriteProvider, preImage: PreImage): Promise<void> {
    const { signal } = new AbortController();
    const { host } = this.place;
    const context = { host, signal, token: TOKEN, contents: this.#contents, output: () => undefined };
    const undone = await provider.undo?.(preImage, context);
    expectThat(
      undone?.ok === true,
      `Undo must succeed: ${undone?.ok === false ? undone.error.error.message : "absent"}`,
    );
  }

  /** Sends jobs with one token through an executor, one after the other; a job may meet a failing host call. */
  async execute(
    jobs: readonly { readonly mode: JobMode; readonly failingCall?: number }[],
  ): Promise<readonly ExecutedJob[]> {
    const executed: ExecutedJob[] = [];
    let host: Host = this.place.host;
    await using executor = createExecutor({
      providers: { find: () => this.#provider, list: () => [this.#provider] },
      hostFor: () => host,
      contents: this.#contents,
      preImages: createMemoryPreImageStore(),
      clock: new FakeClock(),
    });
    for (const { mode, failingCall } of jobs) {
      const faulty = faultyHost(this.place.host, { atCall: failingCall ?? 0, hit: () => DISK_FULL });
      host = faulty.host;
      const lines: string[] = [];
      const { signal } = new AbortController();
      const result = await executor.execute(this.#job(mode), { signal, onOutput: (_stream, line) => lines.push(line) });
      executed.push({ result, lines, isHit: failingCall !== undefined && faulty.isHit() });
    }
    return executed;
  }

  #job(mode: JobMode): Job {
    const operation = this.#provider.spec.name;
    const work = { kind: "operation" as const, operation, params: this.#params };
    return { runId: RUN_ID, task: "suite", host: this.place.host.name, attempt: 1, token: TOKEN, mode, work };
  }

  async tree(options: TrialTreeOptions = {}): Promise<HostTree> {
    const { host, folder } = this.place;
    const { isRelative = false, isEmptyStateIgnored = false } = options;
    const isState = (path: string): boolean => path === host.stateFolder || path.startsWith(`${host.stateFolder}/`);
    const all = [...(await this.#wholeTree())];
    if (isRelative) {
      const own = all.filter(([path]) => !isState(path));
      return new Map(own.map(([path, text]) => [path.replace(folder, ""), text.replaceAll(folder, "")]));
    }
    return new Map(isEmptyStateIgnored ? all.filter(([path, text]) => !isState(path) || isNoFolder(text)) : all);
  }

  async #wholeTree(): Promise<HostTree> {
    const { host, folder, tree } = this.place;
    if (tree !== undefined) return await tree();
    return new Map([...(await readHostTree(host, folder)), ...(await readHostTree(host, host.stateFolder))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.place[Symbol.asyncDispose]();
  }
}

export interface ExecutedJob {
  readonly result: AttemptResult;
  readonly lines: readonly string[];
  /** Whether the call that was to fail was reached. */
  readonly isHit: boolean;
}

const RUN_ID: RunId = must(parseRunId("run_00000000-0000-7000-8000-000000000000"), "Not a run id");

function isNoFolder(text: string): boolean {
  return !text.startsWith("directory");
}

export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ContractViolation(message);
}

export function expectStatus(attempt: ProviderAttempt, status: ProviderAttempt["status"]): void {
  const found = attempt.error?.error.message ?? JSON.stringify(attempt.changes).slice(0, 500);
  expectThat(attempt.status === status, `Expected ${status}, found ${attempt.status}: ${found}`);
}

export function expectSameTree(before: HostTree, after: HostTree, rule: string): void {
  const differences = treeDifferences(before, after);
  expectThat(differences === "", `${rule}:\n${differences}`);
}
