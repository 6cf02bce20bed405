import { z } from "zod";
import { ok } from "../../base/result.ts";
import {
  packageEnsure,
  packageGet,
  packageInstall,
  packageList,
  packageListUpdates,
  packageRemove,
  packageUpdate,
  type PackageEnsureParams,
} from "../../operation/catalog/package.ts";
import type { Change } from "../../operation/outcome.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { packageManagerOf } from "./choose-manager.ts";
import { unknownPackage, type InstalledPackage, type PackageManager } from "./package-manager.ts";

type PackageResult = ResultDataOf<typeof packageEnsure>;

interface PackageObserved {
  readonly manager: PackageManager;
  readonly installed: InstalledPackage | undefined;
  /** The newest version the index knows; only asked for when it matters. */
  readonly candidate: string | undefined;
}

const undoSchema = z.strictObject({ version: z.literal(1), name: z.string(), installed: z.string().nullable() });

async function inspect(params: PackageEnsureParams, context: ProviderContext): ProviderResult<PackageObserved> {
  const manager = await packageManagerOf(context);
  if (!manager.ok) return manager;
  const found = await manager.value.installed(params.name, context);
  if (!found.ok) return found;
  const [installed] = found.value;
  const isEnough = installed !== undefined && params.state !== "latest" && isVersion(installed, params);
  if (params.state === "absent" || isEnough) return ok({ manager: manager.value, installed, candidate: undefined });
  const candidate = await manager.value.candidate(params.name, context);
  if (!candidate.ok) return candidate;
  if (candidate.value === undefined && !params.refresh && installed === undefined) {
    return unknownPackage(params.name, manager.value.name);
  }
  return ok({ manager: manager.value, installed, candidate: candidate.value });
}

function isVersion(installed: InstalledPackage, { version }: PackageEnsureParams): boolean {
  return version === undefined || version === installed.version;
}

function diff({ installed, candidate }: PackageObserved, params: PackageEnsureParams): readonly Change[] {
  if (params.state === "absent") {
    return installed === undefined ? [] : [{ property: "version", before: installed.version, after: null }];
  }
  const wanted = params.state === "latest" ? candidate : params.version;
  if (installed !== undefined && (wanted === undefined || wanted === installed.version)) return [];
  return [{ property: "version", before: installed?.version ?? null, after: wanted ?? candidate ?? "newest" }];
}

function result(installed: InstalledPackage | undefined, { name }: PackageEnsureParams): PackageResult {
  return { name, ...(installed === undefined ? {} : { version: installed.version }) };
}

async function apply(
  params: PackageEnsureParams,
  { manager, installed, candidate }: PackageObserved,
  context: ProviderContext,
): ProviderResult<PackageResult> {
  if (params.refresh && params.state !== "absent") {
    const refreshed = await manager.refresh(context);
    if (!refreshed.ok) return refreshed;
  }
  const version = params.state === "latest" && installed !== undefined && !params.refresh ? candidate : params.version;
  const done =
    params.state === "absent"
      ? await manager.remove(params.name, context)
      : await manager.install(params.name, version, context);
  if (!done.ok) return done;
  const now = await manager.installed(params.name, context);
  return now.ok ? ok(result(now.value[0], params)) : now;
}

async function undo(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = undoSchema.safeParse(preImage.facts);
  if (!facts.success) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was saved is not in the expected form");
  }
  const { name, installed: before } = facts.data;
  const manager = await packageManagerOf(context);
  if (!manager.ok) return manager;
  const now = await manager.value.installed(name, context);
  if (!now.ok) return now;
  const version = now.value[0]?.version ?? null;
  if (version === before) return ok(undefined);
  return before === null
    ? await manager.value.remove(name, context)
    : await manager.value.install(name, before, context);
}

/** Makes a package be installed, or not. */
export const packageEnsureProvider: WriteProvider<PackageEnsureParams, PackageResult, PackageObserved> = {
  kind: "write",
  spec: packageEnsure,
  inspect,
  diff,
  unchangedResult: (observed, params) => result(observed.installed, params),
  async capture({ name }, { installed }) {
    return ok({ facts: { version: 1, name, installed: installed?.version ?? null }, blobs: [] });
  },
  apply,
  undo,
};

export const packageInstallProvider = adaptParams(
  packageInstall,
  packageEnsureProvider,
  ({ name, version }): PackageEnsureParams => ({
    name,
    state: "present",
    refresh: false,
    ...(version === undefined ? {} : { version }),
  }),
);

export const packageRemoveProvider = adaptParams(
  packageRemove,
  packageEnsureProvider,
  ({ name }): PackageEnsureParams => ({
    name,
    state: "absent",
    refresh: false,
  }),
);

type UpdateResult = ResultDataOf<typeof packageUpdate>;

/** Refreshes the index, each time. */
export const packageUpdateProvider: WriteProvider<Record<string, never>, UpdateResult, PackageManager> = {
  kind: "write",
  spec: packageUpdate,
  inspect: (_params, context) => packageManagerOf(context),
  diff: ({ name }) => [{ property: "index", after: name }],
  unchangedResult: ({ name }) => ({ manager: name }),
  async apply(_params, manager, context) {
    const refreshed = await manager.refresh(context);
    return refreshed.ok ? ok({ manager: manager.name }) : refreshed;
  },
};

export const packageListProvider = readProvider(packageList, async (_params, context) => {
  const manager = await packageManagerOf(context);
  if (!manager.ok) return manager;
  const found = await manager.value.installed(undefined, context);
  return found.ok ? ok({ packages: found.value.map((each) => ({ ...each })) }) : found;
});

export const packageGetProvider = readProvider(packageGet, async ({ name }, context) => {
  const manager = await packageManagerOf(context);
  if (!manager.ok) return manager;
  const found = await manager.value.installed(name, context);
  if (!found.ok) return found;
  const [installed] = found.value;
  if (installed !== undefined) return ok({ package: { ...installed } });
  return failed("DRV_PACKAGE_UNKNOWN", `Cannot read package ${quoted(name)}: it is not installed`);
});

export const packageListUpdatesProvider = readProvider(packageListUpdates, async (_params, context) => {
  const manager = await packageManagerOf(context);
  if (!manager.ok) return manager;
  const updates = await manager.value.updates(context);
  return updates.ok ? ok({ updates: updates.value.map((each) => ({ ...each })) }) : updates;
});
