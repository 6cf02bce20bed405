import { ok } from "../../base/result.ts";
import { networkDnsDelete, networkDnsGet, networkDnsUpdate } from "../../operation/catalog/network.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { firstExisting, managedFiles, readText, wantedText, type Activation } from "../managed-files.ts";
import { tryTool } from "../tool.ts";

const RESOLV_CONF = "/etc/resolv.conf";
const DROP_IN = "/etc/systemd/resolved.conf.d/90-drover.conf";
const RESOLVED_RUNS = "/run/systemd/resolve/resolv.conf";
const ACTIVATION: readonly Activation[] = [
  {
    argv: ["systemctl", "--no-ask-password", "try-reload-or-restart", "systemd-resolved.service"],
    action: "let systemd-resolved read its name servers",
  },
];

interface Dns {
  readonly servers: readonly string[];
  readonly searchDomains: readonly string[];
}

/** Reads the lines of resolv.conf that matter. */
export function parseResolvConf(text: string): Dns {
  const servers = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? "");
  const search = [...text.matchAll(/^\s*(?:search|domain)\s+(.+)$/gm)].at(-1)?.[1] ?? "";
  return {
    servers,
    searchDomains: search
      .trim()
      .split(/\s+/)
      .filter((each) => each !== ""),
  };
}

/** resolv.conf with other servers and domains, its other lines as they were. */
export function editResolvConf(text: string, { servers, searchDomains }: Partial<Dns>): string {
  const lines = text.split("\n").filter((line, index, all) => index < all.length - 1 || line !== "");
  const kept = lines.filter((line) => {
    if (servers !== undefined && /^\s*nameserver\s/.test(line)) return false;
    return searchDomains === undefined || !/^\s*(?:search|domain)\s/.test(line);
  });
  const added = [
    ...(searchDomains === undefined || searchDomains.length === 0 ? [] : [`search ${searchDomains.join(" ")}`]),
    ...(servers ?? []).map((server) => `nameserver ${server}`),
  ];
  return [...kept, ...added].map((line) => `${line}\n`).join("");
}

function parseDropIn(text: string): Dns {
  const wordsOf = (key: string): readonly string[] =>
    (new RegExp(`^${key}=(.*)$`, "m").exec(text)?.[1] ?? "").split(" ").filter((each) => each !== "");
  return { servers: wordsOf("DNS"), searchDomains: wordsOf("Domains") };
}

async function isResolvedRunning(context: ProviderContext): ProviderResult<boolean> {
  const found = await firstExisting([RESOLVED_RUNS], context);
  return found.ok ? ok(found.value !== undefined) : found;
}

/** Makes the host use these name servers. */
export const networkDnsUpdateProvider = managedFiles({
  spec: networkDnsUpdate,
  async plan({ servers, searchDomains }, context) {
    const wanted = {
      ...(servers === undefined ? {} : { servers }),
      ...(searchDomains === undefined ? {} : { searchDomains }),
    };
    const isResolved = await isResolvedRunning(context);
    if (!isResolved.ok) return isResolved;
    const path = isResolved.value ? DROP_IN : RESOLV_CONF;
    const text = await readText(path, context);
    if (!text.ok) return text;
    const before = text.value ?? "";
    if (!isResolved.value) {
      const isSame = isAsWanted(parseResolvConf(before), wanted);
      return ok({ paths: [wantedText(path, isSame ? before : editResolvConf(before, wanted))], result: { path } });
    }
    const all = { ...parseDropIn(before), ...wanted };
    const after = `# Set by drover\n[Resolve]\nDNS=${all.servers.join(" ")}\nDomains=${all.searchDomains.join(" ")}\n`;
    return ok({ paths: [wantedText(path, after)], activation: ACTIVATION, result: { path } });
  },
});

function isAsWanted(now: Dns, wanted: Partial<Dns>): boolean {
  const { servers = now.servers, searchDomains = now.searchDomains } = wanted;
  return servers.join(" ") === now.servers.join(" ") && searchDomains.join(" ") === now.searchDomains.join(" ");
}

export const networkDnsDeleteProvider = managedFiles({
  spec: networkDnsDelete,
  async plan(_params, context) {
    const isResolved = await isResolvedRunning(context);
    if (!isResolved.ok) return isResolved;
    const activation = isResolved.value ? ACTIVATION : [];
    return ok({ paths: [{ kind: "absent", path: DROP_IN }], activation, result: { path: DROP_IN } });
  },
});

export const networkDnsGetProvider = readProvider(networkDnsGet, async ({ interface: name }, context) => {
  const isResolved = await isResolvedRunning(context);
  if (!isResolved.ok) return isResolved;
  if (name !== undefined && isResolved.value) return await ofInterface(name, context);
  const text = await readText(isResolved.value ? RESOLVED_RUNS : RESOLV_CONF, context);
  if (!text.ok) return text;
  const { servers, searchDomains } = parseResolvConf(text.value ?? "");
  return ok({ servers: [...servers], searchDomains: [...searchDomains] });
});

async function ofInterface(name: string, context: ProviderContext) {
  const answers: string[][] = [];
  for (const kind of ["dns", "domain"]) {
    const run = { argv: ["resolvectl", "--no-pager", kind, name], action: `read name servers of ${quoted(name)}` };
    const shown = await tryTool(run, context);
    if (!shown.ok) return shown;
    if (shown.value.exitCode !== 0) {
      return failed("DRV_NETWORK_UNKNOWN_INTERFACE", `Cannot ${run.action}: the host has no such interface`);
    }
    answers.push(
      shown.value.stdout
        .replace(/^[^:]*:/, "")
        .trim()
        .split(/\s+/)
        .filter((each) => each !== ""),
    );
  }
  const [servers = [], searchDomains = []] = answers;
  return ok({ servers, searchDomains });
}
