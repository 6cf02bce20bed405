import { ok } from "../../base/result.ts";
import { ntpDelete, ntpEnsure, ntpGet, type NtpEnsureParams } from "../../operation/catalog/clock.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { firstExisting, managedFiles, readText, wantedText, type Activation } from "../managed-files.ts";
import { tryTool } from "../tool.ts";

interface TimeService {
  readonly service: "chrony" | "timesyncd";
  readonly path: string;
  readonly text: (servers: readonly string[]) => string;
  readonly activation: readonly Activation[];
}

const TIMESYNCD: TimeService = {
  service: "timesyncd",
  path: "/etc/systemd/timesyncd.conf.d/90-drover.conf",
  text: (servers) => `# Set by drover\n[Time]\nNTP=${servers.join(" ")}\n`,
  activation: [
    {
      argv: ["systemctl", "--no-ask-password", "try-restart", "systemd-timesyncd.service"],
      action: "let systemd-timesyncd read its servers",
      isOptional: true,
    },
  ],
};

function chrony(folder: string): TimeService {
  return {
    service: "chrony",
    path: `${folder}/drover.sources`,
    text: (servers) => `# Set by drover\n${servers.map((server) => `server ${server} iburst\n`).join("")}`,
    activation: [],
  };
}

/** The service that keeps the clock: chrony where it has a folder for sources. */
async function timeService(context: ProviderContext): ProviderResult<TimeService> {
  const folder = await firstExisting(["/etc/chrony/sources.d", "/etc/chrony.d"], context);
  if (!folder.ok) return folder;
  return ok(folder.value === undefined ? TIMESYNCD : chrony(folder.value));
}

/** chronyd is only asked when it runs: it reads the file at its start anyway. */
async function activationOf(service: TimeService, context: ProviderContext): ProviderResult<readonly Activation[]> {
  if (service.service === "chrony") {
    const socket = await firstExisting(["/run/chrony/chronyd.sock"], context);
    if (!socket.ok || socket.value === undefined) return socket.ok ? ok([]) : socket;
    return ok([{ argv: ["chronyc", "reload", "sources"], action: "let chronyd read its servers", isOptional: true }]);
  }
  const facts = await context.host.facts({ signal: context.signal });
  return ok(facts.ok && facts.value.serviceManager === "systemd" ? service.activation : []);
}

/** Makes the host ask these servers for the time. */
export const ntpEnsureProvider = managedFiles({
  spec: ntpEnsure,
  async plan({ state, servers = [] }, context) {
    const found = await timeService(context);
    if (!found.ok) return found;
    const { path, service, text } = found.value;
    const activation = await activationOf(found.value, context);
    if (!activation.ok) return activation;
    const wanted = state === "absent" ? ({ kind: "absent", path } as const) : wantedText(path, text(servers));
    return ok({ paths: [wanted], activation: activation.value, result: { path, service } });
  },
});

export const ntpDeleteProvider = adaptParams(ntpDelete, ntpEnsureProvider, (): NtpEnsureParams => ({
  state: "absent",
}));

export const ntpGetProvider = readProvider(ntpGet, async (_params, context) => {
  const found = await timeService(context);
  if (!found.ok) return found;
  const { path, service } = found.value;
  const text = await readText(path, context);
  if (!text.ok) return text;
  const servers = service === "chrony" ? /^server (\S+)/gm : /(?<=^NTP=.*)(?<==| )(\S+)/gm;
  const names = [...(text.value ?? "").matchAll(servers)].map((match) => match[1] ?? "");
  const tracking = service === "chrony" ? await readTracking(context) : {};
  return ok({ service, servers: names, ...tracking });
});

async function readTracking(context: ProviderContext) {
  const read = await tryTool({ argv: ["chronyc", "-c", "tracking"], action: "ask chronyd", timeoutMs: 5_000 }, context);
  return read.ok && read.value.exitCode === 0 ? parseTracking(read.value.stdout) : {};
}

/** Reads the comma-separated form of `chronyc tracking`. */
export function parseTracking(text: string) {
  const [, , stratum = "", , offset = "", ...rest] = text.trim().split(",");
  const leap = rest.at(-1) ?? "";
  return {
    isSynchronized: leap === "Normal",
    ...(/^\d+$/.test(stratum) ? { stratum: Number(stratum) } : {}),
    ...(Number.isFinite(Number(offset)) && offset !== "" ? { offsetSeconds: Number(offset) } : {}),
  };
}
