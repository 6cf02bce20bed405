import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ACT } from "./declaration.ts";
import { duration } from "./fields.ts";
import { oneLine } from "./host-fields.ts";

const params = z.strictObject({
  confirm: z.literal(true, "must be true: this stops everything that runs on the host").describe("That it is meant"),
  delay: duration().default(60_000).describe("Time until it happens; whole minutes, at least one"),
  message: oneLine(500)
    .refine((text) => !text.startsWith("-"), 'must not start with "-"')
    .optional()
    .describe("Shown to people who are logged in"),
});
const result = z.strictObject({ action: z.enum(["reboot", "shutdown"]), delayMs: z.int() });
const POWER = {
  ...ACT,
  category: "power",
  description:
    "Never in a host that is a folder or a container. It is scheduled, so that the task can still report; " +
    "`shutdown -c` on the host takes it back until then.",
  requires: { serviceManager: ["systemd", "openrc"] },
  params,
  result,
  example: { confirm: true, delay: "5m", message: "New kernel" },
} as const;

export const powerReboot = defineOperation({
  ...POWER,
  name: "power.reboot",
  aliases: ["node.power.reboot"],
  summary: "Schedules a restart of the host",
});

export const powerShutdown = defineOperation({
  ...POWER,
  name: "power.shutdown",
  aliases: ["node.power.shutdown"],
  summary: "Schedules that the host is turned off",
});
