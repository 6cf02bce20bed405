import { ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { quoted } from "../failure.ts";
import { runTool, tryTool, type ToolRun } from "../tool.ts";
import { packageFailure, type InstalledPackage, type PackageManager, type PackageUpdate } from "./package-manager.ts";

const FORMAT = "%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SIZE}\\t%{SUMMARY}\\n";
const SIGNS = {
  unknown: /No match for argument|Unable to find a match|No matching packages|No package .* available/,
  locked: /Waiting for process with pid|another app is currently holding the (?:yum|dnf) lock|Failed to obtain .*lock/i,
};

async function installed(name: string | undefined, context: ProviderContext) {
  const argv = ["rpm", "--query", "--queryformat", FORMAT, ...(name === undefined ? ["--all"] : ["--", name])];
  const run: ToolRun = { argv, action: "read packages", okExitCodes: [0, 1], outputBytesMax: 32 << 20 };
  const shown = await runTool(run, context);
  return shown.ok ? ok(parseInstalled(shown.value.stdout)) : shown;
}

/** Reads what rpm prints in our format; other lines say that there is no such package. */
export function parseInstalled(text: string): readonly InstalledPackage[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", version, architecture = "", size = "0", description = ""] = line.split("\t");
    if (version === undefined) return [];
    return [{ name, version: withoutEpoch(version), architecture, sizeBytes: Number(size) || 0, description }];
  });
}

/** dnf leaves out an epoch of zero where it shows a version. */
function withoutEpoch(version: string): string {
  return version.replace(/^0:/, "");
}

async function candidate(name: string, context: ProviderContext) {
  const argv = [
    "dnf",
    "--quiet",
    "repoquery",
    "--latest-limit=1",
    "--queryformat",
    "%{epoch}:%{version}-%{release}\\n",
    "--",
    name,
  ];
  const shown = await runTool({ argv, action: "read the index of dnf" }, context);
  if (!shown.ok) return shown;
  const version = shown.value.stdout.trim().split("\n").at(-1) ?? "";
  return ok(version === "" ? undefined : withoutEpoch(version));
}

async function updates(context: ProviderContext): ProviderResult<readonly PackageUpdate[]> {
  const argv = [
    "dnf",
    "--quiet",
    "repoquery",
    "--upgrades",
    "--queryformat",
    "%{name}\\t%{epoch}:%{version}-%{release}\\n",
  ];
  const shown = await runTool({ argv, action: "list updates", outputBytesMax: 16 << 20 }, context);
  if (!shown.ok) return shown;
  const present = await installed(undefined, context);
  if (!present.ok) return present;
  const versions = new Map(present.value.map(({ name, version }) => [name, version]));
  const rows = shown.value.stdout.split("\n").filter((line) => line.includes("\t"));
  return ok(
    rows.map((line) => {
      const [name = "", newVersion = ""] = line.split("\t");
      return { name, version: versions.get(name) ?? "", newVersion: withoutEpoch(newVersion) };
    }),
  );
}

async function change(run: ToolRun, context: ProviderContext): ProviderResult<void> {
  const ran = await tryTool(run, context);
  if (!ran.ok) return ran;
  return ran.value.exitCode === 0 ? ok(undefined) : packageFailure(run, ran.value, SIGNS);
}

async function install(name: string, version: string | undefined, context: ProviderContext): ProviderResult<void> {
  const wanted = version === undefined ? name : `${name}-${version}`;
  const action = `install package ${quoted(wanted)}`;
  const present = await installed(name, context);
  if (!present.ok) return present;
  // dnf keeps its verbs apart: install does nothing to a package that is there, downgrade nothing to one that is not.
  const verbs =
    present.value.length === 0 ? ["install"] : version === undefined ? ["upgrade"] : ["install", "downgrade"];
  for (const verb of verbs) {
    const done = await change(
      { argv: ["dnf", "--quiet", "--assumeyes", verb, "--", wanted], action, isChanging: true },
      context,
    );
    if (!done.ok) return done;
    const now = await installed(name, context);
    if (!now.ok) return now;
    if (version === undefined || now.value.some((each) => each.version === version)) return ok(undefined);
  }
  return ok(undefined);
}

/** The package manager of the Red Hat family. */
export const dnf: PackageManager = {
  name: "dnf",
  installed,
  candidate,
  updates,
  refresh: (context) =>
    change(
      {
        argv: ["dnf", "--quiet", "--assumeyes", "makecache"],
        action: "refresh the index of packages",
        isChanging: true,
      },
      context,
    ),
  install,
  remove: (name, context) => {
    const argv = ["dnf", "--quiet", "--assumeyes", "remove", "--", name];
    return change({ argv, action: `remove package ${quoted(name)}`, isChanging: true }, context);
  },
};
