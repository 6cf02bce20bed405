import type { JsonObject } from "../base/json.ts";
import type { Facts } from "../operation/facts.ts";

/** What a host was asked, still as the system wrote it. Text that could not be read is empty. */
export interface FactSources {
  readonly hostname: string;
  /** As `uname -s` says. */
  readonly system: string;
  /** As `uname -m` says, or in Node's words. */
  readonly machine: string;
  readonly kernel: string;
  readonly cpuCount: number;
  /** `/etc/os-release`. */
  readonly osRelease: string;
  /** `/etc/hosts`. */
  readonly hosts: string;
  /** `/proc/1/cgroup`. */
  readonly cgroup: string;
  readonly memory: Facts["memory"];
  readonly load: Facts["load"];
  readonly uptimeSeconds: number;
  readonly disks: Facts["disks"];
  readonly interfaces: Facts["interfaces"];
  /** Which of {@link MARKER_PATHS} exist. */
  readonly markers: ReadonlySet<string>;
}

const SERVICE_MANAGERS = new Map([
  ["/run/systemd/system", "systemd"],
  ["/run/openrc", "openrc"],
  ["/etc/runit", "runit"],
  ["/bin/launchctl", "launchd"],
]);

const PACKAGE_MANAGERS = new Map([
  ["/usr/bin/apt-get", "apt"],
  ["/usr/bin/dnf", "dnf"],
  ["/usr/bin/yum", "yum"],
  ["/sbin/apk", "apk"],
  ["/usr/bin/zypper", "zypper"],
  ["/usr/bin/pacman", "pacman"],
  ["/opt/homebrew/bin/brew", "brew"],
  ["/usr/local/bin/brew", "brew"],
]);

const CONTAINER_MARKERS = ["/.dockerenv", "/run/.containerenv"];

/** Paths whose existence tells about the host. */
export const MARKER_PATHS: readonly string[] = [
  ...SERVICE_MANAGERS.keys(),
  ...PACKAGE_MANAGERS.keys(),
  ...CONTAINER_MARKERS,
];

/** Distributions whose family is not their own name. */
const FAMILIES = new Map([
  ["debian", "debian"],
  ["ubuntu", "debian"],
  ["raspbian", "debian"],
  ["rhel", "redhat"],
  ["fedora", "redhat"],
  ["centos", "redhat"],
  ["rocky", "redhat"],
  ["almalinux", "redhat"],
  ["amzn", "redhat"],
  ["suse", "suse"],
  ["opensuse", "suse"],
  ["sles", "suse"],
]);

const ARCHITECTURES = new Map([
  ["x86_64", "x64"],
  ["amd64", "x64"],
  ["aarch64", "arm64"],
  ["armv7l", "arm"],
  ["armv6l", "arm"],
  ["i386", "ia32"],
  ["i686", "ia32"],
  ["ppc64le", "ppc64"],
]);

/** Makes the facts of a host from what it answered. */
export function composeFacts(
  sources: FactSources,
  own: { readonly labels: { readonly [key: string]: string }; readonly custom: JsonObject },
): Facts {
  return {
    hostname: sources.hostname,
    fqdn: qualifiedName(sources.hostname, sources.hosts),
    os: describeSystem(sources),
    architecture: ARCHITECTURES.get(sources.machine) ?? sources.machine,
    kernel: sources.kernel,
    cpuCount: sources.cpuCount,
    memory: sources.memory,
    disks: sources.disks,
    load: sources.load,
    uptimeSeconds: sources.uptimeSeconds,
    interfaces: sources.interfaces,
    serviceManager: firstMarked(SERVICE_MANAGERS, sources.markers),
    packageManager: firstMarked(PACKAGE_MANAGERS, sources.markers),
    isContainer:
      CONTAINER_MARKERS.some((path) => sources.markers.has(path)) ||
      /docker|kubepods|containerd|lxc/.test(sources.cgroup),
    labels: own.labels,
    custom: own.custom,
  };
}

/** Reads `NAME=value` lines with shell quoting, as in `/etc/os-release`. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
    if (match === null) continue;
    const [, name = "", value = ""] = match;
    fields.set(name, value.replace(/^(["'])(.*)\1$/, "$2").replace(/\\(.)/g, "$1"));
  }
  return fields;
}

/** Reads `/proc/meminfo`. Kernels before 3.14 have no estimate of what is available; free and caches stand in. */
export function parseMeminfo(text: string): Facts["memory"] {
  const bytesOf = (name: string): number | undefined => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text);
    return match === null ? undefined : Number(match[1]) * 1024;
  };
  const standIn = (bytesOf("MemFree") ?? 0) + (bytesOf("Buffers") ?? 0) + (bytesOf("Cached") ?? 0);
  return { totalBytes: bytesOf("MemTotal") ?? 0, availableBytes: bytesOf("MemAvailable") ?? standIn };
}

/** Reads `/proc/loadavg`. */
export function parseLoad(text: string): Facts["load"] {
  const [one = 0, five = 0, fifteen = 0] = text.split(" ").map(Number);
  return { one: finite(one), five: finite(five), fifteen: finite(fifteen) };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/**
 * Mount points worth watching from `/proc/mounts`: the root and everything on a device of its own, each device
 * once. Network mounts are left out, since asking them for their size may wait for ever.
 */
export function parseMounts(text: string): readonly string[] {
  const entries = text.split("\n").map((line) => line.split(" ").map(unescapeMount));
  const root = entries.find(([, mount]) => mount === "/");
  const mountByDevice = new Map([[root?.[0] ?? "/", "/"]]);
  for (const [device = "", mount = "", type = ""] of entries) {
    const isWatched = device.startsWith("/dev/") && type !== "squashfs";
    if (isWatched && !mountByDevice.has(device)) mountByDevice.set(device, mount);
  }
  return [...mountByDevice.values()].sort();
}

/** Spaces and the like stand as octal numbers in `/proc/mounts`. */
function unescapeMount(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function describeSystem(sources: FactSources): Facts["os"] {
  if (sources.system === "Darwin") return { family: "darwin", distribution: "macos", version: sources.kernel };
  const fields = parseOsRelease(sources.osRelease);
  const distribution = fields.get("ID") ?? sources.system.toLowerCase();
  const relatives = [distribution, ...(fields.get("ID_LIKE") ?? "").split(" ")];
  const family = relatives.map((name) => FAMILIES.get(name)).find((found) => found !== undefined);
  return { family: family ?? distribution, distribution, version: fields.get("VERSION_ID") ?? "" };
}

/** The first name with a domain that `/etc/hosts` has for this machine, else the plain name. */
function qualifiedName(hostname: string, hosts: string): string {
  if (hostname.includes(".")) return hostname;
  for (const line of hosts.split("\n")) {
    const [, ...names] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/);
    const qualified = names.find((name) => name.startsWith(`${hostname}.`));
    if (qualified !== undefined && names.includes(hostname)) return qualified;
  }
  return hostname;
}

function firstMarked(names: ReadonlyMap<string, string>, markers: ReadonlySet<string>): string {
  for (const [path, name] of names) {
    if (markers.has(path)) return name;
  }
  return "none";
}
