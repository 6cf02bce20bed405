import { ok } from "../../base/result.ts";
import type { NetworkInterfaceEnsureParams, NetworkRouteEnsureParams } from "../../operation/catalog/network.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { firstExisting, wantedText, type Activation, type WantedPath } from "../managed-files.ts";

/** Netplan's files hold secrets of networks elsewhere; it warns about files that others may read. */
const NETPLAN_MODE = 0o600;

/** How a host keeps settings of its network. */
export interface NetworkBackend {
  readonly name: "netplan" | "networkd";
  readonly activation: readonly Activation[];
}

/** Netplan where the host has it, else systemd-networkd. */
export async function networkBackend(context: ProviderContext): ProviderResult<NetworkBackend> {
  const found = await firstExisting(["/usr/sbin/netplan", "/sbin/netplan"], context);
  if (!found.ok) return found;
  if (found.value !== undefined) {
    return ok({
      name: "netplan",
      activation: [
        { argv: ["netplan", "generate"], action: "read the settings of the network" },
        { argv: ["netplan", "apply"], action: "apply the settings of the network" },
      ],
    });
  }
  // Without a running systemd-networkd nobody reads the files until it starts.
  const running = await firstExisting(["/run/systemd/netif"], context);
  if (!running.ok) return running;
  const reload = { argv: ["networkctl", "reload"], action: "let systemd-networkd read its files", isOptional: true };
  return ok({ name: "networkd", activation: running.value === undefined ? [] : [reload] });
}

export function interfacePath(backend: NetworkBackend, name: string): string {
  return backend.name === "netplan"
    ? `/etc/netplan/90-drover-${name}.yaml`
    : `/etc/systemd/network/90-drover-${name}.network`;
}

export function routePath(backend: NetworkBackend, name: string): string {
  if (backend.name === "netplan") return `/etc/netplan/90-drover-${name}-routes.yaml`;
  return `/etc/systemd/network/90-drover-${name}.network.d/routes.conf`;
}

/** The file with the settings of an interface. JSON is YAML: no value can be taken for anything else. */
export function interfaceFile(backend: NetworkBackend, params: NetworkInterfaceEnsureParams): WantedPath {
  const path = interfacePath(backend, params.name);
  if (backend.name === "networkd") return wantedText(path, networkdInterface(params));
  const { name, dhcp4, dhcp6, addresses, gateway4, gateway6, mtu, mac } = params;
  const routes = [
    ...(gateway4 === undefined ? [] : [{ to: "default", via: gateway4 }]),
    ...(gateway6 === undefined ? [] : [{ to: "::/0", via: gateway6 }]),
  ];
  const settings = {
    dhcp4,
    dhcp6,
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(routes.length === 0 ? {} : { routes }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(mac === undefined ? {} : { macaddress: mac }),
  };
  return wantedText(path, netplanText(name, settings), { mode: NETPLAN_MODE });
}

function netplanText(name: string, settings: object): string {
  const file = { network: { version: 2, ethernets: { [name]: settings } } };
  return `# Set by drover\n${JSON.stringify(file, undefined, 2)}\n`;
}

function networkdInterface(params: NetworkInterfaceEnsureParams): string {
  const { name, dhcp4, dhcp6, addresses, gateway4, gateway6, mtu, mac } = params;
  const dhcp = dhcp4 ? (dhcp6 ? "yes" : "ipv4") : dhcp6 ? "ipv6" : "no";
  const link = [...(mtu === undefined ? [] : [`MTUBytes=${mtu}`]), ...(mac === undefined ? [] : [`MACAddress=${mac}`])];
  const network = [
    `DHCP=${dhcp}`,
    ...addresses.map((address) => `Address=${address}`),
    ...[gateway4, gateway6].flatMap((gateway) => (gateway === undefined ? [] : [`Gateway=${gateway}`])),
  ];
  const sections = [
    `[Match]\nName=${name}\n`,
    ...(link.length === 0 ? [] : [section("Link", link)]),
    section("Network", network),
  ];
  return `# Set by drover\n${sections.join("\n")}`;
}

function section(title: string, lines: readonly string[]): string {
  return `[${title}]\n${lines.map((line) => `${line}\n`).join("")}`;
}

/** The file with the further routes over an interface. */
export function routeFile(backend: NetworkBackend, { name, routes }: NetworkRouteEnsureParams): WantedPath {
  const path = routePath(backend, name);
  if (backend.name === "netplan") return wantedText(path, netplanText(name, { routes }), { mode: NETPLAN_MODE });
  const sections = routes.map(({ to, via, metric }) =>
    section("Route", [`Destination=${to}`, `Gateway=${via}`, ...(metric === undefined ? [] : [`Metric=${metric}`])]),
  );
  return wantedText(path, `# Set by drover\n${sections.join("\n")}`);
}

/** The file that a drop-in of systemd-networkd belongs to. */
export function emptyInterfaceFile(backend: NetworkBackend, name: string): WantedPath {
  return wantedText(interfacePath(backend, name), `# Set by drover\n[Match]\nName=${name}\n`);
}
