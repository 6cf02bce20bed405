import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ACT, noParams, READ } from "./declaration.ts";

const CATEGORY = "process";

const pid = z
  .int()
  .min(1, "must be at least 1")
  .max(4_194_304, "must not be above 4194304")
  .describe("Number of the process");
const processInfo = z.strictObject({
  pid: z.int(),
  parentPid: z.int(),
  name: z.string(),
  user: z.string().describe("Name, or number of a user without one"),
  state: z.string().describe("`R` running, `S` sleeping, `D` waiting for a device, `Z` gone but not collected, …"),
  memoryBytes: z.int(),
  command: z.string(),
  ageSeconds: z.int().describe("Time since it started"),
});

export const processList = defineOperation({
  ...READ,
  name: "process.list",
  aliases: ["node.process.list"],
  category: CATEGORY,
  summary: "Lists the processes of the host",
  params: noParams,
  result: z.strictObject({ processes: z.array(processInfo) }),
  example: {},
});

export const processGet = defineOperation({
  ...READ,
  name: "process.get",
  aliases: ["node.process.get"],
  category: CATEGORY,
  summary: "Reads one process",
  params: z.strictObject({ pid }),
  result: z.strictObject({ process: processInfo }),
  example: { pid: 1 },
});

export const processSignal = defineOperation({
  ...ACT,
  name: "process.signal",
  aliases: ["node.process.signal"],
  category: CATEGORY,
  summary: "Sends a signal to a process",
  description: "Process 1 is never signalled. With `name`, the process must be of that name: numbers are used again.",
  params: z.strictObject({
    pid: pid.refine((value) => value > 1, "must not be 1: that would end the host"),
    signal: z
      .enum(["TERM", "KILL", "HUP", "INT", "USR1", "USR2"], "must be TERM, KILL, HUP, INT, USR1 or USR2")
      .default("TERM")
      .describe("Which"),
    name: z
      .string()
      .min(1, "must not be empty")
      .max(64, "must not be longer than 64 characters")
      .optional()
      .describe("Name the process must have"),
  }),
  result: z.strictObject({ pid: z.int(), signal: z.string() }),
  needsRoot: true,
  example: { pid: 4242, signal: "HUP", name: "nginx" },
});
