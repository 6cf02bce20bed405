import { ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { lastWords, runTool, tryTool } from "../tool.ts";

/** A unit as systemd describes it. */
export interface UnitState {
  readonly name: string;
  /** Whether there is such a unit. */
  readonly isLoaded: boolean;
  readonly activeState: string;
  readonly subState: string;
  /** `enabled`, `disabled`, `static`, …; empty when there is no file. */
  readonly fileState: string;
  readonly description: string;
  readonly pid?: number;
}

const PROPERTIES = "Id,LoadState,ActiveState,SubState,UnitFileState,Description,MainPID";

/** Asks systemd about units; names that match none give a state that is not loaded. */
export async function readUnits(
  names: readonly string[],
  context: ProviderContext,
): ProviderResult<readonly UnitState[]> {
  const argv = ["systemctl", "show", "--no-pager", `--property=${PROPERTIES}`, "--", ...names];
  const shown = await runTool({ argv, action: "read units", outputBytesMax: 16 << 20 }, context);
  if (!shown.ok) return shown;
  const blocks = shown.value.stdout.split(/\n\n+/).filter((block) => block.trim() !== "");
  return ok(blocks.map(parseUnit));
}

/** Reads one block of `systemctl show`. */
export function parseUnit(block: string): UnitState {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const textOf = (name: string): string => fields.get(name) ?? "";
  const pid = Number(textOf("MainPID"));
  return {
    name: textOf("Id"),
    isLoaded: textOf("LoadState") !== "not-found" && textOf("LoadState") !== "",
    activeState: textOf("ActiveState"),
    subState: textOf("SubState"),
    fileState: textOf("UnitFileState"),
    description: textOf("Description"),
    ...(pid > 0 ? { pid } : {}),
  };
}

/** Whether a unit starts at boot. */
export function isEnabledState(fileState: string): boolean {
  return fileState === "enabled" || fileState === "enabled-runtime";
}

/** Whether a unit runs or is about to. */
export function isRunningState(activeState: string): boolean {
  return activeState === "active" || activeState === "activating" || activeState === "reloading";
}

/** Last lines a unit wrote, for an error; empty when there is no journal. */
export async function journalTail(unit: string, context: ProviderContext): Promise<string> {
  const argv = ["journalctl", "--no-pager", "--quiet", "--output=cat", "--lines=10", "--unit", unit];
  const read = await tryTool({ argv, action: "read the journal", timeoutMs: 10_000 }, context);
  if (!read.ok || read.value.exitCode !== 0) return "";
  const text = read.value.stdout.trim();
  return text === "" ? "" : text.length > 2_000 ? lastWords(read.value) : text;
}
