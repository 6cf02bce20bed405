import type { ExecResult } from "../../operation/host.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { toolFailure, type ToolRun } from "../tool.ts";

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sizeBytes: number;
  readonly description: string;
}

export interface PackageUpdate {
  readonly name: string;
  readonly version: string;
  readonly newVersion: string;
}

/** What is asked of the package manager of a host. */
export interface PackageManager {
  readonly name: string;
  /** Installed packages of this name, all without a name. */
  installed(name: string | undefined, context: ProviderContext): ProviderResult<readonly InstalledPackage[]>;
  /** The newest version that the index knows; `undefined` when it knows none. */
  candidate(name: string, context: ProviderContext): ProviderResult<string | undefined>;
  updates(context: ProviderContext): ProviderResult<readonly PackageUpdate[]>;
  refresh(context: ProviderContext): ProviderResult<void>;
  /** Installs a package, in exactly this version if one is given, older ones included. */
  install(name: string, version: string | undefined, context: ProviderContext): ProviderResult<void>;
  remove(name: string, context: ProviderContext): ProviderResult<void>;
}

/** The failure of a package manager, told apart by what it says. */
export function packageFailure(
  run: ToolRun,
  result: ExecResult,
  signs: { readonly unknown: RegExp; readonly locked: RegExp },
) {
  const said = `${result.stderr}\n${result.stdout}`;
  if (signs.locked.test(said)) {
    const hint = "Let it end and run the task again; a retry policy does that by itself";
    return toolFailure(run, result, { code: "DRV_PACKAGE_LOCKED", errorClass: "retryable", hint });
  }
  if (signs.unknown.test(said)) {
    const hint = "Correct the name or version, or refresh the index with package.update";
    return toolFailure(run, result, { code: "DRV_PACKAGE_UNKNOWN", hint });
  }
  return toolFailure(run, result, { errorClass: "retryable" });
}

/** The failure for a name that the index does not know. */
export function unknownPackage(name: string, manager: string) {
  return failed(
    "DRV_PACKAGE_UNKNOWN",
    `Cannot install package ${quoted(name)}: ${manager} knows no package of this name`,
    {
      hint: "Correct the name, refresh the index with package.update, or add the repository that has it",
    },
  );
}
