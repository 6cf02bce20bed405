import { err, ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { runTool } from "../tool.ts";
import { isRunningState, journalTail, readUnits } from "./unit-state.ts";

/** Runs one verb of systemctl on a unit. */
export async function runSystemctl(
  verb: readonly string[],
  name: string,
  context: ProviderContext,
): ProviderResult<void> {
  const argv = ["systemctl", "--no-pager", "--no-ask-password", ...verb, "--", name];
  const ran = await runTool({ argv, action: `${verb[0]} unit ${quoted(name)}`, isChanging: true }, context);
  return ran.ok ? ok(undefined) : ran;
}

export interface StartUnit {
  readonly verb: "start" | "restart" | "reload-or-restart";
  readonly name: string;
  readonly timeoutMs: number;
}

/**
 * Starts a unit and waits until it is active, at most `timeoutMs`. A unit that failed, or is not active in time, is
 * `DRV_SERVICE_FAILED` with the end of its log.
 */
export async function startUnit({ verb, name, timeoutMs }: StartUnit, context: ProviderContext): ProviderResult<void> {
  const argv = ["systemctl", "--no-pager", "--no-ask-password", verb, "--", name];
  const action = `${verb} unit ${quoted(name)}`;
  const ran = await runTool({ argv, action, isChanging: true, timeoutMs }, context);
  const units = await readUnits([name], context);
  if (!units.ok) return units;
  const [unit] = units.value;
  const isDone = unit !== undefined && (unit.activeState === "active" || isDoneOnce(unit.activeState, ran.ok));
  if (ran.ok && isDone) return ok(undefined);
  if (!ran.ok && ran.error.error.code !== "DRV_TOOL_FAILED" && ran.error.error.code !== "DRV_HOST_TIMEOUT") return ran;
  if (unit !== undefined && !unit.isLoaded) return err(unknownUnit(action, name).error);
  const tail = await journalTail(name, context);
  const state = unit === undefined ? "unknown" : `${unit.activeState} (${unit.subState})`;
  const wait = isRunningState(unit?.activeState ?? "") ? ` after ${timeoutMs} ms` : "";
  const said = tail === "" ? "" : `; its log ends with ${quoted(tail.slice(-300))}`;
  return failed("DRV_SERVICE_FAILED", `Cannot ${action}: it is ${state}${wait}, expected active${said}`, {
    hint: `Read its log with: journalctl --unit ${name}`,
    errorClass: "retryable",
    changed: true,
    data: { activeState: unit?.activeState ?? "", subState: unit?.subState ?? "", log: tail },
  });
}

/** A service that does one thing and ends is not active afterwards. */
function isDoneOnce(activeState: string, isOk: boolean): boolean {
  return isOk && activeState === "inactive";
}

function unknownUnit(action: string, name: string) {
  return failed("DRV_SERVICE_UNKNOWN", `Cannot ${action}: systemd knows no unit ${quoted(name)}`, {
    hint: "Install the package that brings it, or give its file with service.ensure",
  });
}
