import { z } from "zod";
import { ok } from "../../base/result.ts";
import {
  networkInterfaceDelete,
  networkInterfaceEnsure,
  networkInterfaceGet,
  networkInterfaceList,
  type NetworkInterfaceEnsureParams,
} from "../../operation/catalog/network.ts";
import type { ProviderContext } from "../../operation/provider.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { managedFiles } from "../managed-files.ts";
import { runTool } from "../tool.ts";
import { interfaceFile, interfacePath, networkBackend } from "./network-files.ts";

/** Makes an interface have these settings. */
export const networkInterfaceEnsureProvider = managedFiles({
  spec: networkInterfaceEnsure,
  async plan(params, context) {
    const backend = await networkBackend(context);
    if (!backend.ok) return backend;
    const path = interfacePath(backend.value, params.name);
    const wanted =
      params.state === "absent" ? ({ kind: "absent", path } as const) : interfaceFile(backend.value, params);
    return ok({ paths: [wanted], activation: backend.value.activation, result: { name: params.name, path } });
  },
});

export const networkInterfaceDeleteProvider = adaptParams(
  networkInterfaceDelete,
  networkInterfaceEnsureProvider,
  ({ name }): NetworkInterfaceEnsureParams => ({ name, state: "absent", dhcp4: false, dhcp6: false, addresses: [] }),
);

const linksSchema = z.array(
  z.object({
    ifname: z.string(),
    operstate: z.string().default("UNKNOWN"),
    address: z.string().default(""),
    mtu: z.int().default(0),
    addr_info: z.array(z.object({ family: z.string(), local: z.string(), prefixlen: z.int() })).default([]),
  }),
);

async function readInterfaces(context: ProviderContext) {
  const shown = await runTool({ argv: ["ip", "-json", "address", "show"], action: "read interfaces" }, context);
  if (!shown.ok) return shown;
  const links = linksSchema.safeParse(parseJson(shown.value.stdout));
  if (!links.success)
    return failed("DRV_TOOL_FAILED", "Cannot read interfaces: ip does not answer in the expected form");
  return ok(
    links.data.map((link) => ({
      name: link.ifname,
      state: link.operstate.toLowerCase(),
      mac: link.address,
      mtu: link.mtu,
      addresses: link.addr_info.map(({ family, local, prefixlen }) => ({
        address: local,
        prefixLength: prefixlen,
        family: family === "inet6" ? ("ipv6" as const) : ("ipv4" as const),
      })),
    })),
  );
}

/** JSON a tool printed; nothing printed stands for an empty list. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.trim() === "" ? "[]" : text);
  } catch {
    return undefined;
  }
}

export const networkInterfaceListProvider = readProvider(networkInterfaceList, async (_params, context) => {
  const interfaces = await readInterfaces(context);
  return interfaces.ok ? ok({ interfaces: interfaces.value }) : interfaces;
});

export const networkInterfaceGetProvider = readProvider(networkInterfaceGet, async ({ name }, context) => {
  const interfaces = await readInterfaces(context);
  if (!interfaces.ok) return interfaces;
  const found = interfaces.value.find((each) => each.name === name);
  if (found !== undefined) return ok({ interface: found });
  return failed(
    "DRV_NETWORK_UNKNOWN_INTERFACE",
    `Cannot read interface ${quoted(name)}: the host has no such interface`,
  );
});
