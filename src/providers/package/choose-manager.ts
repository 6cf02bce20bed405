import { ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failedWith } from "../failure.ts";
import { apt } from "./apt.ts";
import { dnf } from "./dnf.ts";
import type { PackageManager } from "./package-manager.ts";

/** The package manager of a host. */
export async function packageManagerOf(context: ProviderContext): ProviderResult<PackageManager> {
  const facts = await context.host.facts({ signal: context.signal });
  if (!facts.ok) return failedWith(facts.error);
  return ok(facts.value.packageManager === "dnf" ? dnf : apt);
}
