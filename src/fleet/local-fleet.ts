import { codedError, DroverError, type CodedError } from "../base/coded-error.ts";
import type { Clock, Random } from "../base/clock.ts";
import { err, type Result } from "../base/result.ts";
import { openDurableFolder, type DurableFolder } from "../execute/durable-folder.ts";
import { createExecutor, type Executor } from "../execute/executor.ts";
import { createMemoryPreImageStore } from "../execute/pre-image-store.ts";
import { createLocalHost, type LocalHostOptions } from "../host/local-host.ts";
import { makeFoldersSync } from "../host/make-folders.ts";
import type { Facts } from "../operation/facts.ts";
import type { Host } from "../operation/host.ts";
import type { ContentStore, ProviderRegistry } from "../operation/provider.ts";
import type { Target } from "../plan/compiled-plan.ts";
import type { AttemptResult, Job } from "../protocol/job.ts";
import { checkHosts } from "./check-hosts.ts";
import { ContainerHosts } from "./container-hosts.ts";
import type { DispatchOptions, Fleet, FleetHost } from "./fleet.ts";
import { matchTarget } from "./match-target.ts";

/** A host on this machine. */
export interface LocalFleetHost extends Omit<LocalHostOptions, "clock"> {
  /** Socket of the Docker engine that has the containers `docker:NAME@HOST`. Default: that of the machine. */
  readonly dockerSocketPath?: string;
}

export interface LocalFleetOptions {
  /** Hosts on this machine, each with a root folder or a network namespace of its own. Default: the machine itself. */
  readonly hosts?: readonly LocalFleetHost[];
  /** Socket of the Docker engine of the machine, for the targets `docker:NAME`. Default `/var/run/docker.sock`. */
  readonly dockerSocketPath?: string;
  readonly providers: ProviderRegistry;
  readonly contents: ContentStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Folder of this process alone in which attempts survive its end. Default: nothing does. */
  readonly durable?: { readonly folder: string; readonly random: Random };
}

/**
 * A fleet of hosts that are all this machine, and of the containers on it: the embedded default. With several rooted
 * hosts it shows on one machine what broadcasts, batches and host guards do on many. With `durable` it survives the
 * end of this process, and is the only one to use that folder.
 * @throws DroverError with every `DRV_FLEET_HOST_INVALID`; with `durable` as `openDiskJournal` does
 */
export function createLocalFleet(options: LocalFleetOptions): Fleet {
  return new LocalFleet(options);
}

class LocalFleet implements Fleet {
  readonly isDurable: boolean;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #listed: readonly FleetHost[];
  readonly #containers: ContainerHosts;
  readonly #executor: Executor;
  readonly #durable: DurableFolder | undefined;

  constructor(options: LocalFleetOptions) {
    const definitions = options.hosts ?? [{}];
    const listed = definitions.map(({ name = "local", labels = {} }) => ({ name, labels }));
    const errors = checkHosts(listed);
    if (errors.length > 0) throw new DroverError(errors);
    const made = definitions.map((definition) => {
      // A new root folder is an empty host: what a throw-away fleet wants.
      if (definition.root !== undefined) makeFoldersSync(definition.root, 0o755);
      const host = createLocalHost({ ...definition, clock: options.clock });
      return { host, listed: { name: host.name, labels: definition.labels ?? {} } };
    });
    made.sort((one, other) => (one.host.name < other.host.name ? -1 : 1));
    this.#hosts = new Map(made.map(({ host }) => [host.name, host]));
    this.#listed = made.map(({ listed }) => listed);
    const { durable, clock } = options;
    this.isDurable = durable !== undefined;
    this.#durable = durable === undefined ? undefined : openDurableFolder({ ...durable, clock });
    const sockets = new Map(definitions.map(({ name = "local", dockerSocketPath }) => [name, dockerSocketPath]));
    this.#containers = new ContainerHosts({
      socketPathOf: (name) => (name === undefined ? undefined : sockets.get(name)) ?? options.dockerSocketPath,
      clock: options.clock,
      random: options.random,
    });
    this.#executor = createExecutor({
      providers: options.providers,
      hostFor: (name) => this.#host(name),
      contents: options.contents,
      clock: options.clock,
      ...(this.#durable ?? { preImages: createMemoryPreImageStore() }),
    });
  }

  hosts(): readonly FleetHost[] {
    return this.#listed;
  }

  resolve(target: Target): Result<readonly string[], CodedError> {
    return matchTarget(target, this.#listed, { reachesContainers: true });
  }

  async facts(host: string, options: { readonly signal?: AbortSignal } = {}): Promise<Result<Facts, CodedError>> {
    const found = this.#host(host);
    if (found === undefined) {
      return err(
        codedError("DRV_FLEET_UNKNOWN_HOST", `Cannot read facts: host ${JSON.stringify(host)} is not in the fleet`),
      );
    }
    return found.facts(options);
  }

  dispatch(job: Job, options: DispatchOptions): Promise<AttemptResult> {
    return this.#executor.execute(job, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#executor[Symbol.asyncDispose]();
    await this.#containers[Symbol.asyncDispose]();
    await this.#durable?.[Symbol.asyncDispose]();
  }

  #host(name: string): Host | undefined {
    return this.#hosts.get(name) ?? this.#containers.find(name);
  }
}
