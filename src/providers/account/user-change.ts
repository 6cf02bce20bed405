import type { UserEnsureParams } from "../../operation/catalog/user.ts";
import type { Change } from "../../operation/outcome.ts";
import { groupsOf, isLockedPassword, type Accounts, type UserEntry } from "./account-files.ts";
import { isSameSet } from "./group.ts";

/** A user as the host has it. */
export interface UserObserved {
  readonly accounts: Accounts;
  readonly user: UserEntry | undefined;
}

/** What differs between a user and the wanted one. */
export function userChanges(observed: UserObserved, params: UserEnsureParams): readonly Change[] {
  const { user, accounts } = observed;
  if (params.state === "absent") {
    return user === undefined ? [] : [{ property: "existence", before: "present", after: "absent" }];
  }
  const changes: Change[] = [];
  if (user === undefined) changes.push({ property: "existence", before: "absent", after: "present" });
  const [group = null, ...further] = user === undefined ? [] : groupsOf(user, accounts);
  compare(changes, "uid", user?.uid, params.uid);
  compare(changes, "group", group ?? undefined, params.group);
  compare(changes, "home", user?.home, params.home);
  compare(changes, "shell", user?.shell, params.shell);
  compare(changes, "comment", user?.comment, params.comment);
  const groups = wantedGroups(observed, params);
  if (groups !== undefined && !isSameSet(groups, further)) {
    changes.push({ property: "groups", before: further, after: [...groups] });
  }
  const password = accounts.passwords.get(params.name);
  if (params.passwordHash !== undefined && stripLock(password) !== params.passwordHash) {
    changes.push({ property: "passwordHash" });
  }
  if (params.isLocked !== undefined && mustChangeLock(observed, params)) {
    changes.push({
      property: "isLocked",
      before: user === undefined ? null : !params.isLocked,
      after: params.isLocked,
    });
  }
  return changes;
}

function compare(
  changes: Change[],
  property: string,
  before: string | number | undefined,
  after: string | number | undefined,
) {
  if (after !== undefined && before !== after) changes.push({ property, before: before ?? null, after });
}

/** The further groups a user must be in, those kept by `appendGroups` included; `undefined` when any will do. */
export function wantedGroups(
  { user, accounts }: UserObserved,
  params: UserEnsureParams,
): readonly string[] | undefined {
  if (params.groups === undefined) return undefined;
  const own = params.group ?? (user === undefined ? params.name : groupsOf(user, accounts)[0]);
  const kept = params.appendGroups && user !== undefined ? groupsOf(user, accounts).slice(1) : [];
  return [...new Set([...kept, ...params.groups])].filter((name) => name !== own);
}

/** A new user has no password and so is locked. */
export function mustChangeLock({ user, accounts }: UserObserved, params: UserEnsureParams): boolean {
  if (params.isLocked === undefined) return false;
  const isLocked =
    user === undefined ? params.passwordHash === undefined : isLockedPassword(accounts.passwords.get(user.name));
  return isLocked !== params.isLocked;
}

/** A password field without the mark that locks it. */
export function stripLock(password: string | undefined): string | undefined {
  return password !== undefined && password.startsWith("!") && password.length > 1
    ? password.replace(/^!+/, "")
    : password;
}

/** The commands that make a user as wanted, as arguments. Passwords are not among them. */
export function userCommands(observed: UserObserved, params: UserEnsureParams): readonly (readonly string[])[] {
  const { user } = observed;
  if (params.state === "absent") return [["userdel", ...(params.removeHome ? ["--remove"] : []), "--", params.name]];
  return user === undefined ? [newUser(observed, params)] : modifiedUser(observed, params);
}

function newUser(observed: UserObserved, params: UserEnsureParams): readonly string[] {
  const { name, createHome, isSystem } = params;
  const groups = wantedGroups(observed, params) ?? [];
  // A group of this name that exists becomes the group of the user, where useradd itself would refuse.
  const group = params.group ?? (observed.accounts.groups.some((each) => each.name === name) ? name : undefined);
  return [
    "useradd",
    ...option("--uid", params.uid),
    ...option("--gid", group),
    ...option("--home-dir", params.home),
    ...option("--shell", params.shell),
    ...option("--comment", params.comment),
    ...(groups.length === 0 ? [] : ["--groups", groups.join(",")]),
    createHome ? "--create-home" : "--no-create-home",
    ...(isSystem ? ["--system"] : []),
    "--",
    name,
  ];
}

function modifiedUser(observed: UserObserved, params: UserEnsureParams): readonly (readonly string[])[] {
  const properties = new Set(userChanges(observed, params).map((change) => change.property));
  const groups = wantedGroups(observed, params) ?? [];
  const options = [
    ...(properties.has("uid") ? option("--uid", params.uid) : []),
    ...(properties.has("group") ? option("--gid", params.group) : []),
    ...(properties.has("home") ? option("--home", params.home) : []),
    ...(properties.has("shell") ? option("--shell", params.shell) : []),
    ...(properties.has("comment") ? option("--comment", params.comment) : []),
    ...(properties.has("groups") ? ["--groups", groups.join(",")] : []),
  ];
  return options.length === 0 ? [] : [["usermod", ...options, "--", params.name]];
}

function option(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [name, String(value)];
}
