import type { FakeExecAnswer, FakeHost } from "../../testing/fake-host.ts";

/** What is installed on a fake host, a line per package: name, tab, version. */
const FILE = "/var/lib/fake-packages";
/** Versions that the index knows, the newest last. */
const INDEX = new Map([
  ["sample", ["1.0", "2.0"]],
  ["other", ["5"]],
]);

/** Gives a fake host apt and dnf with a small index. */
export function givePackageTools(host: FakeHost): void {
  host.putFile(FILE, "other\t5\n");
  host.onExec((argv) => answer(host, argv));
}

function installedOn(host: FakeHost): Map<string, string> {
  const lines = (host.text(FILE) ?? "").split("\n").filter((line) => line !== "");
  return new Map(lines.map((line): [string, string] => [line.split("\t")[0] ?? "", line.split("\t")[1] ?? ""]));
}

function answer(host: FakeHost, argv: readonly string[]): FakeExecAnswer | undefined {
  const [program = ""] = argv;
  const at = argv.indexOf("--");
  const name = at < 0 ? undefined : argv[at + 1];
  const verb = argv.find((word) => /^(install|remove|update|upgrade|downgrade|repoquery|makecache|policy)$/.test(word));
  switch (program) {
    case "dpkg-query":
      return shown(host, name, (each, version) => `installed\t${each}\t${version}\tall\t4\tA package\n`);
    case "rpm":
      return shown(host, name, (each, version) => `${each}\t0:${version}\tnoarch\t4096\tA package\n`);
    case "apt-cache": {
      const newest = INDEX.get(name ?? "")?.at(-1);
      return { stdout: newest === undefined ? "" : `${name}:\n  Installed: x\n  Candidate: ${newest}\n` };
    }
    case "apt-get":
    case "dnf":
      if (verb === "repoquery") return queried(host, name, argv.includes("--upgrades"));
      if (argv.includes("--simulate")) return { stdout: "Inst sample [1.0] (2.0 here [all])\n" };
      return name === undefined ? {} : changed(host, { program, verb: verb ?? "", wanted: name });
    default:
      return undefined;
  }
}

function shown(
  host: FakeHost,
  name: string | undefined,
  line: (name: string, version: string) => string,
): FakeExecAnswer {
  const rows = [...installedOn(host)].filter(([each]) => name === undefined || each === name);
  const stdout = rows.map(([each, version]) => line(each, version)).join("");
  return { stdout, exitCode: rows.length === 0 ? 1 : 0 };
}

function queried(host: FakeHost, name: string | undefined, isUpgrades: boolean): FakeExecAnswer {
  const rows = isUpgrades ? [...installedOn(host).keys()] : [name ?? ""];
  const lines = rows.map((each) => {
    const newest = INDEX.get(each)?.at(-1);
    return newest === undefined ? "" : isUpgrades ? `${each}\t0:${newest}\n` : `0:${newest}\n`;
  });
  return { stdout: lines.join("") };
}

function changed(host: FakeHost, call: { program: string; verb: string; wanted: string }): FakeExecAnswer {
  const { program, verb, wanted } = call;
  const [, name = wanted, version] = (program === "dnf" ? /^(.*)-(\d.*)$/ : /^(.*)=(.*)$/).exec(wanted) ?? [];
  const packages = installedOn(host);
  const versions = INDEX.get(name);
  if (verb === "remove") packages.delete(name);
  else if (versions === undefined) return { exitCode: 100, stderr: `E: Unable to locate package ${name}\n` };
  else if (version !== undefined && !versions.includes(version)) {
    return { exitCode: 100, stderr: `E: Version '${version}' for '${name}' was not found\n` };
  } else packages.set(name, version ?? versions.at(-1) ?? "");
  host.putFile(
    FILE,
    [...packages]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map((row) => `${row.join("\t")}\n`)
      .join(""),
  );
  return {};
}
