import { ok } from "../../base/result.ts";
import type { ExecOptions } from "../../operation/host.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failed, failedWith, quoted } from "../failure.ts";

/** Guards of a command, as parameters give them. */
export interface CommandGuards {
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
  readonly unless?: readonly string[] | undefined;
  readonly onlyIf?: readonly string[] | undefined;
}

/**
 * Says why a command need not run, or `undefined` when it must: the first guard that speaks against it, paths before
 * commands. A guard that cannot be evaluated is an error (`DRV_COMMAND_GUARD`), not an answer.
 */
export async function notRunReason(
  guards: CommandGuards,
  options: ExecOptions,
  context: ProviderContext,
): ProviderResult<string | undefined> {
  const byPath = await pathReason(guards, context);
  if (!byPath.ok || byPath.value !== undefined) return byPath;
  if (guards.unless !== undefined) {
    const passed = await passes("unless", guards.unless, { options, context });
    if (!passed.ok) return passed;
    if (passed.value) return ok("unless: its command exits with 0");
  }
  if (guards.onlyIf !== undefined) {
    const passed = await passes("onlyIf", guards.onlyIf, { options, context });
    if (!passed.ok) return passed;
    if (!passed.value) return ok("onlyIf: its command does not exit with 0");
  }
  return ok(undefined);
}

async function pathReason(guards: CommandGuards, context: ProviderContext): ProviderResult<string | undefined> {
  const { creates, removes } = guards;
  if (creates !== undefined) {
    const found = await exists(creates, context);
    if (!found.ok) return found;
    if (found.value) return ok(`creates: ${quoted(creates)} exists`);
  }
  if (removes !== undefined) {
    const found = await exists(removes, context);
    if (!found.ok) return found;
    if (!found.value) return ok(`removes: ${quoted(removes)} does not exist`);
  }
  return ok(undefined);
}

async function exists(path: string, { host, signal }: ProviderContext): ProviderResult<boolean> {
  const stat = await host.stat(path, { signal });
  if (stat.ok) return ok(stat.value !== undefined);
  // Below something that is not a folder nothing can exist.
  return stat.error.code === "DRV_HOST_NOT_A_FOLDER" ? ok(false) : failedWith(stat.error);
}

async function passes(
  name: "unless" | "onlyIf",
  argv: readonly string[],
  call: { readonly options: ExecOptions; readonly context: ProviderContext },
): ProviderResult<boolean> {
  const run = await call.context.host.exec(argv, call.options);
  if (run.ok) return ok(run.value.exitCode === 0);
  const { code, hint } = run.error;
  if (code !== "DRV_HOST_COMMAND_NOT_FOUND" && code !== "DRV_HOST_FOLDER_NOT_FOUND") return failedWith(run.error);
  return failed("DRV_COMMAND_GUARD", `Cannot evaluate ${name}: ${quoted(argv[0] ?? "")} cannot be run`, {
    cause: run.error,
    ...(hint === undefined ? {} : { hint }),
  });
}
