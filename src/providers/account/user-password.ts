import { ok } from "../../base/result.ts";
import { userPassword } from "../../operation/catalog/user.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { z } from "zod";
import { quoted } from "../failure.ts";
import { runTool } from "../tool.ts";
import { readAccounts, requireUser } from "./account-files.ts";
import { captureAccountLines } from "./account-lines.ts";
import { undoUser } from "./user.ts";

type PasswordParams = z.output<typeof userPassword.params>;
type PasswordResult = { name: string };

async function inspect({ name }: PasswordParams, context: ProviderContext): ProviderResult<undefined> {
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  const user = requireUser(name, accounts.value, `set the password of user ${quoted(name)}`);
  return user.ok ? ok(undefined) : user;
}

async function apply(
  { name, password }: PasswordParams,
  _observed: undefined,
  context: ProviderContext,
): ProviderResult<PasswordResult> {
  const action = `set the password of user ${quoted(name)}`;
  const stdin = `${name}:${password}\n`;
  const ran = await runTool({ argv: ["chpasswd"], action, stdin, isChanging: true }, context);
  return ran.ok ? ok({ name }) : ran;
}

/** Sets the password of a user; the host hashes it. */
export const userPasswordProvider: WriteProvider<PasswordParams, PasswordResult, undefined> = {
  kind: "write",
  spec: userPassword,
  inspect,
  diff: () => [{ property: "password" }],
  unchangedResult: (_observed, { name }) => ({ name }),
  async capture({ name }, _observed, context) {
    const lines = await captureAccountLines(context);
    if (!lines.ok) return lines;
    const facts = {
      version: 1,
      user: name,
      numbers: null,
      lines: lines.value,
      newPaths: [],
      files: { version: 1, entries: [] },
    };
    return ok({ facts, blobs: [] });
  },
  apply,
  undo: undoUser,
};
