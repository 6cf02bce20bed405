import { z } from "zod";
import { ok } from "../../base/result.ts";
import { userDelete, userEnsure, userGet, userList, type UserEnsureParams } from "../../operation/catalog/user.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { capturePaths, restorePaths } from "../file/snapshot.ts";
import { runTool } from "../tool.ts";
import {
  groupsOf,
  isLockedPassword,
  readAccounts,
  requireGroups,
  type Accounts,
  type UserEntry,
} from "./account-files.ts";
import { accountLinesSchema, captureAccountLines, restoreAccountLines } from "./account-lines.ts";
import { absentPaths, newPathsSchema, removeUnused } from "./home-folder.ts";
import { mustChangeLock, userChanges, userCommands, type UserObserved } from "./user-change.ts";

type UserResult = ResultDataOf<typeof userEnsure>;

const undoSchema = z.strictObject({
  version: z.literal(1),
  user: z.string(),
  /** Numbers of a user that existed: files in the home folder follow them. */
  numbers: z.strictObject({ uid: z.int(), gid: z.int() }).nullable(),
  lines: accountLinesSchema,
  newPaths: newPathsSchema,
  files: z.json(),
});

function actionFor(params: { readonly name: string; readonly state: "present" | "absent" }): string {
  return `${params.state === "absent" ? "remove" : "set up"} user ${quoted(params.name)}`;
}

async function inspect(params: UserEnsureParams, context: ProviderContext): ProviderResult<UserObserved> {
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  if (params.state === "present") {
    const named = [...(params.group === undefined ? [] : [params.group]), ...(params.groups ?? [])];
    const missing = requireGroups(named, accounts.value, actionFor(params));
    if (missing !== undefined) return missing;
  }
  return ok({ accounts: accounts.value, user: accounts.value.users.find((each) => each.name === params.name) });
}

function result(user: UserEntry | undefined, params: UserEnsureParams): UserResult {
  const isPresent = params.state === "present" && user !== undefined;
  return { name: params.name, ...(isPresent ? { uid: user.uid, home: user.home } : {}) };
}

async function apply(
  params: UserEnsureParams,
  observed: UserObserved,
  context: ProviderContext,
): ProviderResult<UserResult> {
  const action = actionFor(params);
  for (const argv of userCommands(observed, params)) {
    const ran = await runTool({ argv, action, isChanging: true, okExitCodes: okExitCodes(argv) }, context);
    if (!ran.ok) return ran;
  }
  if (params.state === "present") {
    const opened = await setPassword(params, observed, context);
    if (!opened.ok) return opened;
  }
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  return ok(
    result(
      accounts.value.users.find((each) => each.name === params.name),
      params,
    ),
  );
}

/** 12: the user is gone, but the home folder could not be removed or was not there. */
function okExitCodes(argv: readonly string[]): readonly number[] {
  return argv[0] === "userdel" ? [0, 12] : [0];
}

/** Hashes reach the host on standard input, where other users cannot see them. */
async function setPassword(
  params: UserEnsureParams,
  observed: UserObserved,
  context: ProviderContext,
): ProviderResult<void> {
  const action = actionFor(params);
  const { name, passwordHash } = params;
  if (userChanges(observed, params).some((change) => change.property === "passwordHash")) {
    const stdin = `${name}:${passwordHash}\n`;
    const set = await runTool({ argv: ["chpasswd", "--encrypted"], action, stdin, isChanging: true }, context);
    if (!set.ok) return set;
  }
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  const user = accounts.value.users.find((each) => each.name === name);
  if (!mustChangeLock({ accounts: accounts.value, user }, params)) return ok(undefined);
  const argv = ["usermod", params.isLocked === true ? "--lock" : "--unlock", "--", name];
  const ran = await runTool({ argv, action, isChanging: true }, context);
  return ran.ok ? ok(undefined) : ran;
}

async function capture(
  params: UserEnsureParams,
  { user }: UserObserved,
  context: ProviderContext,
): ProviderResult<PreImage> {
  const lines = await captureAccountLines(context);
  if (!lines.ok) return lines;
  const home = user?.home ?? params.home ?? `/home/${params.name}`;
  const newPaths = await absentPaths([`/var/spool/mail/${params.name}`, `/var/mail/${params.name}`, home], context);
  if (!newPaths.ok) return newPaths;
  const isErasing = params.state === "absent" && params.removeHome && !newPaths.value.includes(home);
  const files = await capturePaths(isErasing ? [home] : [], context, { isRecursive: true });
  if (!files.ok) return files;
  const facts = {
    version: 1,
    user: params.name,
    numbers: user === undefined ? null : { uid: user.uid, gid: user.gid },
    lines: lines.value,
    newPaths: newPaths.value,
    files: files.value.facts,
  };
  return ok({ facts, blobs: files.value.blobs });
}

export async function undoUser(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = undoSchema.safeParse(preImage.facts);
  if (!facts.success) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was saved is not in the expected form");
  }
  const { lines, user, numbers, newPaths, files } = facts.data;
  const renumbered = numbers === null ? ok(undefined) : await renumber({ name: user, ...numbers }, context);
  if (!renumbered.ok) return renumbered;
  const restored = await restoreAccountLines(lines, { user }, context);
  if (!restored.ok) return restored;
  for (const path of newPaths) {
    const removed = await removeUnused(path, context);
    if (!removed.ok) return removed;
  }
  return await restorePaths({ facts: files, blobs: preImage.blobs }, context);
}

/** Gives a user, and with it the files in the home folder, the numbers it had. */
async function renumber(
  { name, uid, gid }: { readonly name: string; readonly uid: number; readonly gid: number },
  context: ProviderContext,
): ProviderResult<void> {
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  const user = accounts.value.users.find((each) => each.name === name);
  if (user === undefined || (user.uid === uid && user.gid === gid)) return ok(undefined);
  const argv = ["usermod", "--uid", String(uid), "--gid", String(gid), "--", name];
  const ran = await runTool({ argv, action: `restore user ${quoted(name)}`, isChanging: true }, context);
  return ran.ok ? ok(undefined) : ran;
}

/** Makes a user exist as wanted, or not. */
export const userEnsureProvider: WriteProvider<UserEnsureParams, UserResult, UserObserved> = {
  kind: "write",
  spec: userEnsure,
  inspect,
  diff: userChanges,
  unchangedResult: (observed, params) => result(observed.user, params),
  capture,
  apply,
  undo: undoUser,
};

export const userDeleteProvider = adaptParams(userDelete, userEnsureProvider, ({ name, removeHome }) => ({
  name,
  removeHome,
  state: "absent",
  appendGroups: false,
  createHome: false,
  isSystem: false,
}));

export const userListProvider = readProvider(userList, async (_params, context) => {
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  return ok({ users: accounts.value.users.map((user) => asResult(user, accounts.value)) });
});

export const userGetProvider = readProvider(userGet, async ({ name }, context) => {
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  const user = accounts.value.users.find((each) => each.name === name);
  if (user !== undefined) return ok({ user: asResult(user, accounts.value) });
  return failed("DRV_ACCOUNT_UNKNOWN", `Cannot read user ${quoted(name)}: there is no such user`);
});

function asResult(user: UserEntry, accounts: Accounts) {
  return {
    ...user,
    groups: [...groupsOf(user, accounts)],
    isLocked: isLockedPassword(accounts.passwords.get(user.name)),
  };
}
