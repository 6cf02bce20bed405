import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, noParams, presence, READ } from "./declaration.ts";
import { oneLine } from "./host-fields.ts";

const CATEGORY = "sysctl";

const key = z
  .string()
  .max(200, "must not be longer than 200 characters")
  .regex(/^[a-z0-9_]+(?:\.[A-Za-z0-9_@:-]+)+$/, 'must be a key such as "net.ipv4.ip_forward"')
  .describe("Key, with dots");
const setting = z.strictObject({
  key: z.string(),
  value: z.string(),
  path: z.string().describe("File that sets it at boot; empty when drover sets none"),
});

/** Makes a parameter of the kernel have a value, now and after the next boot. */
export const sysctlEnsure = defineOperation({
  ...ENSURE,
  name: "sysctl.ensure",
  aliases: ["sysctl.create", "sysctl.update", "node.sysctl.create", "node.sysctl.update"],
  category: CATEGORY,
  summary: "Makes a parameter of the kernel have this value, now and at boot, or lets it go",
  description:
    "Writes a file into /etc/sysctl.d and sets the running kernel; both are compared. `absent` removes the file and keeps " +
    "the running value. A kernel that refuses the value fails the task and leaves everything as it was.",
  params: z
    .strictObject({
      key,
      value: z
        .union([oneLine().min(1, "must not be empty"), z.int()], "must be text or a whole number")
        .transform((value) => String(value).trim().replace(/\s+/g, " "))
        .optional()
        .describe("Value; needed unless `absent`"),
      state: presence(),
      isLive: z.boolean().default(true).describe("Also set the running kernel"),
    })
    .refine((value) => value.state === "absent" || value.value !== undefined, {
      path: ["value"],
      message: "must be given",
    }),
  result: z.strictObject({ key: z.string(), path: z.string() }),
  example: { key: "net.ipv4.ip_forward", value: 1 },
});

export type SysctlEnsureParams = z.output<typeof sysctlEnsure.params>;

export const sysctlDelete = defineOperation({
  ...ENSURE,
  name: "sysctl.delete",
  aliases: ["node.sysctl.delete"],
  category: CATEGORY,
  summary: "Removes the file that sets a parameter of the kernel at boot",
  params: z.strictObject({ key }),
  result: sysctlEnsure.result,
  example: { key: "net.ipv4.ip_forward" },
});

export const sysctlGet = defineOperation({
  ...READ,
  name: "sysctl.get",
  aliases: ["node.sysctl.get"],
  category: CATEGORY,
  summary: "Reads a parameter of the running kernel",
  params: z.strictObject({ key }),
  result: z.strictObject({ setting }),
  example: { key: "kernel.ostype" },
});

export const sysctlList = defineOperation({
  ...READ,
  name: "sysctl.list",
  aliases: ["node.sysctl.list"],
  category: CATEGORY,
  summary: "Lists the parameters of the kernel that drover sets at boot, with their running values",
  params: noParams,
  result: z.strictObject({ settings: z.array(setting) }),
  example: {},
});
