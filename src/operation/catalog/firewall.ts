import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, noParams, presence, READ } from "./declaration.ts";
import { cidr, fileNamePart, interfaceName, ipAddress } from "./host-fields.ts";

const CATEGORY = "firewall";
const PORT_MAX = 65_535;

const portNumber = z.int().min(1, "must be at least 1").max(PORT_MAX, `must not be above ${PORT_MAX}`);
const portRange = z
  .string()
  .regex(/^[0-9]{1,5}-[0-9]{1,5}$/, 'must be a port or a range such as "8000-8010"')
  .refine((range) => {
    const [first = 0, last = 0] = range.split("-").map(Number);
    return first >= 1 && first < last && last <= PORT_MAX;
  }, "must be a range from 1 to 65535");

/** Makes a rule of the firewall exist, or not. */
export const firewallRule = defineOperation({
  ...ENSURE,
  name: "firewall.rule",
  aliases: ["firewall.rule.ensure", "firewall.ensure"],
  category: CATEGORY,
  summary: "Makes a rule of nftables exist, or not",
  description:
    "Rules stand in a table of their own (`inet drover`), in the order in which they were made, in " +
    "/etc/nftables.d/drover.nft, which /etc/nftables.conf is made to include. They are loaded in one step; when nft refuses " +
    "them, nothing has changed. Packets that no rule matches go on to the other tables.",
  params: z
    .strictObject({
      name: fileNamePart().describe("Name of the rule"),
      state: presence(),
      direction: z
        .enum(["input", "output", "forward"], "must be input, output or forward")
        .default("input")
        .describe("Which packets"),
      action: z
        .enum(["accept", "drop", "reject"], "must be accept, drop or reject")
        .optional()
        .describe("What becomes of them; needed unless `absent`"),
      protocol: z
        .enum(["tcp", "udp", "icmp", "icmpv6"], "must be tcp, udp, icmp or icmpv6")
        .optional()
        .describe("Protocol; needed with ports"),
      ports: z
        .array(z.union([portNumber, portRange], 'must be a port or a range such as "8000-8010"'))
        .min(1, "must not be empty")
        .max(100, "must not be more than 100")
        .optional()
        .describe("Ports they are sent to, or ranges such as `8000-8010`"),
      source: z
        .union([cidr(), ipAddress()], "must be an address or network")
        .optional()
        .describe("Where they come from"),
      destination: z
        .union([cidr(), ipAddress()], "must be an address or network")
        .optional()
        .describe("Where they go to"),
      interface: interfaceName().optional().describe("Interface they come in by, or go out by with `output`"),
    })
    .refine((value) => value.state === "absent" || value.action !== undefined, {
      path: ["action"],
      message: "must be given",
    })
    .refine((value) => value.ports === undefined || value.protocol === "tcp" || value.protocol === "udp", {
      path: ["protocol"],
      message: "must be tcp or udp when ports are given",
    }),
  result: z.strictObject({ name: z.string(), rule: z.string().describe("As nftables has it; empty when absent") }),
  example: { name: "web", action: "accept", protocol: "tcp", ports: [80, 443] },
});

export type FirewallRuleParams = z.output<typeof firewallRule.params>;

export const firewallList = defineOperation({
  ...READ,
  name: "firewall.list",
  aliases: [],
  category: CATEGORY,
  summary: "Lists the rules that drover made",
  params: noParams,
  result: z.strictObject({
    rules: z.array(z.strictObject({ name: z.string(), direction: z.string(), rule: z.string() })),
  }),
  example: {},
});
