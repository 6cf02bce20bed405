import { z } from "zod";
import { must } from "../../base/assert.ts";
import { ok } from "../../base/result.ts";
import { serviceEnsure, type ServiceEnsureParams } from "../../operation/catalog/service.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { encodeText } from "../file/content-change.ts";
import { capturePaths, restorePaths } from "../file/snapshot.ts";
import { makeStateFolder } from "../file/deploy-record.ts";
import { runTool } from "../tool.ts";
import { runSystemctl, startUnit } from "./control-unit.ts";
import { hasOwnFile, mustWriteUnit, serviceChanges, type ServiceObserved } from "./service-change.ts";
import { isEnabledState, isRunningState, readUnits, type UnitState } from "./unit-state.ts";

type ServiceResult = ResultDataOf<typeof serviceEnsure>;

const UNIT_FOLDER = "/etc/systemd/system";

const undoSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  isRunning: z.boolean(),
  isEnabled: z.boolean(),
  files: z.json(),
});

/** One unit, as systemd describes it. */
export async function readUnit(name: string, context: ProviderContext): ProviderResult<UnitState> {
  const units = await readUnits([name], context);
  return units.ok ? ok(must(units.value[0], "systemctl describes each unit it is asked for")) : units;
}

async function inspect(params: ServiceEnsureParams, context: ProviderContext): ProviderResult<ServiceObserved> {
  const unit = await readUnit(params.name, context);
  if (!unit.ok) return unit;
  const path = `${UNIT_FOLDER}/${params.name}`;
  const stat = await context.host.stat(path, { signal: context.signal });
  if (!stat.ok) return failedWith(stat.error);
  const isFile = stat.value?.type === "file";
  const content = isFile ? await context.host.readFile(path, { signal: context.signal }) : ok(undefined);
  if (!content.ok) return failedWith(content.error);
  const wantsIt = params.state === "present" && params.unit === undefined;
  if (wantsIt && !unit.value.isLoaded) {
    return failed(
      "DRV_SERVICE_UNKNOWN",
      `Cannot set up unit ${quoted(params.name)}: systemd knows no unit of this name`,
      {
        hint: "Install the package that brings it, or give its file as unit",
      },
    );
  }
  return ok({ unit: unit.value, path, file: content.value, isLink: stat.value?.type === "symlink" });
}

function result(unit: UnitState): ServiceResult {
  return { name: unit.name, activeState: unit.activeState, isEnabled: isEnabledState(unit.fileState) };
}

async function apply(
  params: ServiceEnsureParams,
  observed: ServiceObserved,
  context: ProviderContext,
): ProviderResult<ServiceResult> {
  const done = params.state === "absent" ? await remove(observed, context) : await ensure(params, observed, context);
  if (!done.ok) return done;
  const unit = await readUnit(params.name, context);
  return unit.ok ? ok(result(unit.value)) : unit;
}

async function ensure(
  params: ServiceEnsureParams,
  observed: ServiceObserved,
  context: ProviderContext,
): ProviderResult<void> {
  const { name } = params;
  const changes = new Set(serviceChanges(observed, params).map((change) => change.property));
  const isNewFile = mustWriteUnit(observed, params);
  if (isNewFile) {
    const written = await writeUnit(params, observed, context);
    if (!written.ok) return written;
  }
  if (changes.has("isEnabled")) {
    const switched = await runSystemctl([params.isEnabled === true ? "enable" : "disable"], name, context);
    if (!switched.ok) return switched;
  }
  const wasRunning = isRunningState(observed.unit.activeState);
  if (params.isRunning === false) return wasRunning ? await runSystemctl(["stop"], name, context) : ok(undefined);
  const mustRestart = isNewFile && wasRunning && params.restartOnChange;
  if (mustRestart) return await startUnit({ verb: "restart", name, timeoutMs: params.timeout }, context);
  if (changes.has("isRunning")) return await startUnit({ verb: "start", name, timeoutMs: params.timeout }, context);
  return ok(undefined);
}

function draftFolder({ host }: ProviderContext): string {
  return `${host.stateFolder}/units`;
}

