import type { Facts } from "../operation/facts.ts";
import { MARKER_PATHS, parseLoad, parseMeminfo, type FactSources } from "./compose-facts.ts";
import { shellWords } from "./shell-quote.ts";

/** Asks for everything at once: each answer stands between NUL characters behind its name. */
export const FACTS_TEXT = [
  "drv_fact hostname uname -n",
  "drv_fact system uname -s",
  "drv_fact machine uname -m",
  "drv_fact kernel uname -r",
  "drv_fact cpus drv_cpus",
  "drv_fact osRelease cat /etc/os-release",
  "drv_fact hosts cat /etc/hosts",
  "drv_fact cgroup cat /proc/1/cgroup",
  "drv_fact meminfo cat /proc/meminfo",
  "drv_fact load cat /proc/loadavg",
  "drv_fact uptime cat /proc/uptime",
  "drv_fact disks drv_disks",
  "drv_fact macs drv_macs",
  "drv_fact addresses ip -o addr show",
  `drv_fact markers drv_marks ${shellWords(MARKER_PATHS)}`,
  ":",
].join("; ");

/** Reads the answer to {@link FACTS_TEXT}. */
export function parseShellFacts(stdout: string): FactSources {
  const parts = stdout.split("\0");
  const answers = new Map<string, string>();
  for (let index = 1; index + 1 < parts.length; index += 2) answers.set(parts[index] ?? "", parts[index + 1] ?? "");
  const textOf = (name: string): string => answers.get(name) ?? "";
  const lineOf = (name: string): string => textOf(name).trim();
  return {
    hostname: lineOf("hostname"),
    system: lineOf("system"),
    machine: lineOf("machine"),
    kernel: lineOf("kernel"),
    cpuCount: Math.max(1, Number.parseInt(lineOf("cpus"), 10) || countProcessors(textOf("cpus"))),
    osRelease: textOf("osRelease"),
    hosts: textOf("hosts"),
    cgroup: textOf("cgroup"),
    memory: parseMeminfo(textOf("meminfo")),
    load: parseLoad(textOf("load")),
    uptimeSeconds: Math.floor(Number.parseFloat(textOf("uptime")) || 0),
    disks: parseDisks(textOf("disks")),
    interfaces: parseInterfaces(textOf("macs"), textOf("addresses")),
    markers: new Set(
      textOf("markers")
        .split("\n")
        .filter((line) => line !== ""),
    ),
  };
}

function countProcessors(text: string): number {
  return text.split("\n").filter((line) => line.startsWith("processor")).length;
}

/** Reads `df -P -k`; a file system mounted twice counts once. */
function parseDisks(text: string): Facts["disks"] {
  const disks = new Map<string, Facts["disks"][number]>();
  for (const line of text.split("\n").slice(1)) {
    const match = /^(.*?)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+\S+\s+(\/.*)$/.exec(line);
    if (match === null) continue;
    const [, device = "", total, used, free, mount = ""] = match;
    if (disks.has(device)) continue;
    const bytes = (kibibytes: string | undefined): number => Number(kibibytes) * 1024;
    disks.set(device, { mount, totalBytes: bytes(total), usedBytes: bytes(used), freeBytes: bytes(free) });
  }
  return [...disks.values()].sort((one, other) => (one.mount < other.mount ? -1 : 1));
}

/** Reads hardware addresses (`name mac`) and `ip -o addr show`. */
function parseInterfaces(macs: string, addresses: string): Facts["interfaces"] {
  const found = new Map<string, { mac?: string; addresses: string[] }>();
  for (const line of macs.split("\n")) {
    const [name = "", mac = ""] = line.split(" ");
    if (name === "") continue;
    const isReal = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) && mac !== "00:00:00:00:00:00";
    found.set(name, { ...(isReal ? { mac } : {}), addresses: [] });
  }
  for (const line of addresses.split("\n")) {
    const match = /^\d+: (\S+)\s+inet6? ([^/\s]+)/.exec(line);
    if (match !== null) found.get((match[1] ?? "").split("@", 1)[0] ?? "")?.addresses.push(match[2] ?? "");
  }
  return Array.from(found, ([name, parts]) => ({ name, ...parts }));
}
