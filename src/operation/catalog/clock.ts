import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, noParams, presence, READ } from "./declaration.ts";
import { hostAddress } from "./host-fields.ts";

/** Makes the host ask these servers for the time. */
export const ntpEnsure = defineOperation({
  ...ENSURE,
  name: "ntp.ensure",
  aliases: ["ntp.create", "ntp.update", "node.ntp.create", "node.ntp.update"],
  category: "ntp",
  summary: "Makes the host take its time from these servers, or from those of its distribution",
  description:
    "Through chrony where it is configured (a file of sources), else through systemd-timesyncd (a drop-in file). The " +
    "service is asked to read it; a host without the running service only gets the file.",
  params: z
    .strictObject({
      state: presence(),
      servers: z
        .array(hostAddress())
        .min(1, "must not be empty")
        .max(20, "must not be more than 20")
        .optional()
        .describe("Names or addresses; needed unless `absent`"),
    })
    .refine((value) => value.state === "absent" || value.servers !== undefined, {
      path: ["servers"],
      message: "must be given",
    }),
  result: z.strictObject({ path: z.string(), service: z.enum(["chrony", "timesyncd"]) }),
  example: { servers: ["0.debian.pool.ntp.org", "1.debian.pool.ntp.org"] },
});

export type NtpEnsureParams = z.output<typeof ntpEnsure.params>;

export const ntpDelete = defineOperation({
  ...ENSURE,
  name: "ntp.delete",
  aliases: ["node.ntp.delete"],
  category: "ntp",
  summary: "Removes the servers that drover set",
  params: noParams,
  result: ntpEnsure.result,
  example: {},
});

export const ntpGet = defineOperation({
  ...READ,
  name: "ntp.get",
  aliases: ["node.ntp.get"],
  category: "ntp",
  summary: "Reads which servers drover set, and whether the clock is in step where chrony tells",
  params: noParams,
  result: z.strictObject({
    service: z.enum(["chrony", "timesyncd"]),
    servers: z.array(z.string()),
    isSynchronized: z.boolean().exactOptional(),
    stratum: z.int().exactOptional(),
    offsetSeconds: z.number().exactOptional(),
  }),
  example: {},
});

const timezone = z
  .string()
  .max(100, "must not be longer than 100 characters")
  .regex(/^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+){0,2}$/, "must be the name of a zone, such as Europe/Berlin")
  .describe("Zone, as in the database of time zones");

/** Makes the host be in a time zone. */
export const timezoneEnsure = defineOperation({
  ...ENSURE,
  name: "timezone.ensure",
  aliases: ["timezone.update", "node.timezone.update"],
  category: "timezone",
  summary: "Makes the host be in this time zone",
  description:
    "Sets the link /etc/localtime, and /etc/timezone where the host has it. Running programs may keep the old one.",
  params: z.strictObject({ timezone }),
  result: z.strictObject({ timezone: z.string() }),
  example: { timezone: "Europe/Berlin" },
});

export type TimezoneEnsureParams = z.output<typeof timezoneEnsure.params>;

export const timezoneGet = defineOperation({
  ...READ,
  name: "timezone.get",
  aliases: ["node.timezone.get"],
  category: "timezone",
  summary: "Reads the time zone of the host",
  params: noParams,
  result: z.strictObject({ timezone: z.string(), utcOffset: z.string().describe("As in `+02:00`") }),
  example: {},
});
