import type { z } from "zod";
import { ok } from "../../base/result.ts";
import {
  serviceDelete,
  serviceDisable,
  serviceEnable,
  serviceGet,
  serviceList,
  serviceRestart,
  serviceStart,
  serviceStop,
  type ServiceEnsureParams,
} from "../../operation/catalog/service.ts";
import type { WriteProvider } from "../../operation/provider.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { runTool } from "../tool.ts";
import { startUnit } from "./control-unit.ts";
import { readUnit, serviceEnsureProvider } from "./service.ts";
import { isEnabledState, readUnits, type UnitState } from "./unit-state.ts";

const TIMEOUT_MS_DEFAULT = 30_000;

function ensured(name: string, wanted: Partial<ServiceEnsureParams>): ServiceEnsureParams {
  return { name, state: "present", restartOnChange: true, timeout: TIMEOUT_MS_DEFAULT, ...wanted };
}

export const serviceDeleteProvider = adaptParams(serviceDelete, serviceEnsureProvider, ({ name }) =>
  ensured(name, { state: "absent" }),
);
export const serviceStartProvider = adaptParams(serviceStart, serviceEnsureProvider, ({ name, timeout }) =>
  ensured(name, { isRunning: true, timeout }),
);
export const serviceStopProvider = adaptParams(serviceStop, serviceEnsureProvider, ({ name }) =>
  ensured(name, { isRunning: false }),
);
export const serviceEnableProvider = adaptParams(serviceEnable, serviceEnsureProvider, ({ name }) =>
  ensured(name, { isEnabled: true }),
);
export const serviceDisableProvider = adaptParams(serviceDisable, serviceEnsureProvider, ({ name }) =>
  ensured(name, { isEnabled: false }),
);

type RestartParams = z.output<typeof serviceRestart.params>;
type RestartResult = z.output<typeof serviceRestart.result>;

/** Restarts a unit, each time. */
export const serviceRestartProvider: WriteProvider<RestartParams, RestartResult, UnitState> = {
  kind: "write",
  spec: serviceRestart,
  async inspect({ name }, context) {
    const unit = await readUnit(name, context);
    if (!unit.ok || unit.value.isLoaded) return unit;
    return failed("DRV_SERVICE_UNKNOWN", `Cannot restart unit ${quoted(name)}: systemd knows no unit of this name`);
  },
  diff: (_observed, { name }) => [{ property: "restart", after: name }],
  unchangedResult: resultOf,
  async apply({ name, timeout, reload }, _observed, context) {
    const verb = reload ? "reload-or-restart" : "restart";
    const started = await startUnit({ verb, name, timeoutMs: timeout }, context);
    if (!started.ok) return started;
    const unit = await readUnit(name, context);
    return unit.ok ? ok(resultOf(unit.value)) : unit;
  },
};

function resultOf({ name, activeState, fileState }: UnitState): RestartResult {
  return { name, activeState, isEnabled: isEnabledState(fileState) };
}

function describe({ fileState, ...unit }: UnitState) {
  return { ...unit, isEnabled: isEnabledState(fileState) };
}

export const serviceGetProvider = readProvider(serviceGet, async ({ name }, context) => {
  const unit = await readUnit(name, context);
  return unit.ok ? ok({ service: describe(unit.value) }) : unit;
});

export const serviceListProvider = readProvider(serviceList, async (_params, context) => {
  const argv = ["systemctl", "list-units", "--type=service", "--all", "--no-pager", "--plain", "--no-legend", "--full"];
  const listed = await runTool({ argv, action: "list services", outputBytesMax: 16 << 20 }, context);
  if (!listed.ok) return listed;
  const names = listed.value.stdout.split("\n").map((line) => line.trim().split(/\s+/)[0] ?? "");
  const services = names.filter((name) => name.endsWith(".service"));
  if (services.length === 0) return ok({ services: [] });
  const units = await readUnits(services, context);
  return units.ok ? ok({ services: units.value.map(describe) }) : units;
});
