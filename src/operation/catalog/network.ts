import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, noParams, presence, READ } from "./declaration.ts";
import { cidr, hostAddress, hostName, interfaceName, ipAddress } from "./host-fields.ts";
import { duration } from "./fields.ts";

const CATEGORY = "network";

const name = interfaceName().describe("Name of the interface");
const dns = { servers: z.array(z.string()), searchDomains: z.array(z.string()) };

export const networkDnsGet = defineOperation({
  ...READ,
  name: "network.dns.get",
  aliases: ["network.dns"],
  category: CATEGORY,
  summary: "Reads which name servers and search domains the host uses",
  description: "Of one interface through resolvectl, where systemd-resolved runs; else those of /etc/resolv.conf.",
  params: z.strictObject({ interface: interfaceName().optional().describe("Interface; all of the host when absent") }),
  result: z.strictObject(dns),
  example: { interface: "eth0" },
});

/** Makes the host use these name servers. */
export const networkDnsUpdate = defineOperation({
  ...ENSURE,
  name: "network.dns.update",
  aliases: ["network.dns.ensure"],
  category: CATEGORY,
  summary: "Makes the host use these name servers and search domains",
  description:
    "A drop-in file of systemd-resolved where that runs, else the lines of /etc/resolv.conf, whose other lines stay. What " +
    "is not given stays as it is.",
  params: z
    .strictObject({
      servers: z
        .array(ipAddress())
        .min(1, "must not be empty")
        .max(10, "must not be more than 10")
        .optional()
        .describe("Addresses, the first asked first"),
      searchDomains: z
        .array(hostName())
        .max(20, "must not be more than 20")
        .optional()
        .describe("Domains tried for short names"),
    })
    .refine((value) => value.servers !== undefined || value.searchDomains !== undefined, {
      path: ["servers"],
      message: 'must be given, unless "searchDomains" is',
    }),
  result: z.strictObject({ path: z.string() }),
  example: { servers: ["192.0.2.53"], searchDomains: ["example.org"] },
});

export const networkDnsDelete = defineOperation({
  ...ENSURE,
  name: "network.dns.delete",
  aliases: [],
  category: CATEGORY,
  summary: "Removes the name servers that drover gave to systemd-resolved",
  params: noParams,
  result: networkDnsUpdate.result,
  example: {},
});

export const networkPing = defineOperation({
  ...READ,
  name: "network.ping",
  aliases: ["network.ping.do"],
  category: CATEGORY,
  summary: "Asks another host for echoes",
  params: z.strictObject({
    address: hostAddress().describe("Name or address"),
    count: z
      .int()
      .min(1, "must be at least 1")
      .max(100, "must not be above 100")
      .default(3)
      .describe("Echoes asked for"),
    timeout: duration().default(5_000).describe("Time for all of them"),
    mustAnswer: z.boolean().default(true).describe("No answer at all fails the task"),
  }),
  result: z.strictObject({
    packetsSent: z.int(),
    packetsReceived: z.int(),
    lossPercent: z.number(),
    minMs: z.number().exactOptional(),
    averageMs: z.number().exactOptional(),
    maxMs: z.number().exactOptional(),
  }),
  example: { address: "192.0.2.1", count: 3 },
});

const address = z.strictObject({ address: z.string(), prefixLength: z.int(), family: z.enum(["ipv4", "ipv6"]) });
const networkInterface = z.strictObject({
  name: z.string(),
  state: z.string(),
  mac: z.string(),
  mtu: z.int(),
  addresses: z.array(address),
});

export const networkInterfaceList = defineOperation({
  ...READ,
  name: "network.interface.list",
  aliases: [],
  category: CATEGORY,
  summary: "Lists the network interfaces of the host",
  params: noParams,
  result: z.strictObject({ interfaces: z.array(networkInterface) }),
  example: {},
});

export const networkInterfaceGet = defineOperation({
  ...READ,
  name: "network.interface.get",
  aliases: [],
  category: CATEGORY,
  summary: "Reads a network interface",
  params: z.strictObject({ name }),
  result: z.strictObject({ interface: networkInterface }),
  example: { name: "eth0" },
});

