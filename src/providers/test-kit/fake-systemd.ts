import type { FakeExecAnswer, FakeHost } from "../../testing/fake-host.ts";

/** Folder of a fake host with a file for each unit: its active state and whether it is enabled. */
const FOLDER = "/run/fake-units";
const UNIT_FOLDER = "/etc/systemd/system";

/** Gives a fake host systemd with the units `known.service` (stopped) and `running.service` (running, enabled). */
export function giveSystemd(host: FakeHost): void {
  host.files.makeFolders(FOLDER);
  host.files.makeFolders(UNIT_FOLDER);
  host.putFile(`${FOLDER}/known.service`, "inactive disabled");
  host.putFile(`${FOLDER}/running.service`, "active enabled");
  host.onExec((argv) => answer(host, argv));
}

function answer(host: FakeHost, argv: readonly string[]): FakeExecAnswer | undefined {
  if (argv[0] === "systemd-analyze") return verify(host, argv.at(-1) ?? "");
  if (argv[0] === "journalctl") return { stdout: "the log of the unit\n" };
  if (argv[0] !== "systemctl") return undefined;
  const verb = argv.slice(1).find((word) => !word.startsWith("--")) ?? "";
  const name = argv.includes("--") ? (argv.at(-1) ?? "") : "";
  switch (verb) {
    case "show":
      return {
        stdout: argv
          .slice(argv.indexOf("--") + 1)
          .map((each) => show(host, each))
          .join("\n\n"),
      };
    case "list-units":
      return { stdout: "known.service loaded\nrunning.service loaded\n" };
    case "daemon-reload":
      return {};
    default:
      return change(host, verb, name);
  }
}

function stateOf(host: FakeHost, name: string): readonly [active: string, enabled: string] | undefined {
  const [active, enabled] = (host.text(`${FOLDER}/${name}`) ?? "").split(" ");
  if (active !== undefined && active !== "" && enabled !== undefined) return [active, enabled];
  return host.text(`${UNIT_FOLDER}/${name}`) === undefined ? undefined : ["inactive", "disabled"];
}

function show(host: FakeHost, name: string): string {
  const state = stateOf(host, name);
  const [active, enabled] = state ?? ["inactive", ""];
  const load = state === undefined ? "not-found" : "loaded";
  const pid = active === "active" ? 42 : 0;
  return `Id=${name}\nLoadState=${load}\nActiveState=${active}\nSubState=${active}\nUnitFileState=${enabled}\nDescription=A unit\nMainPID=${pid}`;
}

function verify(host: FakeHost, path: string): FakeExecAnswer {
  const text = host.text(path) ?? "";
  return text.includes("Malformed") ? { exitCode: 1, stderr: `${path}:2: Missing '='.\n` } : {};
}

function change(host: FakeHost, verb: string, name: string): FakeExecAnswer {
  const state = stateOf(host, name);
  if (state === undefined) return { exitCode: 5, stderr: `Failed to ${verb} ${name}: Unit ${name} not found.\n` };
  const [active, enabled] = state;
  const isBroken = host.text(`${UNIT_FOLDER}/${name}`)?.includes("/bin/false") === true;
  const next = {
    start: [isBroken ? "failed" : "active", enabled],
    restart: [isBroken ? "failed" : "active", enabled],
    "reload-or-restart": ["active", enabled],
    stop: ["inactive", enabled],
    enable: [active, "enabled"],
    disable: [active, "disabled"],
  }[verb];
  if (next === undefined) return { exitCode: 1, stderr: `Unknown command verb ${verb}.\n` };
  const isPlain = next.join(" ") === "inactive disabled" && name !== "known.service";
  if (isPlain) void host.files.remove(`${FOLDER}/${name}`);
  else host.putFile(`${FOLDER}/${name}`, next.join(" "));
  return next[0] === "failed" ? { exitCode: 1, stderr: `Job for ${name} failed.\n` } : {};
}
