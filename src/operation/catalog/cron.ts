import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, noParams, presence, READ } from "./declaration.ts";
import { environment, text } from "./fields.ts";
import { fileNamePart, newAccountName, oneLine } from "./host-fields.ts";

const CATEGORY = "cron";
const FIELD = String.raw`[0-9A-Za-z*/,-]+`;
const SCHEDULE = new RegExp(
  `^(?:@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)|${FIELD}(?: +${FIELD}){4})$`,
);

const name = fileNamePart().describe("Name of the entry, and of its file");
const interval = z.enum(["hourly", "daily", "weekly", "monthly"], "must be hourly, daily, weekly or monthly");

/** Makes a command run on a schedule, or not. */
export const cronEnsure = defineOperation({
  ...ENSURE,
  name: "cron.ensure",
  aliases: ["cron.create", "cron.update", "schedule.cron.create", "schedule.cron.update"],
  category: CATEGORY,
  summary: "Makes cron run a command on a schedule, or a script at an interval, or not",
  description:
    "With `schedule`, a file in /etc/cron.d holds the entry; with `interval`, a script in /etc/cron.hourly and the like. " +
    "Changing from one to the other removes the former file. The command is shell text, as cron has it; a `%` in it is " +
    "kept a plain character.",
  params: z
    .strictObject({
      name,
      state: presence(),
      schedule: z
        .string()
        .regex(SCHEDULE, 'must be five fields such as "*/5 * * * *", or @daily')
        .optional()
        .describe("When"),
      interval: interval.optional().describe("How often, instead of `schedule`"),
      command: oneLine(4_000)
        .min(1, "must not be empty")
        .optional()
        .describe("Shell text of one line, with `schedule`"),
      script: text().optional().describe("Whole script with its `#!` line, with `interval`"),
      user: newAccountName().default("root").describe("User it runs as, with `schedule`; must exist"),
      environment: environment().default({}).describe("Variables set before the entry, with `schedule`"),
    })
    .superRefine((value, context) => {
      if (value.state === "absent") return;
      const isScheduled = value.schedule !== undefined && value.command !== undefined;
      const isPeriodic = value.interval !== undefined && value.script !== undefined;
      if (isScheduled === isPeriodic) {
        const message = 'either "schedule" with "command" or "interval" with "script" must be given';
        context.addIssue({ code: "custom", path: ["schedule"], message });
      }
      for (const [variable, setting] of Object.entries(value.environment)) {
        if (!/["\p{Cc}]/u.test(setting)) continue;
        const message = "must be one line without double quotes";
        context.addIssue({ code: "custom", path: ["environment", variable], message });
      }
    }),
  result: z.strictObject({ name: z.string(), path: z.string() }),
  example: { name: "backup", schedule: "30 2 * * *", command: "/usr/local/bin/backup --quiet", user: "root" },
});

export type CronEnsureParams = z.output<typeof cronEnsure.params>;

export const cronDelete = defineOperation({
  ...ENSURE,
  name: "cron.delete",
  aliases: ["schedule.cron.delete"],
  category: CATEGORY,
  summary: "Makes an entry of cron be absent",
  params: z.strictObject({ name }),
  result: cronEnsure.result,
  example: { name: "backup" },
});

const entry = z.strictObject({
  name: z.string(),
  path: z.string(),
  schedule: z.string().describe("Fields of the schedule, or the interval"),
  user: z.string(),
  command: z.string().describe("Empty for scripts"),
});

export const cronGet = defineOperation({
  ...READ,
  name: "cron.get",
  aliases: ["schedule.cron.get"],
  category: CATEGORY,
  summary: "Reads the entries of one file of cron",
  params: z.strictObject({ name }),
  result: z.strictObject({ entries: z.array(entry) }),
  example: { name: "backup" },
});

export const cronList = defineOperation({
  ...READ,
  name: "cron.list",
  aliases: ["schedule.cron.list"],
  category: CATEGORY,
  summary: "Lists the entries in /etc/cron.d and the scripts of hourly, daily, weekly and monthly",
  params: noParams,
  result: z.strictObject({ entries: z.array(entry) }),
  example: {},
});
