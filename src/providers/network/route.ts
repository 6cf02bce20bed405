import { z } from "zod";
import { ok } from "../../base/result.ts";
import {
  networkRouteDelete,
  networkRouteEnsure,
  networkRouteGet,
  networkRouteList,
  type NetworkRouteEnsureParams,
} from "../../operation/catalog/network.ts";
import type { ProviderContext } from "../../operation/provider.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failed } from "../failure.ts";
import { firstExisting, managedFiles, type WantedPath } from "../managed-files.ts";
import { runTool } from "../tool.ts";
import { parseJson } from "./interface.ts";
import { emptyInterfaceFile, interfacePath, networkBackend, routeFile, routePath } from "./network-files.ts";

/** Makes routes over an interface exist. */
export const networkRouteEnsureProvider = managedFiles({
  spec: networkRouteEnsure,
  async plan(params, context) {
    const { name, state } = params;
    const backend = await networkBackend(context);
    if (!backend.ok) return backend;
    const path = routePath(backend.value, name);
    const { activation } = backend.value;
    const result = { name, path };
    if (state === "absent") return ok({ paths: [{ kind: "absent", path }], activation, result });
    const paths: WantedPath[] = [routeFile(backend.value, params)];
    if (backend.value.name === "networkd") {
      const existing = await firstExisting([interfacePath(backend.value, name)], context);
      if (!existing.ok) return existing;
      if (existing.value === undefined) paths.unshift(emptyInterfaceFile(backend.value, name));
    }
    return ok({ paths, activation, result });
  },
});

export const networkRouteDeleteProvider = adaptParams(
  networkRouteDelete,
  networkRouteEnsureProvider,
  ({ name }): NetworkRouteEnsureParams => ({ name, state: "absent", routes: [] }),
);

const routesSchema = z.array(
  z.object({
    dst: z.string(),
    gateway: z.string().optional(),
    dev: z.string().default(""),
    metric: z.int().optional(),
  }),
);

async function readRoutes(name: string | undefined, context: ProviderContext) {
  const routes: { to: string; via?: string; interface: string; metric?: number }[] = [];
  for (const family of ["-4", "-6"]) {
    const argv = ["ip", "-json", family, "route", "show", ...(name === undefined ? [] : ["dev", name])];
    const shown = await runTool({ argv, action: "read routes" }, context);
    if (!shown.ok) return shown;
    const found = routesSchema.safeParse(parseJson(shown.value.stdout));
    if (!found.success) return failed("DRV_TOOL_FAILED", "Cannot read routes: ip does not answer in the expected form");
    routes.push(
      ...found.data.map(({ dst, gateway, dev, metric }) => ({
        to: dst,
        ...(gateway === undefined ? {} : { via: gateway }),
        interface: name ?? dev,
        ...(metric === undefined ? {} : { metric }),
      })),
    );
  }
  return ok({ routes });
}

export const networkRouteListProvider = readProvider(networkRouteList, (_params, context) =>
  readRoutes(undefined, context),
);
export const networkRouteGetProvider = readProvider(networkRouteGet, ({ name }, context) => readRoutes(name, context));
