import { ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { quoted } from "../failure.ts";
import { runTool, tryTool, type ToolRun } from "../tool.ts";
import { packageFailure, type InstalledPackage, type PackageManager, type PackageUpdate } from "./package-manager.ts";

const FORMAT =
  "${db:Status-Status}\\t${Package}\\t${Version}\\t${Architecture}\\t${Installed-Size}\\t${binary:Summary}\\n";
/** Seconds apt waits for the lock of another process. */
const LOCK_SECONDS = 30;
const OPTIONS = [
  "--quiet",
  "--yes",
  "-o",
  `DPkg::Lock::Timeout=${LOCK_SECONDS}`,
  "-o",
  "Dpkg::Options::=--force-confdef",
  "-o",
  "Dpkg::Options::=--force-confold",
  "-o",
  "Dpkg::Use-Pty=0",
];
const SIGNS = {
  unknown: /Unable to locate package|has no installation candidate|Version '.*' for '.*' was not found/,
  locked: /Could not get lock|Unable to acquire the dpkg frontend lock|is another process using it/,
};

async function installed(name: string | undefined, context: ProviderContext) {
  const argv = ["dpkg-query", "--show", `--showformat=${FORMAT}`, ...(name === undefined ? [] : ["--", name])];
  // 1: no package of this name, which is an answer.
  const run: ToolRun = { argv, action: "read packages", okExitCodes: [0, 1], outputBytesMax: 32 << 20 };
  const shown = await runTool(run, context);
  return shown.ok ? ok(parseInstalled(shown.value.stdout)) : shown;
}

/** Reads what dpkg-query prints; packages that are only partly there do not count. */
export function parseInstalled(text: string): readonly InstalledPackage[] {
  return text.split("\n").flatMap((line) => {
    const [status, name = "", version = "", architecture = "", kibibytes = "0", description = ""] = line.split("\t");
    if (status !== "installed") return [];
    return [{ name, version, architecture, sizeBytes: (Number(kibibytes) || 0) * 1024, description }];
  });
}

async function candidate(name: string, context: ProviderContext) {
  const shown = await runTool({ argv: ["apt-cache", "policy", "--", name], action: "read the index of apt" }, context);
  if (!shown.ok) return shown;
  const version = /^\s+Candidate: (\S+)$/m.exec(shown.value.stdout)?.[1];
  return ok(version === "(none)" ? undefined : version);
}

async function updates(context: ProviderContext): ProviderResult<readonly PackageUpdate[]> {
  const argv = ["apt-get", "--simulate", "--quiet", "-o", "Debug::NoLocking=true", "upgrade"];
  const shown = await runTool({ argv, action: "list updates", outputBytesMax: 16 << 20 }, context);
  return shown.ok ? ok(parseUpdates(shown.value.stdout)) : shown;
}

/** Reads the `Inst name [old] (new …)` lines of a simulated upgrade. */
export function parseUpdates(text: string): readonly PackageUpdate[] {
  return [...text.matchAll(/^Inst (\S+) \[([^\]]+)\] \((\S+)/gm)].map(
    ([, name = "", version = "", newVersion = ""]) => ({
      name,
      version,
      newVersion,
    }),
  );
}

async function change(run: ToolRun, context: ProviderContext): ProviderResult<void> {
  const ran = await tryTool(run, context);
  if (!ran.ok) return ran;
  return ran.value.exitCode === 0 ? ok(undefined) : packageFailure(run, ran.value, SIGNS);
}

/** Debian's package manager. */
export const apt: PackageManager = {
  name: "apt",
  installed,
  candidate,
  updates,
  refresh: (context) =>
    change(
      { argv: ["apt-get", ...OPTIONS, "update"], action: "refresh the index of packages", isChanging: true },
      context,
    ),
  install: (name, version, context) => {
    const wanted = version === undefined ? name : `${name}=${version}`;
    const argv = ["apt-get", ...OPTIONS, "--allow-downgrades", "--allow-change-held-packages", "install", "--", wanted];
    return change({ argv, action: `install package ${quoted(wanted)}`, isChanging: true }, context);
  },
  remove: (name, context) => {
    const argv = ["apt-get", ...OPTIONS, "remove", "--", name];
    return change({ argv, action: `remove package ${quoted(name)}`, isChanging: true }, context);
  },
};
