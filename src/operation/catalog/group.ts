import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, noParams, presence, READ } from "./declaration.ts";
import { accountId, newAccountName } from "./host-fields.ts";

const CATEGORY = "group";

const group = z.strictObject({ name: z.string(), gid: z.int(), members: z.array(z.string()) });

/** Makes a group exist as wanted, or not. */
export const groupEnsure = defineOperation({
  ...ENSURE,
  name: "group.ensure",
  aliases: ["group.create", "group.update", "node.group.create", "node.group.update"],
  category: CATEGORY,
  summary: "Makes a group exist with this number and these members, or be absent",
  description: "Looks at the accounts in the files of the host. What is not given stays as it is.",
  params: z.strictObject({
    name: newAccountName().describe("Name of the group"),
    state: presence(),
    gid: accountId().optional().describe("Number; chosen by the system when absent"),
    members: z.array(newAccountName()).optional().describe("Exactly these members; they must exist"),
    isSystem: z.boolean().default(false).describe("Choose the number of a new group from those of the system"),
  }),
  result: z.strictObject({ name: z.string(), gid: z.int().exactOptional() }),
  example: { name: "deploy", gid: 2000, members: [] },
});

export type GroupEnsureParams = z.output<typeof groupEnsure.params>;

export const groupDelete = defineOperation({
  ...ENSURE,
  name: "group.delete",
  aliases: ["node.group.delete"],
  category: CATEGORY,
  summary: "Makes a group be absent",
  params: z.strictObject({ name: newAccountName().describe("Name of the group") }),
  result: groupEnsure.result,
  example: { name: "deploy" },
});

export const groupGet = defineOperation({
  ...READ,
  name: "group.get",
  aliases: ["node.group.get"],
  category: CATEGORY,
  summary: "Reads a group",
  params: z.strictObject({ name: newAccountName().describe("Name of the group") }),
  result: z.strictObject({ group }),
  example: { name: "www-data" },
});

export const groupList = defineOperation({
  ...READ,
  name: "group.list",
  aliases: ["node.group.list"],
  category: CATEGORY,
  summary: "Lists the groups of the host",
  params: noParams,
  result: z.strictObject({ groups: z.array(group) }),
  example: {},
});
