import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE } from "./declaration.ts";
import { environment, pathBelowRoot } from "./fields.ts";
import { oneLine } from "./host-fields.ts";

const REMOTE = /^(?:https?:\/\/|ssh:\/\/|git:\/\/|file:\/\/\/|\/|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:)[^\s]*$/;
const REVISION = /^[A-Za-z0-9_][A-Za-z0-9_./+@-]{0,199}$/;

/** Makes a folder be a checkout of a revision. */
export const gitCheckout = defineOperation({
  ...ENSURE,
  name: "git.checkout",
  aliases: ["git.checkout.execute"],
  category: "git",
  summary: "Makes a folder be a checkout of a revision of a repository",
  description:
    "A branch means its newest commit at the remote; a tag or a commit stays what it is. Local changes to tracked files " +
    "fail the task unless `force` discards them. Undo goes back to the commit that was checked out, or removes a new folder.",
  params: z.strictObject({
    repository: oneLine(2_000)
      .regex(REMOTE, "must be an http, ssh, git or file address, user@host:path, or an absolute path")
      .refine(
        (value) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(value),
        "must not contain a password: use a credential helper or key",
      )
      .describe("Where it comes from"),
    path: pathBelowRoot().describe("Folder of the checkout; its parent must exist"),
    revision: z
      .string()
      .regex(REVISION, "must be a branch, a tag or a commit")
      .refine((value) => !value.includes(".."), 'must not contain ".."')
      .default("HEAD")
      .describe("Branch, tag or commit; default what the remote has checked out"),
    force: z.boolean().default(false).describe("Discard local changes"),
    env: environment().default({}).describe("Environment of git, such as GIT_SSH_COMMAND"),
  }),
  result: z.strictObject({ path: z.string(), commit: z.string() }),
  reversibility: "partial",
  osFamilies: "any",
  needsRoot: false,
  example: { repository: "https://example.org/app.git", path: "/srv/app", revision: "v1.2.0" },
});

export type GitCheckoutParams = z.output<typeof gitCheckout.params>;
