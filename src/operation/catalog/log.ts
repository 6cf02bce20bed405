import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { noParams, READ } from "./declaration.ts";
import { pathBelowRoot } from "./fields.ts";
import { oneLine, unitName } from "./host-fields.ts";

const CATEGORY = "log";
const PRIORITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] as const;
const SINCE = /^[0-9A-Za-z][0-9A-Za-z :.+-]{0,63}$/;

const entry = z.strictObject({
  timestamp: z.string().describe("As in `2026-01-01T00:00:00.000Z`; empty for lines of files"),
  unit: z.string(),
  priority: z.string(),
  message: z.string(),
  pid: z.int().exactOptional(),
});

export const logQuery = defineOperation({
  ...READ,
  name: "log.query",
  aliases: ["node.log.query", "node.log.queryUnit"],
  category: CATEGORY,
  summary: "Reads the last entries of the journal, or the last lines of a log file",
  params: z
    .strictObject({
      unit: unitName().optional().describe("Only entries of this unit"),
      path: pathBelowRoot().optional().describe("Log file to read instead of the journal"),
      lines: z
        .int()
        .min(1, "must be at least 1")
        .max(10_000, "must not be above 10000")
        .default(100)
        .describe("Entries"),
      since: z
        .string()
        .regex(SINCE, 'must be a time such as "2026-01-01 12:00" or "10 min ago"')
        .optional()
        .describe("Only entries after this time, in the words of journalctl"),
      priority: z
        .enum(PRIORITIES, `must be one of ${PRIORITIES.join(", ")}`)
        .optional()
        .describe("Only entries at least this important"),
      contains: oneLine().min(1, "must not be empty").optional().describe("Only entries with this text"),
    })
    .refine((value) => value.path === undefined || (value.unit ?? value.since ?? value.priority) === undefined, {
      path: ["path"],
      message: 'cannot be given together with "unit", "since" or "priority"',
    }),
  result: z.strictObject({ entries: z.array(entry) }),
  example: { unit: "nginx", lines: 50, priority: "warning" },
});

export const logSources = defineOperation({
  ...READ,
  name: "log.sources",
  aliases: ["node.log.sources"],
  category: CATEGORY,
  summary: "Lists who writes into the journal",
  params: noParams,
  result: z.strictObject({ sources: z.array(z.string()) }),
  example: {},
});
