import type { Clock, Random } from "../base/clock.ts";
import { createContainerHost } from "../host/container-host.ts";
import type { Host } from "../operation/host.ts";

/** A container as a target names it: `docker:name` or `docker:name@host`. */
const CONTAINER = /^docker:([\w.-]+)(?:@([\w.-]+))?$/;

export interface ContainerHostsOptions {
  /** Socket of the engine that has the containers of a host; of this machine when no host is named. */
  readonly socketPathOf: (host: string | undefined) => string | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** The containers that a run uses as hosts, opened when first asked for. */
export class ContainerHosts implements AsyncDisposable {
  readonly #options: ContainerHostsOptions;
  readonly #open = new Map<string, Host & AsyncDisposable>();

  constructor(options: ContainerHostsOptions) {
    this.#options = options;
  }

  /** The container with this name of a target; `undefined` when it is no such name. */
  find(name: string): Host | undefined {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const [, container, host] = CONTAINER.exec(name) ?? [];
    if (container === undefined) return undefined;
    const { socketPathOf, clock, random } = this.#options;
    const socketPath = socketPathOf(host);
    const opened = createContainerHost({
      name,
      container,
      clock,
      random,
      ...(socketPath === undefined ? {} : { socketPath }),
    });
    this.#open.set(name, opened);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#open.values(), (host) => host[Symbol.asyncDispose]()));
  }
}
