import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ACT, ENSURE, noParams, presence, READ } from "./declaration.ts";
import { duration, text } from "./fields.ts";
import { unitName } from "./host-fields.ts";

const SYSTEMD = { category: "service", requires: { serviceManager: ["systemd"] } } as const;
const ACTIVE_TIMEOUT_MS_DEFAULT = 30_000;

const name = unitName().describe("Unit, such as `nginx` or `backup.timer`; any unit, not only those drover made");
const timeout = duration()
  .default(ACTIVE_TIMEOUT_MS_DEFAULT)
  .describe("Time the unit may take to become active; then the end of its log is in the error");
const oneUnit = z.strictObject({ name });

const state = z.strictObject({
  name: z.string(),
  isLoaded: z.boolean().describe("Whether there is such a unit"),
  activeState: z.string().describe("`active`, `inactive`, `failed`, `activating`, …"),
  subState: z.string(),
  isEnabled: z.boolean(),
  description: z.string(),
  pid: z.int().exactOptional().describe("Main process"),
});

const ensured = z.strictObject({ name: z.string(), activeState: z.string(), isEnabled: z.boolean() });

/** Makes a unit be there, running and enabled as wanted. */
export const serviceEnsure = defineOperation({
  ...ENSURE,
  ...SYSTEMD,
  name: "service.ensure",
  aliases: ["service.create", "service.update", "node.service.create", "node.service.update"],
  summary: "Makes a unit of systemd have this file, run and start at boot, or not",
  description:
    "`unit` is the whole unit file and goes to /etc/systemd/system; a service that runs is restarted when its file " +
    "changes. `absent` stops and disables the unit and removes its file there. What is not given stays as it is.",
  params: z
    .strictObject({
      name,
      state: presence(),
      unit: text().optional().describe("Content of the unit file, for units of your own"),
      isRunning: z.boolean().optional().describe("Whether it must run"),
      isEnabled: z.boolean().optional().describe("Whether it must start at boot"),
      restartOnChange: z.boolean().default(true).describe("Restart a running unit when its file changed"),
      timeout,
    })
    .refine((value) => value.unit === undefined || /^\s*\[[A-Za-z]+\]\s*$/m.test(value.unit), {
      path: ["unit"],
      message: "must be a unit file with sections such as [Service]",
    }),
  result: ensured,
  example: { name: "nginx", isRunning: true, isEnabled: true },
});

export type ServiceEnsureParams = z.output<typeof serviceEnsure.params>;

export const serviceDelete = defineOperation({
  ...ENSURE,
  ...SYSTEMD,
  name: "service.delete",
  aliases: ["node.service.delete"],
  summary: "Stops and disables a unit and removes its file from /etc/systemd/system",
  params: oneUnit,
  result: ensured,
  example: { name: "old-app" },
});

export const serviceStart = defineOperation({
  ...ENSURE,
  ...SYSTEMD,
  name: "service.start",
  aliases: ["node.service.start"],
  summary: "Makes a unit run",
  params: z.strictObject({ name, timeout }),
  result: ensured,
  example: { name: "nginx" },
});

export const serviceStop = defineOperation({
  ...ENSURE,
  ...SYSTEMD,
  name: "service.stop",
  aliases: ["node.service.stop"],
  summary: "Makes a unit not run",
  params: oneUnit,
  result: ensured,
  example: { name: "nginx" },
});

export const serviceRestart = defineOperation({
  ...ACT,
  ...SYSTEMD,
  name: "service.restart",
  aliases: ["node.service.restart"],
  summary: "Restarts a unit, or starts it",
  params: z.strictObject({
    name,
    timeout,
    reload: z.boolean().default(false).describe("Let it read its settings anew where it can, and restart it where not"),
  }),
  result: ensured,
  example: { name: "nginx" },
});

export const serviceEnable = defineOperation({
  ...ENSURE,
  ...SYSTEMD,
  name: "service.enable",
  aliases: ["node.service.enable"],
  summary: "Makes a unit start at boot",
  params: oneUnit,
  result: ensured,
  example: { name: "nginx" },
});

export const serviceDisable = defineOperation({
  ...ENSURE,
  ...SYSTEMD,
  name: "service.disable",
  aliases: ["node.service.disable"],
  summary: "Makes a unit not start at boot",
  params: oneUnit,
  result: ensured,
  example: { name: "nginx" },
});

export const serviceGet = defineOperation({
  ...READ,
  ...SYSTEMD,
  name: "service.get",
  aliases: ["service.status", "node.service.get"],
  summary: "Reads the state of a unit",
  params: oneUnit,
  result: z.strictObject({ service: state }),
  example: { name: "nginx" },
});

export const serviceList = defineOperation({
  ...READ,
  ...SYSTEMD,
  name: "service.list",
  aliases: ["node.service.list"],
  summary: "Lists the services that systemd has loaded",
  params: noParams,
  result: z.strictObject({ services: z.array(state) }),
  example: {},
});
