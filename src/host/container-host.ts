import type { Clock, Random } from "../base/clock.ts";
import type { Host } from "../operation/host.ts";
import { containerPipes } from "./container-pipe.ts";
import { createShellHost } from "./shell-host.ts";

/** Where Docker listens unless it was told otherwise. */
const DOCKER_SOCKET = "/var/run/docker.sock";

export interface ContainerHostOptions {
  /** Name in the fleet, such as `docker:web`. */
  readonly name: string;
  /** Name or id of the container. */
  readonly container: string;
  /** Socket of the engine, on this machine. Default `/var/run/docker.sock`. */
  readonly socketPath?: string;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * A host that is a running container of this machine, through the API of its engine: no program has to be installed here.
 * In the container it needs what {@link createShellHost} needs: `sh` and the POSIX utilities, all of which busybox has.
 *
 * An engine or container that is not there gives `DRV_HOST_UNREACHABLE`. Dispose it to close its shells.
 *
 * @example
 * await using host = createContainerHost({ name: "docker:web", container: "web", clock, random });
 * const uptime = await host.exec(["uptime"]);
 */
export function createContainerHost(options: ContainerHostOptions): Host & AsyncDisposable {
  const { name, container, socketPath = DOCKER_SOCKET, clock, random } = options;
  return createShellHost({ name, command: containerPipes({ container, socketPath }), clock, random });
}
