import { ok } from "../../base/result.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failed, failedWith, quoted } from "../failure.ts";

/** A line of `/etc/passwd`. */
export interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

/** A line of `/etc/group`. */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The accounts in the files of a host. */
export interface Accounts {
  readonly users: readonly UserEntry[];
  readonly groups: readonly GroupEntry[];
  /** Password fields by user; without the names whose line is missing, empty when the file may not be read. */
  readonly passwords: ReadonlyMap<string, string>;
}

/** Reads the account files of a host in one round trip. */
export async function readAccounts(context: ProviderContext): ProviderResult<Accounts> {
  const calls = ["/etc/passwd", "/etc/group", "/etc/shadow"].map((path) => ({ call: "readFile" as const, path }));
  const answers = await context.host.batch(calls, { signal: context.signal });
  const texts: string[] = [];
  for (const [index, answer] of answers.entries()) {
    if (answer.ok) {
      texts.push(answer.value.call === "readFile" ? new TextDecoder().decode(answer.value.content) : "");
      continue;
    }
    const { code } = answer.error;
    const mayBeMissing = code === "DRV_HOST_FILE_NOT_FOUND" || (index === 2 && code === "DRV_HOST_PERMISSION");
    if (!mayBeMissing) return failedWith(answer.error);
    texts.push("");
  }
  const [passwd = "", group = "", shadow = ""] = texts;
  return ok({ users: parsePasswd(passwd), groups: parseGroup(group), passwords: parseShadow(shadow) });
}

export function parsePasswd(text: string): readonly UserEntry[] {
  return rows(text).flatMap(([name = "", , uid = "", gid = "", comment = "", home = "", shell = ""]) => {
    return isNumber(uid) && isNumber(gid) ? [{ name, uid: Number(uid), gid: Number(gid), comment, home, shell }] : [];
  });
}

export function parseGroup(text: string): readonly GroupEntry[] {
  return rows(text).flatMap(([name = "", , gid = "", members = ""]) => {
    return isNumber(gid) ? [{ name, gid: Number(gid), members: members.split(",").filter((each) => each !== "") }] : [];
  });
}

export function parseShadow(text: string): ReadonlyMap<string, string> {
  return new Map(rows(text).map(([name = "", password = ""]) => [name, password]));
}

function rows(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

function isNumber(text: string): boolean {
  return /^[0-9]{1,10}$/.test(text);
}

/** Names of the groups of a user: the one of the user first, then the others as they stand in the file. */
export function groupsOf(user: UserEntry, { groups }: Accounts): readonly string[] {
  const own = groups.find((group) => group.gid === user.gid)?.name ?? String(user.gid);
  const further = groups.filter((group) => group.members.includes(user.name)).map((group) => group.name);
  return [own, ...further.filter((name) => name !== own)];
}

/** Whether no password opens an account: its field starts with `!` or `*`. */
export function isLockedPassword(password: string | undefined): boolean {
  return password !== undefined && /^[!*]/.test(password);
}

/** The user of this name, or `DRV_ACCOUNT_UNKNOWN`. */
export function requireUser(name: string, accounts: Accounts, action: string) {
  const user = accounts.users.find((each) => each.name === name);
  if (user !== undefined) return ok(user);
  return failed("DRV_ACCOUNT_UNKNOWN", `Cannot ${action}: there is no user ${quoted(name)}`, {
    hint: "Create the user with user.ensure in an earlier task",
  });
}

/** Fails when one of the groups does not exist. */
export function requireGroups(names: readonly string[], accounts: Accounts, action: string) {
  const missing = names.filter((name) => !accounts.groups.some((group) => group.name === name));
  if (missing.length === 0) return undefined;
  const list = missing.map(quoted).join(", ");
  return failed("DRV_ACCOUNT_UNKNOWN", `Cannot ${action}: there is no group ${list}`, {
    hint: "Create the group with group.ensure in an earlier task",
  });
}