/** Has systemd check the text before it takes the place of what is there, so that a malformed unit changes nothing. */
async function writeUnit(
  { name, unit = "" }: ServiceEnsureParams,
  { path }: ServiceObserved,
  context: ProviderContext,
): ProviderResult<void> {
  const { host, signal } = context;
  const made = await makeStateFolder(draftFolder(context), context);
  if (!made.ok) return made;
  const draft = `${draftFolder(context)}/${name}`;
  const placed = await host.writeFile(draft, encodeText(unit), { signal, mode: 0o644 });
  if (!placed.ok) return failedWith(placed.error);
  const argv = ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", draft];
  const verified = await runTool({ argv, action: `set up unit ${quoted(name)}`, timeoutMs: 30_000 }, context);
  const removed = await host.remove(draft, { signal });
  if (!removed.ok) return failedWith(removed.error);
  if (!verified.ok && verified.error.error.code !== "DRV_HOST_COMMAND_NOT_FOUND") return verified;
  const written = await host.writeFile(path, encodeText(unit), { signal, mode: 0o644 });
  if (!written.ok) return failedWith(written.error);
  return await reload(context);
}

async function reload(context: ProviderContext): ProviderResult<void> {
  const argv = ["systemctl", "daemon-reload"];
  const ran = await runTool({ argv, action: "let systemd read its units anew", isChanging: true }, context);
  return ran.ok ? ok(undefined) : ran;
}

async function remove(observed: ServiceObserved, context: ProviderContext): ProviderResult<void> {
  const { unit, path } = observed;
  if (isRunningState(unit.activeState)) {
    const stopped = await runSystemctl(["stop"], unit.name, context);
    if (!stopped.ok) return stopped;
  }
  if (isEnabledState(unit.fileState)) {
    const disabled = await runSystemctl(["disable"], unit.name, context);
    if (!disabled.ok) return disabled;
  }
  if (!hasOwnFile(observed)) return ok(undefined);
  const removed = await context.host.remove(path, { signal: context.signal });
  return removed.ok ? await reload(context) : failedWith(removed.error, { changed: true });
}

async function capture(_params: ServiceEnsureParams, { unit, path }: ServiceObserved, context: ProviderContext) {
  const files = await capturePaths([path, `${draftFolder(context)}/${unit.name}`], context);
  if (!files.ok) return files;
  const { name, activeState, fileState } = unit;
  const facts = {
    version: 1,
    name,
    isRunning: isRunningState(activeState),
    isEnabled: isEnabledState(fileState),
    files: files.value.facts,
  };
  return ok({ facts, blobs: files.value.blobs });
}

async function undo(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = undoSchema.safeParse(preImage.facts);
  if (!facts.success) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was saved is not in the expected form");
  }
  const { name, isRunning, isEnabled, files } = facts.data;
  const now = await readUnit(name, context);
  if (!now.ok) return now;
  // What a file that goes away had started or enabled must end while systemd still knows how.
  if (!isRunning && isRunningState(now.value.activeState)) {
    const stopped = await runSystemctl(["stop"], name, context);
    if (!stopped.ok) return stopped;
  }
  if (!isEnabled && isEnabledState(now.value.fileState)) {
    const disabled = await runSystemctl(["disable"], name, context);
    if (!disabled.ok) return disabled;
  }
  const restored = await restorePaths({ facts: files, blobs: preImage.blobs }, context);
  if (!restored.ok) return restored;
  const reloaded = await reload(context);
  if (!reloaded.ok) return reloaded;
  if (isEnabled && !isEnabledState(now.value.fileState)) {
    const enabled = await runSystemctl(["enable"], name, context);
    if (!enabled.ok) return enabled;
  }
  return isRunning && !isRunningState(now.value.activeState)
    ? await runSystemctl(["start"], name, context)
    : ok(undefined);
}

/** Makes a unit be there, running and enabled as wanted. */
export const serviceEnsureProvider: WriteProvider<ServiceEnsureParams, ServiceResult, ServiceObserved> = {
  kind: "write",
  spec: serviceEnsure,
  inspect,
  diff: serviceChanges,
  unchangedResult: (observed) => result(observed.unit),
  capture,
  apply,
  undo,
};
