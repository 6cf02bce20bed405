import { DroverError } from "../base/coded-error.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { createLocalFleet, type LocalFleetHost } from "../fleet/local-fleet.ts";
import { createFolderContentStore } from "../host/folder-content-store.ts";
import { memoryContentStore } from "../operation/memory-content-store.ts";
import type { ContentStore, ProviderRegistry } from "../operation/provider.ts";
import { builtinProviders } from "../providers/registry.ts";
import { systemClock, systemRandom } from "../runner/system.ts";

export interface FleetOptions {
  /** Default: this machine under its own name. */
  readonly hosts?: readonly LocalFleetHost[];
  /** Socket of the Docker engine of this machine, for the targets `docker:NAME`. Default `/var/run/docker.sock`. */
  readonly dockerSocketPath?: string;
  /** Default: the built-in providers. */
  readonly providers?: ProviderRegistry;
  /** Folder in which `file.upload` keeps content between runs. Default: memory, gone with the fleet. */
  readonly contentFolder?: string;
  readonly contents?: ContentStore;
  /**
   * Folder of this process alone, in which attempts survive its end: started again with the same folder, the fleet finds
   * them finished, finds their commands running, or calls them unknown; it runs none twice. Pre-images are kept there
   * for 7 days, encrypted. Default: memory, gone with the fleet.
   */
  readonly journalFolder?: string;
}

/**
 * A fleet of this machine, or of several hosts on it, each with a root folder or network namespace of its own.
 * @example
 * import { localFleet } from "drover";
 * await using fleet = localFleet({ hosts: [{ name: "web1", root: "/tmp/web1", labels: { role: "web" } }] });
 * @throws DroverError with every `DRV_FLEET_HOST_INVALID`; with `journalFolder` `DRV_JOURNAL_LOCKED`,
 * `DRV_JOURNAL_DAMAGED`, `DRV_JOURNAL_FORMAT_UNKNOWN` or `DRV_JOURNAL_FAILED`
 */
export function localFleet(options: FleetOptions = {}): Fleet {
  const { hosts, providers = builtinProviders(), contentFolder, journalFolder } = options;
  const contents =
    options.contents ?? (contentFolder === undefined ? memoryContentStore() : createFolderContentStore(contentFolder));
  return createLocalFleet({
    ...(hosts === undefined ? {} : { hosts }),
    ...(options.dockerSocketPath === undefined ? {} : { dockerSocketPath: options.dockerSocketPath }),
    ...(journalFolder === undefined ? {} : { durable: { folder: journalFolder, random: systemRandom } }),
    providers,
    contents,
    clock: systemClock,
    random: systemRandom,
  });
}

/**
 * The fleet of a fleet file (`hosts:` with `root`, `networkNamespace`, `labels` and `facts`).
 * @throws DroverError with every `DRV_FLEET_FILE_INVALID`
 */
export async function fleetFromFile(path: string, options: Omit<FleetOptions, "hosts"> = {}): Promise<Fleet> {
  const { loadFleetFile } = await import("../fleet/load-fleet-file.ts");
  const loaded = await loadFleetFile(path);
  if (!loaded.ok) throw new DroverError(loaded.error);
  const hosts = loaded.value.map(({ facts, ...host }) => ({ ...host, customFacts: facts }));
  return localFleet({ ...options, hosts });
}
