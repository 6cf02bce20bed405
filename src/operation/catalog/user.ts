import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, noParams, presence, READ } from "./declaration.ts";
import { absolutePath } from "./fields.ts";
import { accountId, newAccountName, oneLine } from "./host-fields.ts";

const CATEGORY = "user";

const name = newAccountName().describe("Name of the user");
/** What may stand in a field of the account files. */
const field = oneLine().refine((value) => !value.includes(":"), 'must not contain ":"');
const fieldPath = absolutePath().refine((value) => !/[:\p{Cc}]/u.test(value), 'must not contain ":" or line ends');

const user = z.strictObject({
  name: z.string(),
  uid: z.int(),
  gid: z.int(),
  comment: z.string(),
  home: z.string(),
  shell: z.string(),
  groups: z.array(z.string()).describe("Names of all groups, that of the user first"),
  isLocked: z.boolean().describe("Whether no password opens it"),
});

/** Makes a user exist as wanted, or not. */
export const userEnsure = defineOperation({
  ...ENSURE,
  name: "user.ensure",
  aliases: ["user.create", "user.update", "node.user.create", "node.user.update"],
  category: CATEGORY,
  summary: "Makes a user exist with these properties, or be absent",
  description:
    "Looks at the accounts in the files of the host. What is not given stays as it is. Undo puts the lines of the account " +
    "back; the home folder of a new user goes when nothing but the files of the skeleton is in it.",
  params: z.strictObject({
    name,
    state: presence(),
    uid: accountId().optional().describe("Number; chosen by the system when absent"),
    group: newAccountName().optional().describe("Group of the user; must exist. A new user gets one of its own name"),
    groups: z.array(newAccountName()).optional().describe("Further groups; they must exist"),
    appendGroups: z.boolean().default(false).describe("Stay in groups that are not listed"),
    home: fieldPath.optional().describe("Home folder; not moved when it changes"),
    createHome: z.boolean().default(true).describe("Make the home folder of a new user"),
    removeHome: z.boolean().default(false).describe("With `absent`: also remove the home folder"),
    shell: fieldPath.optional().describe("Program that starts at login"),
    comment: field.optional().describe("Full name or purpose"),
    isSystem: z.boolean().default(false).describe("Choose the number of a new user from those of the system"),
    isLocked: z.boolean().optional().describe("Whether no password opens the account"),
    passwordHash: field
      .refine((hash) => hash.startsWith("$") || hash === "*", 'must be a crypt hash such as "$y$…", or "*"')
      .optional()
      .describe("Hash of the password, as in the shadow file"),
  }),
  result: z.strictObject({ name: z.string(), uid: z.int().exactOptional(), home: z.string().exactOptional() }),
  secretParams: ["passwordHash"],
  example: { name: "deploy", shell: "/bin/bash", groups: ["www-data"], comment: "Deployments" },
});

export type UserEnsureParams = z.output<typeof userEnsure.params>;

export const userDelete = defineOperation({
  ...ENSURE,
  name: "user.delete",
  aliases: ["node.user.delete"],
  category: CATEGORY,
  summary: "Makes a user be absent",
  params: z.strictObject({
    name,
    removeHome: z.boolean().default(false).describe("Also remove the home folder"),
  }),
  result: userEnsure.result,
  example: { name: "deploy" },
});

export const userPassword = defineOperation({
  ...ENSURE,
  name: "user.password",
  aliases: ["user.changePassword", "node.user.password"],
  category: CATEGORY,
  summary: "Sets the password of a user",
  description:
    "The host hashes the password, with another salt each time, so that this always changes something. Give " +
    "`passwordHash` to `user.ensure` where that matters.",
  params: z.strictObject({
    name,
    password: field.min(1, "must not be empty").describe("New password"),
  }),
  result: z.strictObject({ name: z.string() }),
  operationClass: "non-idempotent",
  secretParams: ["password"],
  example: { name: "deploy", password: "correct horse battery staple" },
});

export const userGet = defineOperation({
  ...READ,
  name: "user.get",
  aliases: ["node.user.get"],
  category: CATEGORY,
  summary: "Reads a user",
  params: z.strictObject({ name }),
  result: z.strictObject({ user }),
  example: { name: "www-data" },
});

export const userList = defineOperation({
  ...READ,
  name: "user.list",
  aliases: ["node.user.list"],
  category: CATEGORY,
  summary: "Lists the users of the host",
  params: noParams,
  result: z.strictObject({ users: z.array(user) }),
  example: {},
});