const managed = z.strictObject({ name: z.string(), path: z.string() });

/** Makes an interface have these settings. */
export const networkInterfaceEnsure = defineOperation({
  ...ENSURE,
  name: "network.interface.ensure",
  aliases: ["network.interface.create", "network.interface.update"],
  category: CATEGORY,
  summary: "Makes the settings of an interface these, or leaves it to others",
  description:
    "Writes a file for netplan where the host has it, else for systemd-networkd, and has it read. Settings that netplan " +
    "refuses fail the task and leave the former file in place. A mistake here can cut the host off.",
  params: z.strictObject({
    name,
    state: presence(),
    dhcp4: z.boolean().default(false).describe("Ask for an IPv4 address"),
    dhcp6: z.boolean().default(false).describe("Ask for an IPv6 address"),
    addresses: z.array(cidr()).default([]).describe("Fixed addresses with prefix length"),
    gateway4: z.ipv4("must be an IPv4 address").optional().describe("Default gateway"),
    gateway6: z.ipv6("must be an IPv6 address").optional().describe("Default gateway of IPv6"),
    mtu: z
      .int()
      .min(68, "must be at least 68")
      .max(65_535, "must not be above 65535")
      .optional()
      .describe("Largest packet"),
    mac: z.mac("must be a hardware address").optional().describe("Hardware address to take on"),
  }),
  result: managed,
  example: { name: "eth1", addresses: ["192.0.2.10/24"], gateway4: "192.0.2.1" },
});

export type NetworkInterfaceEnsureParams = z.output<typeof networkInterfaceEnsure.params>;

export const networkInterfaceDelete = defineOperation({
  ...ENSURE,
  name: "network.interface.delete",
  aliases: [],
  category: CATEGORY,
  summary: "Removes the settings of an interface that drover wrote",
  params: z.strictObject({ name }),
  result: managed,
  example: { name: "eth1" },
});

const route = z.strictObject({
  to: z.string(),
  via: z.string().exactOptional(),
  interface: z.string(),
  metric: z.int().exactOptional(),
});

export const networkRouteList = defineOperation({
  ...READ,
  name: "network.route.list",
  aliases: [],
  category: CATEGORY,
  summary: "Lists the routes of the kernel",
  params: noParams,
  result: z.strictObject({ routes: z.array(route) }),
  example: {},
});

export const networkRouteGet = defineOperation({
  ...READ,
  name: "network.route.get",
  aliases: [],
  category: CATEGORY,
  summary: "Lists the routes of the kernel over one interface",
  params: z.strictObject({ name }),
  result: networkRouteList.result,
  example: { name: "eth0" },
});

/** Makes routes over an interface exist. */
export const networkRouteEnsure = defineOperation({
  ...ENSURE,
  name: "network.route.ensure",
  aliases: ["network.route.create", "network.route.update"],
  category: CATEGORY,
  summary: "Makes exactly these further routes lead over an interface, or none",
  description:
    "A file for netplan, else a drop-in for systemd-networkd. Default routes belong to the interface: see its gateways.",
  params: z.strictObject({
    name,
    state: presence(),
    routes: z
      .array(
        z.strictObject({
          to: cidr().refine(
            (value) => !value.endsWith("/0"),
            "must not be the default route: set a gateway of the interface",
          ),
          via: ipAddress(),
          metric: z.int().min(0, "must not be negative").max(4_294_967_295, "must not be above 4294967295").optional(),
        }),
      )
      .max(200, "must not be more than 200")
      .default([])
      .describe("List of `to` (network), `via` (gateway) and `metric`"),
  }),
  result: managed,
  example: { name: "eth0", routes: [{ to: "198.51.100.0/24", via: "192.0.2.1" }] },
});

export type NetworkRouteEnsureParams = z.output<typeof networkRouteEnsure.params>;

export const networkRouteDelete = defineOperation({
  ...ENSURE,
  name: "network.route.delete",
  aliases: [],
  category: CATEGORY,
  summary: "Removes the routes over an interface that drover wrote",
  params: z.strictObject({ name }),
  result: managed,
  example: { name: "eth0" },
});
