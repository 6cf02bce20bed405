import { z } from "zod";
import { defineOperation } from "../spec.ts";

const CATEGORY = "node";
const READ_TIMEOUT_MS = 60_000;

const noParams = z.strictObject({});
const bytes = z.number().describe("Bytes");

const hostname = z.strictObject({
  hostname: z.string(),
  fqdn: z.string().describe("Fully qualified name"),
  labels: z.record(z.string(), z.string()).describe("Labels of the host in the fleet"),
});
const disk = z.strictObject({ mount: z.string(), totalBytes: bytes, usedBytes: bytes, freeBytes: bytes });
const memory = z.strictObject({ totalBytes: bytes, availableBytes: bytes, usedBytes: bytes });
const load = z.strictObject({ one: z.number(), five: z.number(), fifteen: z.number(), cpuCount: z.int() });
const uptime = z.strictObject({
  uptimeSeconds: z.number(),
  text: z.string().describe("As people read it: `3 days, 4 hours, 5 minutes`"),
});
const os = z.strictObject({
  family: z.string(),
  distribution: z.string(),
  version: z.string(),
  kernel: z.string(),
  architecture: z.string(),
});

interface ReadDeclaration<Name extends string, ResultData> {
  readonly name: Name;
  readonly summary: string;
  readonly result: z.ZodType<ResultData>;
}

function defineRead<const Name extends `${string}.get`, ResultData>(declaration: ReadDeclaration<Name, ResultData>) {
  const shortName = declaration.name.slice(0, -".get".length);
  return defineOperation({
    ...declaration,
    aliases: [shortName],
    category: CATEGORY,
    description: "Taken from the facts of the host, which are gathered at most once a minute.",
    params: noParams,
    operationClass: "read-only",
    reversibility: "none",
    osFamilies: "any",
    attemptTimeoutMs: READ_TIMEOUT_MS,
    unknownPolicy: "rerun",
    secretParams: [],
    example: {},
  });
}

export const nodeHostname = defineRead({
  name: "node.hostname.get",
  summary: "Reads the names and labels of the host",
  result: hostname,
});

export const nodeDisk = defineRead({
  name: "node.disk.get",
  summary: "Reads size and use of every mounted disk",
  result: z.strictObject({ disks: z.array(disk) }),
});

export const nodeMemory = defineRead({
  name: "node.memory.get",
  summary: "Reads size and use of the memory",
  result: memory,
});

export const nodeUptime = defineRead({
  name: "node.uptime.get",
  summary: "Reads how long the host has been up",
  result: uptime,
});

export const nodeLoad = defineRead({
  name: "node.load.get",
  summary: "Reads the load averages of 1, 5 and 15 minutes",
  result: load,
});

export const nodeOs = defineRead({
  name: "node.os.get",
  summary: "Reads operating system, kernel and architecture",
  result: os,
});

export const nodeStatus = defineRead({
  name: "node.status.get",
  summary: "Reads names, system, uptime, load, memory, disks and conditions in one",
  result: z.strictObject({
    hostname,
    os,
    uptime,
    load,
    memory,
    disks: z.array(disk),
    conditions: z
      .array(z.strictObject({ type: z.string(), reason: z.string() }))
      .describe("What is wrong with the host: memory or disk pressure, high load"),
  }),
});
