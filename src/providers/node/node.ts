import { ok } from "../../base/result.ts";
import {
  nodeDisk,
  nodeHostname,
  nodeLoad,
  nodeMemory,
  nodeOs,
  nodeStatus,
  nodeUptime,
} from "../../operation/catalog/node.ts";
import { conditionsOf } from "../../operation/conditions.ts";
import type { Facts } from "../../operation/facts.ts";
import type { ReadProvider } from "../../operation/provider.ts";
import type { OperationSpec, ResultDataOf } from "../../operation/spec.ts";
import { failedWith } from "../failure.ts";

type NoParams = Record<string, never>;

/** A provider that answers from the facts of the host. */
function factsProvider<ResultData>(
  spec: OperationSpec<NoParams, ResultData>,
  answer: (facts: Facts) => ResultData,
): ReadProvider<NoParams, ResultData> {
  return {
    kind: "read",
    spec,
    async read(_params, { host, signal }) {
      const facts = await host.facts({ signal });
      return facts.ok ? ok(answer(facts.value)) : failedWith(facts.error);
    },
  };
}

function hostnameOf(facts: Facts): ResultDataOf<typeof nodeHostname> {
  return { hostname: facts.hostname, fqdn: facts.fqdn, labels: { ...facts.labels } };
}

function disksOf(facts: Facts): ResultDataOf<typeof nodeDisk>["disks"] {
  return facts.disks.map((disk) => ({ ...disk }));
}

function memoryOf({ memory }: Facts): ResultDataOf<typeof nodeMemory> {
  const { totalBytes, availableBytes } = memory;
  return { totalBytes, availableBytes, usedBytes: Math.max(0, totalBytes - availableBytes) };
}

function uptimeOf({ uptimeSeconds }: Facts): ResultDataOf<typeof nodeUptime> {
  const minutes = Math.floor(uptimeSeconds / 60);
  const parts = [
    counted(Math.floor(minutes / 1_440), "day"),
    counted(Math.floor(minutes / 60) % 24, "hour"),
    counted(minutes % 60, "minute"),
  ];
  return { uptimeSeconds, text: parts.join(", ") };
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function loadOf({ load, cpuCount }: Facts): ResultDataOf<typeof nodeLoad> {
  return { one: load.one, five: load.five, fifteen: load.fifteen, cpuCount };
}

function osOf({ os, kernel, architecture }: Facts): ResultDataOf<typeof nodeOs> {
  return { family: os.family, distribution: os.distribution, version: os.version, kernel, architecture };
}

function statusOf(facts: Facts): ResultDataOf<typeof nodeStatus> {
  return {
    hostname: hostnameOf(facts),
    os: osOf(facts),
    uptime: uptimeOf(facts),
    load: loadOf(facts),
    memory: memoryOf(facts),
    disks: disksOf(facts),
    conditions: conditionsOf(facts).map(({ type, reason }) => ({ type, reason })),
  };
}

export const nodeHostnameProvider = factsProvider(nodeHostname, hostnameOf);
export const nodeDiskProvider = factsProvider(nodeDisk, (facts) => ({ disks: disksOf(facts) }));
export const nodeMemoryProvider = factsProvider(nodeMemory, memoryOf);
export const nodeUptimeProvider = factsProvider(nodeUptime, uptimeOf);
export const nodeLoadProvider = factsProvider(nodeLoad, loadOf);
export const nodeOsProvider = factsProvider(nodeOs, osOf);
export const nodeStatusProvider = factsProvider(nodeStatus, statusOf);
