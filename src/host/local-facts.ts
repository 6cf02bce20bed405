import { access, readFile, statfs } from "node:fs/promises";
import {
  availableParallelism,
  freemem,
  hostname,
  loadavg,
  machine,
  networkInterfaces,
  release,
  totalmem,
  type as systemName,
  uptime,
} from "node:os";
import type { Facts } from "../operation/facts.ts";
import { MARKER_PATHS, parseLoad, parseMeminfo, parseMounts, type FactSources } from "./compose-facts.ts";

/**
 * Asks this machine about itself. With `root`, `etc/hostname` and `etc/os-release` below that folder speak for the
 * host when they exist, so that several hosts on one machine can differ; service and package managers are those below it.
 */
export async function gatherLocalFacts(root: string | undefined): Promise<FactSources> {
  const [rootedHostname, rootedRelease] = await Promise.all([inRoot(root, "hostname"), inRoot(root, "os-release")]);
  const meminfo = await textOf("/proc/meminfo");
  const loadText = await textOf("/proc/loadavg");
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    hostname: rootedHostname.trim() || hostname(),
    system: systemName(),
    machine: machine(),
    kernel: release(),
    cpuCount: availableParallelism(),
    osRelease: rootedRelease || (await textOf("/etc/os-release")),
    hosts: await textOf("/etc/hosts"),
    cgroup: await textOf("/proc/1/cgroup"),
    memory: meminfo === "" ? { totalBytes: totalmem(), availableBytes: freemem() } : parseMeminfo(meminfo),
    load: loadText === "" ? { one, five, fifteen } : parseLoad(loadText),
    uptimeSeconds: Math.floor(uptime()),
    disks: await gatherDisks(parseMounts((await textOf("/proc/mounts")) || "/ / local")),
    interfaces: gatherInterfaces(),
    markers: await existing(MARKER_PATHS, root),
  };
}

async function inRoot(root: string | undefined, name: string): Promise<string> {
  return root === undefined ? "" : await textOf(`${root}/etc/${name}`);
}

/** The text of a file, empty when it cannot be read: a missing fact is no failure. */
async function textOf(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => "");
}

async function existing(paths: readonly string[], root = ""): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    paths.map(async (path) => ((await access(`${root}${path}`).then(() => true, isFalse)) ? [path] : [])),
  );
  return new Set(found.flat());
}

function isFalse(): boolean {
  return false;
}

async function gatherDisks(mounts: readonly string[]): Promise<Facts["disks"]> {
  const disks = await Promise.all(mounts.map((mount) => diskOf(mount).catch(() => undefined)));
  return disks.filter((disk) => disk !== undefined).filter((disk) => disk.totalBytes > 0);
}

async function diskOf(mount: string): Promise<Facts["disks"][number]> {
  const space = await statfs(mount);
  return {
    mount,
    totalBytes: space.blocks * space.bsize,
    usedBytes: (space.blocks - space.bfree) * space.bsize,
    freeBytes: space.bavail * space.bsize,
  };
}

function gatherInterfaces(): Facts["interfaces"] {
  return Object.entries(networkInterfaces()).map(([name, addresses = []]) => {
    const mac = addresses.find((address) => address.mac !== "00:00:00:00:00:00")?.mac;
    return { name, addresses: addresses.map((address) => address.address), ...(mac === undefined ? {} : { mac }) };
  });
}
