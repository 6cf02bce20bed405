import { readFile, stat } from "node:fs/promises";
import type { Ownership } from "../operation/host.ts";
import { hostError, HostFault, type HostAction } from "./host-error.ts";

/** Names and numbers of the users or groups of a machine. */
export interface AccountTable {
  readonly idByName: ReadonlyMap<string, number>;
  readonly nameById: ReadonlyMap<number, string>;
}

/** Reads `/etc/passwd` or `/etc/group`; of several lines with the same name or number the first counts. */
export function parseAccounts(text: string): AccountTable {
  const idByName = new Map<string, number>();
  const nameById = new Map<number, string>();
  for (const line of text.split("\n")) {
    const [name = "", , id = ""] = line.split(":");
    if (name === "" || !/^\d+$/.test(id)) continue;
    if (!idByName.has(name)) idByName.set(name, Number(id));
    if (!nameById.has(Number(id))) nameById.set(Number(id), name);
  }
  return { idByName, nameById };
}

/** The accounts of this machine, or of a root folder that has some of its own; read again when the files change. */
export class LocalAccounts {
  readonly #users: CachedTable;
  readonly #groups: CachedTable;

  constructor(root?: string) {
    const pathsOf = (path: string): readonly string[] => (root === undefined ? [path] : [`${root}${path}`, path]);
    this.#users = new CachedTable(pathsOf("/etc/passwd"));
    this.#groups = new CachedTable(pathsOf("/etc/group"));
  }

  async userName(id: number): Promise<string> {
    return (await this.#users.read()).nameById.get(id) ?? String(id);
  }

  async groupName(id: number): Promise<string> {
    return (await this.#groups.read()).nameById.get(id) ?? String(id);
  }

  /** Numbers of an owner; `-1`, which leaves things as they are, for what is not given. */
  async resolve(owner: Ownership, action: HostAction): Promise<{ readonly uid: number; readonly gid: number }> {
    const { user = -1, group = -1 } = owner;
    const uid = typeof user === "number" ? user : (await this.#users.read()).idByName.get(user);
    if (uid === undefined) throw unknownAccount("user", String(user), action);
    const gid = typeof group === "number" ? group : (await this.#groups.read()).idByName.get(group);
    if (gid === undefined) throw unknownAccount("group", String(group), action);
    return { uid: checkedId(uid, action), gid: checkedId(gid, action) };
  }
}

/** The error of a name that no account has, as a fault of the host call. */
export function unknownAccount(kind: "user" | "group", name: string, action: HostAction): HostFault {
  return new HostFault(
    hostError(
      kind === "user" ? "DRV_HOST_UNKNOWN_USER" : "DRV_HOST_UNKNOWN_GROUP",
      action,
      `the ${kind} ${JSON.stringify(name.slice(0, 80))} does not exist`,
      { hint: `Create the ${kind} in an earlier task, or give a number` },
    ),
  );
}

/** Refuses what cannot be the number of an account. */
export function checkedId(id: number, action: HostAction): number {
  if (Number.isInteger(id) && id >= -1 && id < 0xffff_ffff) return id;
  throw new HostFault(
    hostError("DRV_HOST_VALUE_INVALID", action, `${id} cannot be the number of a user or group`, {
      hint: "Give a whole number from 0 to 4294967294, or a name",
    }),
  );
}

class CachedTable {
  readonly #paths: readonly string[];
  #state = "";
  #table: AccountTable = { idByName: new Map(), nameById: new Map() };

  /** The first of the paths that exists is read. */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  async read(): Promise<AccountTable> {
    for (const path of this.#paths) {
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) continue;
      const state = `${path}:${found.ino}:${found.mtimeMs}:${found.size}`;
      if (state !== this.#state) {
        this.#table = parseAccounts(await readFile(path, "utf8"));
        this.#state = state;
      }
      return this.#table;
    }
    return this.#table; // No such file on this system: numbers only.
  }
}
