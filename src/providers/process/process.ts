import type { z } from "zod";
import { ok } from "../../base/result.ts";
import { processGet, processList, processSignal } from "../../operation/catalog/process.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import { readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { readText } from "../managed-files.ts";
import { runTool } from "../tool.ts";

interface ProcessInfo {
  pid: number;
  parentPid: number;
  name: string;
  user: string;
  state: string;
  memoryBytes: number;
  command: string;
  ageSeconds: number;
}

const COLUMNS = "pid=,ppid=,user:64=,state=,rss=,etimes=,args=";
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024;

async function readProcesses(context: ProviderContext): ProviderResult<readonly ProcessInfo[]> {
  const action = "list processes";
  const outputBytesMax = OUTPUT_BYTES_MAX;
  // Names may hold spaces, so they are asked for alone.
  const named = await runTool({ argv: ["ps", "-e", "-o", "pid=,comm="], action, outputBytesMax }, context);
  if (!named.ok) return named;
  const listed = await runTool({ argv: ["ps", "-e", "-ww", "-o", COLUMNS], action, outputBytesMax }, context);
  return listed.ok ? ok(parseProcesses(named.value.stdout, listed.value.stdout)) : listed;
}

/** Reads the two lists of ps. A process that is only in one of them came or went meanwhile. */
export function parseProcesses(names: string, rows: string): readonly ProcessInfo[] {
  const nameByPid = new Map(
    [...names.matchAll(/^\s*(\d+) (.*)$/gm)].map(([, pid = "", name = ""]) => [pid, name.trim()]),
  );
  return rows.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S)\S*\s+(\d+)\s+(\d+) (.*)$/.exec(line);
    if (match === null) return [];
    const [, pid = "", parent = "", user = "", state = "", kibibytes = "", age = "", command = ""] = match;
    const name = nameByPid.get(pid);
    if (name === undefined) return [];
    return [
      {
        pid: Number(pid),
        parentPid: Number(parent),
        name,
        user,
        state,
        memoryBytes: Number(kibibytes) * 1024,
        command: command.trim(),
        ageSeconds: Number(age),
      },
    ];
  });
}

function unknownProcess(action: string, pid: number) {
  return failed("DRV_PROCESS_UNKNOWN", `Cannot ${action} process ${pid}: the host has no such process`);
}

export const processListProvider = readProvider(processList, async (_params, context) => {
  const processes = await readProcesses(context);
  return processes.ok ? ok({ processes: [...processes.value] }) : processes;
});

export const processGetProvider = readProvider(processGet, async ({ pid }, context) => {
  const processes = await readProcesses(context);
  if (!processes.ok) return processes;
  const found = processes.value.find((each) => each.pid === pid);
  return found === undefined ? unknownProcess("read", pid) : ok({ process: found });
});

type SignalParams = z.output<typeof processSignal.params>;
type SignalResult = z.output<typeof processSignal.result>;

/** Sends a signal to a process, each time. */
export const processSignalProvider: WriteProvider<SignalParams, SignalResult, undefined> = {
  kind: "write",
  spec: processSignal,
  async inspect({ pid, name }, context) {
    const found = await readText(`/proc/${pid}/comm`, context);
    if (!found.ok) return found;
    if (found.value === undefined) return unknownProcess("signal", pid);
    const actual = found.value.trimEnd();
    if (name === undefined || name === actual) return ok(undefined);
    return failed(
      "DRV_PROCESS_UNKNOWN",
      `Cannot signal process ${pid}: it is ${quoted(actual)}, expected ${quoted(name)}`,
    );
  },
  diff: (_observed, { pid, signal }) => [{ property: "signal", after: `${signal} to ${pid}` }],
  unchangedResult: (_observed, { pid, signal }) => ({ pid, signal }),
  async apply({ pid, signal }, _observed, context) {
    const argv = ["kill", "-s", signal, "--", String(pid)];
    const ran = await runTool({ argv, action: `signal process ${pid}`, isChanging: true }, context);
    return ran.ok ? ok({ pid, signal }) : ran;
  },
};
