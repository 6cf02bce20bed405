import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE } from "./declaration.ts";
import { hostName } from "./host-fields.ts";

/** Makes the host have a name, now and after the next boot. */
export const hostnameEnsure = defineOperation({
  ...ENSURE,
  name: "hostname.ensure",
  aliases: ["hostname.update", "node.hostname.update"],
  category: "hostname",
  summary: "Makes the host have this name, now and at boot",
  description: "Writes /etc/hostname and names the running kernel; both are compared. /etc/hosts is left to you.",
  params: z.strictObject({ hostname: hostName().max(64, "must not be longer than 64 characters").describe("Name") }),
  result: z.strictObject({ hostname: z.string() }),
  example: { hostname: "web-1" },
});

export type HostnameEnsureParams = z.output<typeof hostnameEnsure.params>;
