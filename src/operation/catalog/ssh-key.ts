import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, presence, READ } from "./declaration.ts";
import { newAccountName, oneLine } from "./host-fields.ts";

const CATEGORY = "sshKey";

const user = newAccountName().describe("User whose keys they are; must exist");
/** An optional list of options, a type and the key in base64, an optional comment. */
const KEY_LINE =
  /^(?:[^\s"]+(?:"[^"]*"[^\s"]*)*\s+)?(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)\s+[A-Za-z0-9+/]{20,}={0,2}(?:\s.*)?$/;

const key = z.strictObject({
  type: z.string(),
  fingerprint: z.string().describe("`SHA256:` and the hash in base64, as ssh-keygen shows it"),
  comment: z.string(),
});

/** Lets a key log in as a user, or not. */
export const sshKeyEnsure = defineOperation({
  ...ENSURE,
  name: "sshKey.ensure",
  aliases: ["sshKey.add", "node.sshKey.add"],
  category: CATEGORY,
  summary: "Makes a user accept this key, or not",
  description:
    "Keys are the same when type and key are; options and comment are set to those given. Other lines of the file stay " +
    "as they are. The file and its folder get the mode and owner that sshd insists on when they are made.",
  params: z.strictObject({
    user,
    key: oneLine(16_384).regex(KEY_LINE, "must be a line of authorized_keys").describe("Line of authorized_keys"),
    state: presence(),
  }),
  result: z.strictObject({ user: z.string(), fingerprint: z.string() }),
  example: {
    user: "deploy",
    key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJvdGF0ZSBtZSBvZnRlbiwgSSBhbSBhbiBleGFtcGxl ci@example.org",
  },
});

export const sshKeyRemove = defineOperation({
  ...ENSURE,
  name: "sshKey.remove",
  aliases: ["node.sshKey.remove"],
  category: CATEGORY,
  summary: "Makes a user not accept the key with this fingerprint",
  params: z.strictObject({
    user,
    fingerprint: z
      .string()
      .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be "SHA256:" and 43 characters')
      .describe("Which"),
  }),
  result: sshKeyEnsure.result,
  example: { user: "deploy", fingerprint: "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU" },
});

export const sshKeyList = defineOperation({
  ...READ,
  name: "sshKey.list",
  aliases: ["node.sshKey.list"],
  category: CATEGORY,
  summary: "Lists the keys that may log in as a user",
  params: z.strictObject({ user }),
  result: z.strictObject({ keys: z.array(key) }),
  needsRoot: true,
  example: { user: "deploy" },
});
