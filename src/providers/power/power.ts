import type { z } from "zod";
import { ok } from "../../base/result.ts";
import { powerReboot, powerShutdown } from "../../operation/catalog/power.ts";
import type { WriteProvider } from "../../operation/provider.ts";
import type { OperationSpec } from "../../operation/spec.ts";
import { failed, failedWith } from "../failure.ts";
import { runTool } from "../tool.ts";

type PowerParams = z.output<typeof powerReboot.params>;
type PowerResult = z.output<typeof powerReboot.result>;

const MINUTE_MS = 60_000;

function powerProvider(
  spec: OperationSpec<PowerParams, PowerResult>,
  action: "reboot" | "shutdown",
): WriteProvider<PowerParams, PowerResult, undefined> {
  const words = action === "reboot" ? "restart the host" : "turn off the host";
  return {
    kind: "write",
    spec,
    async inspect(_params, { host, signal }) {
      const facts = await host.facts({ signal });
      if (!facts.ok) return failedWith(facts.error);
      if (!facts.value.isContainer) return ok(undefined);
      return failed("DRV_POWER_REFUSED", `Cannot ${words}: it is a container`, {
        hint: "Restart or stop the container from the host it runs on",
      });
    },
    diff: (_observed, { delay }) => [{ property: action, after: `in ${minutesOf(delay)} min` }],
    unchangedResult: (_observed, { delay }) => ({ action, delayMs: minutesOf(delay) * MINUTE_MS }),
    async apply({ delay, message }, _observed, context) {
      const minutes = minutesOf(delay);
      const argv = [
        "shutdown",
        action === "reboot" ? "-r" : "-h",
        `+${minutes}`,
        ...(message === undefined ? [] : [message]),
      ];
      const ran = await runTool({ argv, action: words, isChanging: true }, context);
      return ran.ok ? ok({ action, delayMs: minutes * MINUTE_MS }) : ran;
    },
  };
}

/** Whole minutes, at least one: what shutdown can wait. */
function minutesOf(delayMs: number): number {
  return Math.max(1, Math.ceil(delayMs / MINUTE_MS));
}

export const powerRebootProvider = powerProvider(powerReboot, "reboot");
export const powerShutdownProvider = powerProvider(powerShutdown, "shutdown");
